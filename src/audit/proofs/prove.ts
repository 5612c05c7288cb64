/** That one entry is in the log, as a file that anybody can verify offline, years later (C2SP tlog-proof). */
import { Refusal } from '../../errors.ts';
import type { ImportRecord } from '../../gate/records.ts';
import { released } from '../../ledger/checkpoints.ts';
import { type AnyEvent, decodeLeaf } from '../../ledger/events/leaf.ts';
import type { LeafRef } from '../../ledger/events/statements.ts';
import { leafBytes, storedNodes } from '../../ledger/log-rows.ts';
import type { Database } from '../../platform/database.ts';
import { inclusionProof } from '../../tlog/inclusion.ts';
import { formatProof } from '../../tlog/proof.ts';
import { leafHash } from '../../tlog/tree.ts';
import { encodeHex } from '../../tuf/encoding.ts';
import type { Inquiry } from '../inquiry.ts';
import type { PeopleNames } from '../people.ts';

export interface Proven {
  readonly leaf: LeafRef;
  readonly event: AnyEvent;
  readonly bytes: Uint8Array;
  readonly checkpoint_size: number;
  /** The text of the `.tlog-proof` file; the entry’s bytes are its `extra`. */
  readonly proof: string;
}

/**
 * Under the newest checkpoint that was shown.
 * @throws USAGE_OPTION for what is no entry, STATE_WITNESSES for one that no checkpoint is over yet
 */
export function proveEntry(database: Database, index: number, size: number): Proven {
  if (index >= size) {
    throw new Refusal('USAGE_OPTION', `There is no entry ${index}: the ledger has ${size}.`, {
      next: 'See `countersign audit timeline`.',
    });
  }
  const newest = released(database);
  if (!newest || index >= newest.size)
    throw new Refusal('STATE_WITNESSES', `Entry ${index} is under no checkpoint that was shown yet.`);
  const bytes = leafBytes(database, index);
  return {
    leaf: { index, hash: encodeHex(leafHash(bytes)) },
    ...{ event: decodeLeaf(bytes, index), bytes, checkpoint_size: newest.size },
    proof: formatProof({
      ...{ index, checkpoint: newest.note, extra: bytes },
      hashes: inclusionProof(index, newest.size, storedNodes(database)),
    }),
  };
}

/** Which entry is meant: by its number, or a part of what an import became. */
export type Wanted = { readonly entry: number } | WantedPart;

export interface WantedPart {
  readonly import: number;
  /** Of approvals, what the person said last; of publications, the last. */
  readonly part: 'observation' | 'claim' | 'publication' | 'approval';
  /** Whose approval, where several people said something. */
  readonly person?: string | undefined;
}

/** @throws USAGE_UNKNOWN_IMPORT, USAGE_UNKNOWN_OPERATOR, USAGE_OPTION */
export function entryOf({ chronicle, names }: Inquiry, wanted: Wanted): number {
  if ('entry' in wanted) return wanted.entry;
  const record = chronicle.rules.imports.get(wanted.import);
  if (!record) throw new Refusal('USAGE_UNKNOWN_IMPORT', `There is no import ${wanted.import}.`);
  if (wanted.part === 'observation') return record.observed.index;
  if (wanted.part === 'claim') return record.claim.index;
  if (wanted.part === 'publication') {
    const last = record.published.at(-1);
    if (!last) throw new Refusal('USAGE_OPTION', `Import ${wanted.import} was never published.`);
    return last.index;
  }
  return approvalOf(record, names, wanted);
}

function approvalOf(record: ImportRecord, names: PeopleNames, { import: number, person }: WantedPart): number {
  const actor = person === undefined ? undefined : names.find(person);
  if (person !== undefined && actor === undefined)
    throw new Refusal('USAGE_UNKNOWN_OPERATOR', 'Nobody of that name was ever recorded here.');
  const said = record.approvals.filter(({ statement }) => actor === undefined || statement.approver.actor === actor);
  const [first] = said;
  if (!first) throw new Refusal('USAGE_OPTION', `Nobody of that name said anything about import ${number}.`);
  if (actor === undefined && said.some(({ statement }) => statement.approver.actor !== first.statement.approver.actor))
    throw new Refusal('USAGE_OPTION', `Several people said something about import ${number}.`, {
      next: 'Name one with --person NAME.',
    });
  return said.at(-1)?.index ?? first.index;
}
