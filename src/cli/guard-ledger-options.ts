/** What a pin asks of the mirror’s ledger, from options: which log, which witnesses, whose approval. */
import { Option } from 'commander';
import { resolve } from 'node:path';
import { Member } from '../client/pin/own-document.ts';
import { readLedger } from '../client/pin/pin-ledger.ts';
import type { LedgerPin } from '../client/pin/pin.ts';
import { Refusal } from '../errors.ts';
import { readNamedFile } from '../platform/named-file.ts';
import { jsonObject, stringifyJson } from '../tuf/json.ts';
import type { Invocation } from './invocation.ts';
import { positiveNumber, repeatable } from './options.ts';

export interface LedgerGiven {
  readonly logPolicy?: string;
  readonly approver?: readonly string[];
  readonly approvals?: number;
}

/** A policy of 100,000 characters, or a public key, fits many times over. */
const MOST_BYTES = 1_000_000;
const OPTIONS = { name: 'The options', code: 'USAGE_OPTION', maxBytes: MOST_BYTES } as const;

export function ledgerOptions(): Option[] {
  return [
    new Option('--log-policy <file>', 'ask for a proof from the mirror’s log, with these witnesses (C2SP tlog-policy)'),
    repeatable('--approver <key.pub>', 'ask for the approval of this person; needs --log-policy'),
    new Option('--approvals <n>', 'so many of the approvers (default: all of them)').argParser(positiveNumber),
  ];
}

/** @throws USAGE_OPTION, USAGE_FILE, CONFIG_WITNESSES */
export async function ledgerFrom(
  { surroundings: { workingDirectory } }: Invocation,
  { logPolicy, approver = [], approvals }: LedgerGiven,
): Promise<LedgerPin | undefined> {
  const read = async (path: string): Promise<string> =>
    (await readNamedFile(resolve(workingDirectory, path), MOST_BYTES)).toString('utf8');
  if (logPolicy === undefined) {
    if (approver.length === 0 && approvals === undefined) return undefined;
    throw new Refusal('USAGE_OPTION', 'Approvals are entries of the mirror’s log, and no --log-policy names it.');
  }
  const keys = await Promise.all(approver.map(async (path) => (await read(path)).trim()));
  const document = jsonObject({
    policy: await read(logPolicy),
    approvals: keys.length === 0 ? undefined : jsonObject({ keys, threshold: approvals ?? keys.length }),
  });
  return readLedger(Member.document(Buffer.from(stringifyJson(document)), OPTIONS));
}
