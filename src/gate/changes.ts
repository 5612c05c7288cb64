/**
 * Who may change the rules. A gate that one account could open by changing its rules would be none: operators, keys,
 * policies, witnesses, withdrawals and the emergency need people’s signatures as soon as there is somebody who can sign.
 *
 * Whom a change is about does not sign for it, or a thief of one key could add another for ever. The number asked is never
 * more than the others who could sign, so that a lost key can be replaced: of exactly as many approvers as the policy asks,
 * one fewer can replace the last one’s key. Who minds has one approver more than the policy asks (docs/operate/approvals.md).
 * The only approver there is signs for everything, even about themself: with nobody asked, the account of this machine
 * would retire them, and then decide alone.
 */
import { Refusal } from '../errors.ts';
import { statementDigest } from '../ledger/events/leaf.ts';
import type { ChangeSubject, LeafRef } from '../ledger/events/statements.ts';
import type { Policy } from '../ledger/events/policy.ts';
import { keysOf, type People } from './people.ts';
import type { PendingChanges } from './pending.ts';
import { whyUnsigned } from './person.ts';
import { EVERYWHERE, type Policies } from './policies.ts';
import { isBy, refOf, type Signatures, type SignedChange } from './records.ts';
import { purposeOf } from './subjects.ts';
import { DAY_MS, earlierOf } from './times.ts';

/** The rules as far as changing them goes; `Rules` is one. */
export interface Standing {
  readonly mirrorId: string;
  readonly people: People;
  readonly policies: Policies;
  readonly changes: PendingChanges;
  /** People who may not decide this, whatever their role. */
  excludedFrom(subject: ChangeSubject): ReadonlySet<string>;
}

export interface ChangeVerdict {
  readonly isAgreed: boolean;
  /** How many people must agree. */
  readonly asked: number;
  /** What the event names: one signature per person. */
  readonly counted: readonly LeafRef[];
  readonly missing: number;
  readonly ignored: readonly { readonly ref: LeafRef; readonly actor: string; readonly why: string }[];
}

/** Older signatures count no more: who agreed a season ago has forgotten to what. */
export const SIGNATURE_DAYS = 30;

export function subjectDigest(subject: ChangeSubject): string {
  return statementDigest(subject);
}

/**
 * How many people must agree: 0 while nobody can, then at least 1.
 * @throws POLICY_NOT_PERMITTED for an emergency where the policy knows none
 */
export function changeQuorum(standing: Standing, subject: ChangeSubject): number {
  return votingOn(standing, subject).asked;
}

/** @throws POLICY_NOT_PERMITTED for an emergency where the policy knows none */
export function judgeChange(
  standing: Standing,
  subject: ChangeSubject,
  signatures: Signatures,
  now: Date,
): ChangeVerdict {
  const voting = votingOn(standing, subject);
  const counted = new Map<string, LeafRef>();
  const ignored: { ref: LeafRef; actor: string; why: string }[] = [];
  for (const signed of standing.changes.get(subjectDigest(subject))?.signatures ?? []) {
    const { actor } = signed.statement.signer;
    const why =
      (counted.has(actor) ? 'the same person has signed already' : undefined) ??
      whyNoVote(standing, voting, signed, now) ??
      whyUnverified(signed, voting, signatures);
    if (why === undefined) counted.set(actor, refOf(signed));
    else ignored.push({ ref: refOf(signed), actor, why });
  }
  const missing = Math.max(0, voting.asked - counted.size);
  return { isAgreed: missing === 0, asked: voting.asked, counted: [...counted.values()], missing, ignored };
}

/** @throws POLICY_CHANGE saying how many are missing */
export function requireAgreed({ isAgreed, missing, asked }: ChangeVerdict): void {
  if (isAgreed) return;
  throw new Refusal(
    'POLICY_CHANGE',
    `${people(missing)} of the ${String(asked)} that must agree to this ${missing === 1 ? 'has' : 'have'} not signed it.`,
    { details: { asked, missing } },
  );
}

export interface Voting {
  readonly asked: number;
  readonly voters: ReadonlySet<string>;
  readonly isHardwareOnly: boolean;
}

