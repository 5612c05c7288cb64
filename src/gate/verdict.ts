/**
 * Whether an import may be published: judged where and when the signing happens, from the leaves and the bytes of the
 * signatures, never from what somebody counted earlier (provenance: “evaluated in the signer, at signing time”).
 *
 * A reject stands until the same person takes it back, even when that person’s key was revoked or the signature erased
 * since; and for every import of that repository with the same authored files, whatever timestamp came with them. Of
 * somebody who was retired it is overruled by an emergency alone, or left behind when upstream authors something else:
 * retiring people must not publish what they had refused.
 * An emergency lowers how many people are asked, drops teams and the wait, and nothing else.
 */
import { Refusal } from '../errors.ts';
import type { Policy } from '../ledger/events/policy.ts';
import type { LeafRef } from '../ledger/events/statements.ts';
import { confirmedBy, count, type Counted, type Ignored, type Measure, whose } from './counting.ts';
import { type Decisions, decisionsOn } from './decisions.ts';
import { importersOf, whyNoImporter } from './importers.ts';
import { isApprover, keysOf } from './people.ts';
import { type ApprovalRecord, type ImportRecord, refOf, type Signatures } from './records.ts';
import type { Rules } from './rules.ts';
import { HOUR_MS, timeOf } from './times.ts';

export interface Question {
  readonly repository: string;
  readonly import: number;
  readonly now: Date;
  readonly signatures: Signatures;
}

export interface Missing {
  readonly people: number;
  /** By team; teams of which nobody is missing are not there. */
  readonly teams: Readonly<Record<string, number>>;
  /** Whole sentences; none when nothing is missing. */
  readonly words: readonly string[];
}

export interface Verdict {
  readonly repository: string;
  readonly import: number;
  readonly state: 'approved' | 'waiting' | 'rejected' | 'cooling-off';
  /** One per person: what a publication names. */
  readonly counted: readonly Counted[];
  readonly missing: Missing;
  readonly ignored: readonly Ignored[];
  /** Rejects that stand, of this import or of another with the same authored files. */
  readonly rejections: readonly { readonly ref: LeafRef; readonly actor: string; readonly import: number }[];
  readonly policy: { readonly scope: string; readonly sha256: string; readonly document: Policy };
  /** Why nobody who may import stands behind it: it has to be imported again. */
  readonly claimProblem: string | undefined;
  /** The emergency, where this would not be approved without it. */
  readonly breakGlass: LeafRef | undefined;
  /** The decision to go back to this import, where it is approved by that. */
  readonly withdrawal: LeafRef | undefined;
  /** When time alone will change the verdict: the end of the cooling-off. */
  readonly nextAt: Date | undefined;
}

/** @throws USAGE_UNKNOWN_IMPORT for what was never verified in this repository */
export function judge(rules: Rules, { repository, import: number, now, signatures }: Question): Verdict {
  const record = verified(rules, repository, number);
  const policy = rules.policies.inForce(repository);
  const excluded = policy.policy.exclude_importer ? importersOf(rules.people, record) : new Set<string>();
  const measure: Measure = { rules, record, policy, excluded, signatures, now };
  const decisions = decisionsOn(rules, record, signatures);
  const { counted, ignored } = count(measure, decisions);
  const missing = missingFrom(measure, counted);
  const rejections = rejectionsOf(measure, decisions);
  const emergency = emergencyFor(measure);
  const standing = rejections.filter(({ approval }) => !emergency || !isRetired(rules, approval));
  const withdrawal = withdrawalTo(measure);
  const claimProblem = withdrawal ? undefined : whyNoImporter(rules, record, signatures);
  const coolsUntil = coolingEnd(measure);
  const isQuorate = missing.words.length === 0;
  const isCool = now.getTime() >= coolsUntil;
  const state = stateOf({
    isRejected: standing.length > 0,
    isClaimed: claimProblem === undefined,
    isExcepted: withdrawal !== undefined || emergency !== undefined,
    ...{ isQuorate, isCool },
  });
  const isOrdinary = isQuorate && isCool && rejections.length === 0;
  return {
    ...{ repository, import: number, state, counted, missing, ignored, claimProblem },
    rejections: standing.map(({ approval, import: other }) => ({ ...whose(approval), import: other })),
    policy: { scope: policy.scope, sha256: policy.sha256, document: policy.policy },
    withdrawal: state === 'approved' ? withdrawal : undefined,
    breakGlass: state === 'approved' && !isOrdinary && !withdrawal ? emergency : undefined,
    nextAt: state === 'cooling-off' ? new Date(coolsUntil) : undefined,
  };
}

interface Findings {
  readonly isRejected: boolean;
  readonly isClaimed: boolean;
  /** By an emergency, or by the decision to go back to it. */
  readonly isExcepted: boolean;
  readonly isQuorate: boolean;
  readonly isCool: boolean;
}

function stateOf({ isRejected, isClaimed, isExcepted, isQuorate, isCool }: Findings): Verdict['state'] {
  if (isRejected) return 'rejected';
  if (!isClaimed) return 'waiting';
  if (isExcepted) return 'approved';
  if (!isQuorate) return 'waiting';
  return isCool ? 'approved' : 'cooling-off';
}

