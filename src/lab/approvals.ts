/** `approvals.json` as a mirror serves it: on whose word a publication in a log rests (docs/reference/formats.md). */
import { type JsonObject, parseJson } from '../tuf/json.ts';
import type { LabLog } from './log.ts';
import { member } from './served-tree.ts';

/** The armored signature with this digest, of whoever made it. */
export type Signatures = (sshsigSha256: string) => string | undefined;

/** @param publication the leaf that made the served generation public */
export function approvalsFile(log: LabLog, publication: number, signatures: Signatures): Buffer {
  const statement = member(bodyOf(log, publication), 'statement');
  const approvals = (statement.get('approvals') as JsonObject[]).map((name) => {
    const digest = member(bodyOf(log, indexIn(name)), 'signature').get('sshsig_sha256') as string;
    return { proof: proofText(log, indexIn(name)), signature: signatures(digest) ?? null };
  });
  const document = {
    schema: 'countersign-approvals/1',
    publication: proofText(log, publication),
    observation: proofText(log, indexIn(member(statement, 'observation'))),
    approvals,
  };
  return Buffer.from(JSON.stringify(document));
}

function bodyOf({ entries }: LabLog, index: number): JsonObject {
  return member(parseJson(entries[index] ?? Buffer.alloc(0), 'a leaf of the lab') as JsonObject, 'body');
}

function indexIn(name: JsonObject): number {
  return Number(name.get('index'));
}

function proofText(log: LabLog, index: number): string {
  return log.proof(index).toString('utf8');
}