export function votingOn(standing: Standing, subject: ChangeSubject): Voting {
  const policies = governing(standing.policies, subject);
  const excluded = standing.excludedFrom(subject);
  const approvers = standing.people.approvers().filter(({ actor }) => !excluded.has(actor));
  const others = approvers.filter(({ actor }) => actor !== subject.actor);
  const able = others.length > 0 ? others : approvers;
  const asked = askedOf(policies, subject, able.length);
  // Where approving takes a device, so does changing that rule: else what can sign unseen would first switch it off. But
  // devices never lower the number: while fewer people have one than must agree, everybody signs as they can, or whoever
  // got the first device would decide alone. What concerns every repository is asked of no single repository’s policy.
  const holders = able.filter((person) => keysOf(person).some(({ isHardware }) => isHardware));
  const { hardware_keys } = standing.policies.inForce(subject.scope ?? EVERYWHERE).policy;
  const isHardwareOnly = hardware_keys && asked > 0 && holders.length >= asked;
  const voters = new Set((isHardwareOnly ? holders : able).map(({ actor }) => actor));
  return { asked, voters, isHardwareOnly };
}

function askedOf(policies: readonly Policy[], subject: ChangeSubject, able: number): number {
  if (subject.kind === 'breakglass.open') {
    const emergency = policies[0]?.break_glass ?? noEmergency(subject);
    return Math.max(1, emergency.min_approvers);
  }
  const strictest = Math.max(...policies.map(({ min_approvers }) => min_approvers));
  return able === 0 ? 0 : Math.max(1, Math.min(strictest, able));
}

/** The policies whose number a change needs: who may decide is decided by the strictest of all. */
function governing(policies: Policies, { kind, scope }: ChangeSubject): Policy[] {
  switch (kind) {
    case 'operator.add':
    case 'operator.retire':
    case 'key.add':
    case 'key.revoke':
    case 'witnesses.set':
      return policies.governing().map(({ policy }) => policy);
    case 'policy.set':
    case 'generation.withdraw':
    case 'breakglass.open':
    case 'breakglass.review':
    case 'upstream.retire':
      return [policies.inForce(scope ?? EVERYWHERE).policy];
  }
}

function noEmergency({ scope }: ChangeSubject): never {
  throw new Refusal('POLICY_NOT_PERMITTED', `The policy of ${scope ?? EVERYWHERE} knows no emergency.`, {
    next: 'Get the approvals that are missing, or change the policy first.',
  });
}

/** Why a recorded signature is no vote, as far as the leaves tell; undefined when it is one. */
export function whyNoVote(
  { mirrorId, people }: Standing,
  { voters, isHardwareOnly }: Voting,
  { statement, signature, ...mark }: SignedChange,
  now: Date,
): string | undefined {
  const { signer, mirror_id, claimed_at } = statement;
  if (mirror_id !== mirrorId) return 'it was given to another mirror';
  if (signature === null || signer.key !== signature.key) return 'it is not signed by the key that it names';
  const key = people.key(signature.key);
  if (key?.actor !== signer.actor || !isBy(key.added, mark.index)) return 'the key was not that person’s';
  if (key.revoked) return 'the key was revoked';
  if (!voters.has(signer.actor)) return 'the person may not decide this';
  if (isHardwareOnly && !key.isHardware) return 'the policy asks for a hardware key';
  // The person’s own date counts where it is earlier: a statement may travel for long before it arrives.
  const given = earlierOf(claimed_at, mark.at);
  if (!(given + SIGNATURE_DAYS * DAY_MS >= now.getTime())) return `it is older than ${String(SIGNATURE_DAYS)} days`;
  return undefined;
}

/** Why a change’s signature does not verify; undefined when it does. */
export function whyUnverified(
  { statement, signature }: SignedChange,
  { isHardwareOnly }: Pick<Voting, 'isHardwareOnly'>,
  signatures: Signatures,
): string | undefined {
  const purpose = purposeOf(statement.subject);
  return whyUnsigned({ statement, key: statement.signer.key, signature, purpose }, signatures, isHardwareOnly);
}

function people(count: number): string {
  return count === 1 ? 'One person' : `${String(count)} people`;
}
