/**
 * On whose word the served state was published, for guards that ask people and not the mirror: the statements that people
 * signed, their signatures, and proofs that all of it is in the log (docs/reference/formats.md).
 *
 * Keys and signatures identify people: this exists only where the configuration says `publish_approvals`.
 */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { type Answer, prepareMade } from './answer.ts';
import { proofOf, type Proving, publicationOf, type Standing } from './proofs.ts';

type ApprovalRef = Parameters<LedgerReader['log']['approval']>[0];

/** The armored signature with this digest; undefined when it was erased. */
export type Signatures = (sshsigSha256: string) => string | undefined;

/** @throws STATE_LEDGER for leaves that are not the ones that the publication names */
export function approvalsOf(proving: Proving, served: Standing, signatures: Signatures): Answer {
  const { n, body } = publicationOf(proving, served);
  const { repo_id, generation, import_id, observation, approvals } = body.statement;
  proving.reader.log.named('import.verified', observation);
  const document = {
    schema: 'countersign-approvals/1',
    repository: repo_id,
    generation,
    import: import_id,
    publication: proofText(proving, n),
    observation: proofText(proving, observation.index),
    approvals: approvals.map((ref) => approvalOf(proving, ref, import_id, signatures)),
  };
  // The signatures are read each time: one that was erased is gone from the next answer on, checkpoint or not.
  return prepareMade('approvals', Buffer.from(`${JSON.stringify(document)}\n`), 'revalidated');
}

function approvalOf(proving: Proving, ref: ApprovalRef, number: number, signatures: Signatures): object {
  const { event, signed } = proving.reader.log.approval(ref);
  const { statement, signature } = event.body;
  if (statement.import_id !== number)
    throw new Refusal('STATE_LEDGER', `Entry ${ref.index} of the ledger approves another import.`, {
      details: { entry: ref.index, import: number },
    });
  return {
    statement: signed,
    signature: (signature && signatures(signature.sshsig_sha256)) ?? null,
    proof: proofText(proving, ref.index),
  };
}

function proofText({ released }: Proving, index: number): string {
  return proofOf(released, index).body.toString('utf8');
}
