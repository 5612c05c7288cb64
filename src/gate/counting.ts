/**
 * Which approvals count, and until when: the rule of the gate, one approval at a time. What is counted are people; that
 * each has one word only is settled before (`decisions.ts`).
 */
import type { LeafRef } from '../ledger/events/statements.ts';
import { type Decisions, whyNotTheirs, whyUnsignedApproval } from './decisions.ts';
import { isActive, isApprover } from './people.ts';
import {
  type Agreed,
  type ApprovalRecord,
  type ImportRecord,
  type PolicyInForce,
  refOf,
  type Signatures,
} from './records.ts';
import type { Rules } from './rules.ts';
import { isStricter } from './strictness.ts';
import { whyUnverified } from './changes.ts';
import { DAY_MS, earlierOf, timeOf } from './times.ts';

export interface Counted {
  readonly ref: LeafRef;
  readonly actor: string;
  /** The team that the person approved for. */
  readonly team: string | null;
  /** From then on it counts no more, by time alone. */
  readonly until: Date;
}

export interface Ignored {
  readonly ref: LeafRef;
  readonly actor: string;
  readonly why: string;
  /** Whether it counted until time passed. */
  readonly isExpired: boolean;
}

/** What one approval is judged by. */
export interface Measure {
  readonly rules: Rules;
  readonly record: ImportRecord;
  readonly policy: PolicyInForce;
  /** People who may not approve this. */
  readonly excluded: ReadonlySet<string>;
  readonly signatures: Signatures;
  readonly now: Date;
}

export function count(measure: Measure, decisions: Decisions): { counted: Counted[]; ignored: Ignored[] } {
  const counted: Counted[] = [];
  const ignored: Ignored[] = decisions.ignored.map(({ approval, why }) => ignoredFor(approval, why));
  for (const approval of decisions.approvals) {
    const why = whyUncounted(measure, approval);
    const until = endOf(measure, approval);
    if (why !== undefined) ignored.push(ignoredFor(approval, why));
    // Written so that a time that is none counts as over.
    else if (!(measure.now.getTime() < until))
      ignored.push({ ...ignoredFor(approval, 'it has expired'), isExpired: true });
    else counted.push({ ...whose(approval), team: approval.statement.as_role, until: new Date(until) });
  }
  return { counted, ignored };
}

/** Why an approval does not count whatever the time is; undefined when it does. */
function whyUncounted(
  { rules, record, policy, excluded, signatures }: Measure,
  approval: ApprovalRecord,
): string | undefined {
  const { approver, as_role: team, policy_sha256 } = approval.statement;
  const why = whyNotTheirs(rules, record, approval);
  if (why !== undefined) return why;
  const person = rules.people.person(approver.actor);
  if (!person || !isActive(person)) return 'the person was retired';
  if (!isApprover(person)) return 'the person is no approver';
  if (team !== null && !isApprover(person, team)) return 'the person is not in that team';
  if (excluded.has(approver.actor)) return 'the person brought the import in';
  if (record.withdrawn && approval.index < record.withdrawn.index) return 'it was given before this was taken back';
  const then = rules.policies.everInForce(record.repository, policy_sha256, approval.index);
  if (!then) return 'it names a policy that was not in force here';
  if (isStricter(policy.policy, then)) return 'the policy has become stricter since';
  return whyUnsignedApproval(approval, signatures, policy.policy.hardware_keys);
}

function endOf({ policy }: Measure, { statement, at }: ApprovalRecord): number {
  const given = earlierOf(statement.claimed_at, at);
  const byAge = given + policy.policy.max_approval_age_days * DAY_MS;
  return statement.valid_until === null ? byAge : Math.min(byAge, timeOf(statement.valid_until));
}

/** People whose signatures under a change hold today: still in office, and still with that key. */
export function confirmedBy({ rules, policy, excluded, signatures }: Measure, agreed: Agreed): ReadonlySet<string> {
  const isHardwareOnly = policy.policy.hardware_keys;
  const confirmed = agreed.signatures.filter((signed) => {
    const person = rules.people.person(signed.statement.signer.actor);
    if (!person || !isActive(person) || !isApprover(person) || excluded.has(person.actor)) return false;
    const key = person.keys.find(({ fingerprint }) => fingerprint === signed.signature?.key);
    return key !== undefined && !key.revoked && whyUnverified(signed, { isHardwareOnly }, signatures) === undefined;
  });
  return new Set(confirmed.map(({ statement }) => statement.signer.actor));
}

function ignoredFor(approval: ApprovalRecord, why: string): Ignored {
  return { ...whose(approval), why, isExpired: false };
}

export function whose(approval: ApprovalRecord): { ref: LeafRef; actor: string } {
  return { ref: refOf(approval), actor: approval.statement.approver.actor };
}