/** @throws POLICY_REJECTED, POLICY_NOT_PERMITTED, POLICY_COOLING_OFF or POLICY_APPROVALS unless it may be published now */
export function requireApproved(verdict: Verdict): void {
  const { repository, import: number, state, rejections, claimProblem, missing, nextAt } = verdict;
  if (state === 'approved') return;
  const what = `Import ${String(number)} of ${repository}`;
  const details = { repository, import: number };
  if (state === 'rejected') {
    const others = rejections.filter((one) => one.import !== number).map((one) => String(one.import));
    const who = [...new Set(rejections.map(({ actor }) => actor))];
    const same = others.length > 0 ? `, as import ${others.join(', ')} with the same authored files` : '';
    throw new Refusal('POLICY_REJECTED', `${what} was rejected by ${who.join(', ')}${same}.`, {
      details: { ...details, rejectedBy: who },
    });
  }
  if (claimProblem !== undefined) {
    throw new Refusal(
      'POLICY_NOT_PERMITTED',
      `The claim of import ${String(number)} is no importer’s: ${claimProblem}.`,
      {
        details,
        next: 'Let somebody with the role of importer import it again with `--as NAME`.',
      },
    );
  }
  if (nextAt) {
    throw new Refusal('POLICY_COOLING_OFF', `${what} waits until ${nextAt.toISOString()}.`, {
      details: { ...details, until: nextAt.toISOString() },
    });
  }
  throw new Refusal('POLICY_APPROVALS', `${what} is not approved: ${missing.words.join(' ')}`, {
    details: { ...details, missing: missing.people },
  });
}

function verified({ imports }: Rules, repository: string, number: number): ImportRecord {
  const record = imports.get(number);
  if (record?.repository !== repository) {
    throw new Refusal('USAGE_UNKNOWN_IMPORT', `${repository} has no import ${String(number)}.`);
  }
  if (record.observation.result === 'verified') return record;
  throw new Refusal(
    'USAGE_UNKNOWN_IMPORT',
    `Import ${String(number)} of ${repository} was refused when it was verified.`,
    {
      next: 'There is nothing to publish in it; import again.',
    },
  );
}

function missingFrom({ rules, policy: { policy }, excluded }: Measure, counted: readonly Counted[]): Missing {
  const people = Math.max(0, policy.min_approvers - counted.length);
  const teams: Record<string, number> = {};
  for (const [team, least] of Object.entries(policy.teams)) {
    const there = counted.filter((one) => one.team === team).length;
    if (there < least) teams[team] = least - there;
  }
  const words: string[] = [];
  if (people > 0) {
    words.push(`${String(counted.length)} of ${String(policy.min_approvers)} people have approved it.`);
  }
  for (const [team, number] of Object.entries(teams)) words.push(`The team ${team} is missing ${String(number)}.`);
  const already = new Set(counted.map(({ actor }) => actor));
  const others = rules.people
    .approvers()
    .filter((one) => !already.has(one.actor) && !excluded.has(one.actor) && isApprover(one))
    .filter((one) => !policy.hardware_keys || keysOf(one).some(({ isHardware }) => isHardware));
  if (others.length < people) words.push(`Only ${String(others.length)} more could do so.`);
  return { people, teams, words };
}

interface Rejection {
  readonly approval: ApprovalRecord;
  readonly import: number;
}

function rejectionsOf({ rules, record, signatures }: Measure, own: Decisions): Rejection[] {
  const found = own.rejections.map((approval) => ({ approval, import: record.number }));
  // The same content under another number is the same content: neither importing again nor waiting for upstream’s next
  // timestamp must wash a reject off.
  for (const other of rules.imports.rejectedWith(record)) {
    if (other === record) continue;
    const { rejections } = decisionsOn(rules, other, signatures);
    found.push(...rejections.map((approval) => ({ approval, import: other.number })));
  }
  return found;
}

function isRetired({ people }: Rules, { statement }: ApprovalRecord): boolean {
  return people.person(statement.approver.actor)?.retired !== undefined;
}

/** The emergency, if it is open, in time, and as many people still stand behind it as it needs. */
function emergencyFor(measure: Measure): LeafRef | undefined {
  const { rules, record, policy, now } = measure;
  const rule = policy.policy.break_glass;
  const opened = rules.exceptions.emergencyFor(record.repository, record.number);
  if (!rule || !opened || opened.reviewed || now.getTime() > opened.reviewBy.getTime()) return undefined;
  // What was taken back in it does not come out again by it.
  if (record.withdrawn && opened.index < record.withdrawn.index) return undefined;
  const { size } = confirmedBy(measure, opened.agreed);
  return size >= Math.max(opened.agreed.asked, rule.min_approvers) ? refOf(opened) : undefined;
}

/** The decision to go back to this import, if it was not carried out yet and the rules are those under which it was made. */
function withdrawalTo(measure: Measure): LeafRef | undefined {
  const { rules, record, policy } = measure;
  const decided = rules.exceptions.withdrawalTo(record.repository, record.number);
  if (!decided || (policy.set && policy.set.index > decided.index)) return undefined;
  // Whoever brought an import in may well agree to go back to it.
  const confirmed = confirmedBy({ ...measure, excluded: new Set() }, decided.agreed);
  return confirmed.size >= decided.agreed.asked ? refOf(decided) : undefined;
}

/** From the later of what the server stated and when it recorded it. */
function coolingEnd({ record, policy }: Measure): number {
  const seen = Math.max(timeOf(record.observation.verified_at), record.observed.at.getTime());
  return seen + policy.policy.cooling_off_hours * HOUR_MS;
}
