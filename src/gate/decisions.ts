/**
 * What people last said about an import. Towards no, everything that is recorded counts; towards yes, only what verifies
 * now. So whoever can erase or break a signature can stop a publication, and never start one: a reject outlives its bytes,
 * a yes that was followed by anything else does not come back, and a reject is lifted by a signature that holds, alone.
 */
import { PURPOSES } from '../sshsig/namespaces.ts';
import { isActive, isApprover } from './people.ts';
import { whyUnsigned } from './person.ts';
import { isBy, type ApprovalRecord, type ImportRecord, type Signatures } from './records.ts';
import type { Rules } from './rules.ts';

export interface Decisions {
  /** Each person’s last word, where it is a yes; not judged yet. */
  readonly approvals: readonly ApprovalRecord[];
  readonly rejections: readonly ApprovalRecord[];
  readonly ignored: readonly { readonly approval: ApprovalRecord; readonly why: string }[];
}

export function decisionsOn(rules: Rules, record: ImportRecord, signatures: Signatures): Decisions {
  const last = new Map<string, ApprovalRecord>();
  const ignored: { approval: ApprovalRecord; why: string }[] = [];
  for (const approval of record.approvals) {
    const { decision, approver } = approval.statement;
    const before = last.get(approver.actor);
    if (decision === 'reject') {
      if (mayReject(rules, approval)) last.set(approver.actor, approval);
      else ignored.push({ approval, why: 'whoever it names could not reject' });
      continue;
    }
    const isLifting = before?.statement.decision === 'reject';
    const why = isLifting ? whyNoLifting(rules, record, approval, signatures) : undefined;
    if (why !== undefined) ignored.push({ approval, why });
    else last.set(approver.actor, approval);
  }
  const withDecision = (word: string): ApprovalRecord[] =>
    [...last.values()].filter(({ statement }) => statement.decision === word);
  return { approvals: withDecision('approve'), rejections: withDecision('reject'), ignored };
}

/** The account of this machine rejects without a key, and takes that back without one; people do both as people. */
function mayReject({ people }: Rules, { statement, index }: ApprovalRecord): boolean {
  const { actor } = statement.approver;
  if (actor === 'local') return true;
  const person = people.person(actor);
  return person !== undefined && isActive(person, index) && isApprover(person);
}

function whyNoLifting(
  rules: Rules,
  record: ImportRecord,
  approval: ApprovalRecord,
  signatures: Signatures,
): string | undefined {
  const { decision, approver } = approval.statement;
  if (approver.actor === 'local' && decision === 'withdraw') return undefined;
  return whyNotTheirs(rules, record, approval) ?? whyUnsignedApproval(approval, signatures, false);
}

/** Why this is not that person’s word about exactly this import, as far as the leaves tell; undefined when it is. */
export function whyNotTheirs(
  { people, mirrorId }: Rules,
  { number, repository, observed, observation }: ImportRecord,
  { statement, signature, index, at }: ApprovalRecord,
): string | undefined {
  const { approver, observation: ref } = statement;
  // Each of these alone was once enough to have one approval taken for another.
  if (statement.mirror_id !== mirrorId) return 'it was given to another mirror';
  if (statement.repo_id !== repository) return 'it is for another repository';
  if (statement.import_id !== number) return 'it is for another import';
  if (ref.index !== observed.index || ref.hash !== observed.hash) return 'it is for another observation';
  if (statement.candidate !== observation.candidate) return 'it is for another state';
  if (statement.targets_root !== observation.targets_root) return 'it is for other targets';
  if (statement.files_sha256 !== observation.files_sha256) return 'it is for other files';
  if (signature === null || approver.key !== signature.key) return 'it is not signed by the key that it names';
  const key = people.key(signature.key);
  // By the place in the ledger, and by the time: a clock that was set back must not make a key older than it is.
  const wasTheirs = key?.actor === approver.actor && isBy(key.added, index) && isBy(key.added, at);
  if (!wasTheirs) return 'the key was not that person’s';
  // Now, and not only when it was received: a stolen key may have been used before anybody noticed.
  return key.revoked && 'the key was revoked';
}

export function whyUnsignedApproval(
  { statement, signature }: ApprovalRecord,
  signatures: Signatures,
  isHardwareOnly: boolean,
): string | undefined {
  const purpose = PURPOSES.importApproval;
  return whyUnsigned({ statement, key: statement.approver.key, signature, purpose }, signatures, isHardwareOnly);
}
