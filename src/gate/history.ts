/**
 * What auditors ask of the rules: who could have approved then, what became of every import, what rests on keys that were
 * revoked since, and which changes of the rules cannot be shown to have been signed.
 */
import type { LeafRef } from '../ledger/events/statements.ts';
import { whyUnverified } from './changes.ts';
import { keysOf } from './people.ts';
import {
  type Agreed,
  type ApprovalRecord,
  type ImportRecord,
  type Key,
  type Mark,
  type Moment,
  type PolicyInForce,
  refOf,
  type Signatures,
} from './records.ts';
import type { Rules } from './rules.ts';
import { judge, type Verdict } from './verdict.ts';

export interface Entitled {
  readonly actor: string;
  readonly roles: readonly string[];
  /** Fingerprints of the keys that would have counted. */
  readonly keys: readonly string[];
}

/** Who could have approved at that moment, and by which policy. An importer is not excluded: that depends on the import. */
export function whoCouldApprove(
  { people, policies }: Rules,
  at: Moment,
  repository: string,
): { readonly policy: PolicyInForce; readonly people: readonly Entitled[] } {
  const policy = policies.inForce(repository, at);
  const entitled = people.approvers(at).map((person) => {
    const keys = keysOf(person, at).filter(({ isHardware }) => isHardware || !policy.policy.hardware_keys);
    return { actor: person.actor, roles: person.roles.filter(isOfApprover), keys: keys.map((key) => key.fingerprint) };
  });
  return { policy, people: entitled.filter(({ keys }) => keys.length > 0) };
}

function isOfApprover(role: string): boolean {
  return role === 'approver' || role.startsWith('approver:');
}

export interface RevokedSince {
  readonly approval: LeafRef;
  readonly repository: string;
  readonly import: number;
  readonly actor: string;
  readonly decision: ApprovalRecord['statement']['decision'];
  readonly key: string;
  readonly revoked: Mark;
  /** Generations that were published on its word. */
  readonly generations: readonly number[];
}

export function approvalsByKeysRevokedSince({ imports, people }: Rules): RevokedSince[] {
  return [...imports.all()].flatMap((record) =>
    record.approvals.flatMap((approval) => {
      const key = approval.signature ? people.key(approval.signature.key) : undefined;
      return key?.revoked ? [revokedSince(record, approval, key, key.revoked)] : [];
    }),
  );
}

function revokedSince(record: ImportRecord, approval: ApprovalRecord, key: Key, revoked: Mark): RevokedSince {
  const resting = record.published.filter(({ statement }) =>
    statement.approvals.some((ref) => ref.index === approval.index),
  );
  return {
    approval: refOf(approval),
    ...{ repository: record.repository, import: record.number, actor: approval.statement.approver.actor },
    decision: approval.statement.decision,
    ...{ key: key.fingerprint, revoked, generations: resting.map(({ statement }) => statement.generation) },
  };
}

export type ImportState =
  'claimed' | 'verified' | 'approved' | 'published' | 'superseded' | 'withdrawn' | 'rejected' | 'expired';

export interface StateOfImport {
  readonly repository: string;
  /** Undefined while it is only claimed. */
  readonly import: number | undefined;
  readonly claim: LeafRef;
  readonly state: ImportState;
}

/** @param question what `judge` needs for those that nothing has decided yet */
export function importStates(
  rules: Rules,
  question: { readonly now: Date; readonly signatures: Signatures },
): StateOfImport[] {
  const claimed = [...rules.imports.openClaims()].map((claim): StateOfImport => {
    return { repository: claim.statement.repo_id, import: undefined, claim: refOf(claim), state: 'claimed' };
  });
  const observed = [...rules.imports.all()].map((record): StateOfImport => {
    const { repository, number } = record;
    return { repository, import: number, claim: refOf(record.claim), state: stateOf(rules, record, question) };
  });
  return [...claimed, ...observed];
}

function stateOf(
  rules: Rules,
  record: ImportRecord,
  question: { readonly now: Date; readonly signatures: Signatures },
): ImportState {
  const { repository, number, observation, published, withdrawn } = record;
  if (observation.result === 'rejected') return 'rejected';
  const last = published.at(-1);
  const current = rules.imports.current(repository);
  if (withdrawn && withdrawn.index > (last?.index ?? -1)) return 'withdrawn';
  if (last) return current === last ? 'published' : 'superseded';
  const verdict = judge(rules, { repository, import: number, ...question });
  if (verdict.state === 'rejected') return 'rejected';
  // Something newer is public: publishing this would go back.
  if (current && current.statement.import_id > number) return 'superseded';
  if (verdict.state === 'approved') return 'approved';
  return hasExpired(verdict) ? 'expired' : 'verified';
}

/** Whether there would be enough people if none of their approvals had run out. */
function hasExpired({ state, counted, ignored, policy }: Verdict): boolean {
  const expired = ignored.filter(({ isExpired }) => isExpired);
  return state === 'waiting' && expired.length > 0 && counted.length + expired.length >= policy.document.min_approvers;
}

export interface UnprovenChange {
  /** The leaf of the signature. */
  readonly signature: LeafRef;
  readonly actor: string;
  readonly subjectSha256: string;
  readonly why: string;
}

/** Signatures on which changes of the rules rest, and that do not verify now: erased since, or never made. */
export function unprovenChanges({ agreed }: Rules, signatures: Signatures): UnprovenChange[] {
  return agreed.flatMap((one: Agreed) =>
    one.signatures.flatMap((signed) => {
      const why = whyUnverified(signed, { isHardwareOnly: false }, signatures);
      if (why === undefined) return [];
      return [
        { signature: refOf(signed), actor: signed.statement.signer.actor, subjectSha256: one.subjectSha256, why },
      ];
    }),
  );
}
