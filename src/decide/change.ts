/**
 * What people decide about the rules, as events: each signs one and the same subject, and with the last signature that is
 * needed the change takes effect in the same commit. A person signs outside the writer’s lock, because typing a passphrase
 * may take minutes and renewals must go on; what changed meanwhile is looked at again.
 */
import { Refusal } from '../errors.ts';
import { admitChange } from '../gate/admission.ts';
import { judgeChange, subjectDigest, votingOn } from '../gate/changes.ts';
import type { Rules } from '../gate/rules.ts';
import { purposeOf } from '../gate/subjects.ts';
import { canonicalBytes } from '../ledger/events/leaf.ts';
import type { ChangeStatement, ChangeSubject, LeafRef } from '../ledger/events/statements.ts';
import type { SealedKind } from '../ledger/sealed.ts';
import type { NewEvent } from '../ledger/transcript.ts';
import { type Mirror, rulesOf, withWriter } from '../mirror.ts';
import { randomName } from '../platform/random.ts';
import { signaturesIn } from '../publish/authority.ts';
import { formatDate } from '../tuf/dates.ts';
import { findPending, type Wanted } from './pending.ts';
import { type Signer, signerFor, type Signing } from './signing.ts';

/** Seals a value; a rehearsal keeps nothing. @returns the commitment */
export type Seal = (kind: SealedKind, value: string) => string;

/** What an event says of those who agreed. */
export interface AgreedTo {
  readonly subject_sha256: string;
  readonly signatures: readonly LeafRef[];
}

/** A change that somebody asks for, as the rules stand. @throws what refuses it, whoever agrees */
export type Proposal = (rules: Rules) => Plan;

export interface Plan extends Wanted {
  /** The subject, where nobody has begun. */
  readonly make: (seal: Seal) => ChangeSubject;
  /** What takes effect. @param by whose run it is: the last signer’s, or the account of this machine */
  readonly effects: (subject: ChangeSubject, agreed: Agreement, by: string) => NewEvent[];
}

/** What an event says of those who agreed, once their leaves are there. */
export type Agreement = (appended: readonly LeafRef[]) => AgreedTo;

export interface Changed {
  readonly outcome: 'done' | 'waits' | 'rehearsed';
  readonly subject: ChangeSubject;
  readonly subjectSha256: string;
  /** How many people must agree; 0 while nobody can sign. */
  readonly asked: number;
  /** Those who have signed, by pseudonym, this run’s signer included. */
  readonly signedBy: readonly string[];
  readonly missing: number;
  /** Those who could sign and have not. */
  readonly others: readonly string[];
  /** Whether the signer’s earlier signature still counts, so that no second one was made. */
  readonly hadSigned: boolean;
}

/**
 * @param signing who signs; nobody while nobody can
 * @throws POLICY_CHANGE where a signature is needed and nobody was named; STATE_CONFLICT where others changed it meanwhile
 */
export async function settleChange(
  mirror: Mirror,
  proposal: Proposal,
  signing: Signing | undefined,
  isRehearsal: boolean,
): Promise<Changed> {
  // A stepped clock or a changed ledger refuses here, before anybody is asked.
  if (!isRehearsal) await withWriter(mirror, () => Promise.resolve());
  const rules = rulesOf(mirror);
  const plan = proposal(rules);
  const pending = findPending(mirror, rules, plan);
  const seal: Seal = isRehearsal ? () => '0'.repeat(64) : (kind, value) => mirror.sealed.seal(kind, value);
  const subject = pending?.subject ?? plan.make(seal);
  const signer = await whoSigns(mirror, rules, subject, signing);
  const before = standingOf(mirror, rules, subject);
  if (isRehearsal) return changedBy('rehearsed', subject, before, signer);
  const statement =
    signer && !before.signedBy.has(signer.actor) ? statementOf(rules, mirror, subject, signer) : undefined;
  const armored = statement && (await signer?.sign(canonicalBytes(statement), purposeOf(subject)));
  return withWriter(mirror, async (writer) => {
    const now = rulesOf(mirror);
    const { effects, ...wanted } = proposal(now);
    const there = findPending(mirror, now, wanted);
    // Two who begin at once would each wait for the other’s signature under something else.
    if (there && there.sha256 !== subjectDigest(subject)) {
      throw new Refusal('STATE_CONFLICT', 'Somebody else has begun the same change meanwhile.');
    }
    const counted = standingOf(mirror, now, subject);
    const events: NewEvent[] = [];
    if (signer && statement && armored !== undefined) {
      admitChange(now, { statement, armored, now: mirror.clock.now() });
      const signature = { key: signer.key, sshsig_sha256: mirror.sealed.keep('signature', armored) };
      events.push({ type: 'change.signed', actor: signer.actor, body: { statement, signature } });
    }
    const changed = changedBy('waits', subject, counted, signer);
    if (changed.missing > 0) {
      if (events.length > 0) await writer.commit({ events });
      return changed;
    }
    const agreed = agreement(subject, [...counted.signedBy.values()], statement !== undefined);
    await writer.commit({ events: [...events, ...effects(subject, agreed, signer?.actor ?? 'local')] });
    return { ...changed, outcome: 'done' };
  });
}

interface Counted {
  readonly asked: number;
  readonly voters: ReadonlySet<string>;
  readonly signedBy: ReadonlyMap<string, LeafRef>;
}

function standingOf({ sealed, clock }: Mirror, rules: Rules, subject: ChangeSubject): Counted {
  const { asked, voters } = votingOn(rules, subject);
  const { counted } = judgeChange(rules, subject, signaturesIn(sealed), clock.now());
  const made = rules.changes.get(subjectDigest(subject))?.signatures ?? [];
  const signedBy = new Map(
    counted.map((ref) => [made.find(({ index }) => index === ref.index)?.statement.signer.actor ?? '', ref]),
  );
  return { asked, voters, signedBy };
}

/** @throws POLICY_CHANGE, USAGE_OPTION, POLICY_NOT_PERMITTED */
async function whoSigns(
  mirror: Mirror,
  rules: Rules,
  subject: ChangeSubject,
  signing: Signing | undefined,
): Promise<Signer | undefined> {
  const { asked, voters, isHardwareOnly } = votingOn(rules, subject);
  if (!signing) {
    if (asked === 0) return undefined;
    const who = asked === 1 ? 'One person has' : `${asked} people have`;
    throw new Refusal('POLICY_CHANGE', `${who} to sign this, and nobody is named who does.`, {
      details: { asked, missing: asked },
      next: 'Run it again with --as NAME, and --key FILE where the key is not in the agent.',
    });
  }
  if (asked === 0) {
    throw new Refusal('USAGE_OPTION', 'Nobody can sign for a change yet, so the account of this machine decides.', {
      next: 'Leave --as out.',
    });
  }
  const signer = await signerFor(mirror, signing, { role: 'approver', isHardwareOnly });
  // Before anybody types a passphrase for nothing.
  if (voters.has(signer.actor)) return signer;
  throw new Refusal(
    'POLICY_NOT_PERMITTED',
    `${signer.actor} may not decide this: it is about them, or about what they brought in.`,
    {
      details: { actor: signer.actor },
    },
  );
}

function statementOf(rules: Rules, { clock }: Mirror, subject: ChangeSubject, signer: Signer): ChangeStatement {
  return {
    schema: 'policy-change/1',
    change_id: randomName(),
    mirror_id: rules.mirrorId,
    subject,
    signer: { actor: signer.actor, key: signer.key },
    claimed_at: formatDate(clock.now()),
  };
}

/** What the events name: earlier signatures, and the one that is appended right before them. */
function agreement(subject: ChangeSubject, earlier: readonly LeafRef[], hasNew: boolean): Agreement {
  let own: readonly LeafRef[] | undefined;
  return (appended) => {
    own ??= hasNew ? appended.slice(-1) : [];
    return { subject_sha256: subjectDigest(subject), signatures: [...earlier, ...own] };
  };
}

function changedBy(
  outcome: Changed['outcome'],
  subject: ChangeSubject,
  { asked, voters, signedBy }: Counted,
  signer: Signer | undefined,
): Changed {
  const everybody = new Set([...signedBy.keys(), ...(signer ? [signer.actor] : [])]);
  return {
    outcome,
    subject,
    subjectSha256: subjectDigest(subject),
    asked,
    signedBy: [...everybody],
    missing: Math.max(0, asked - everybody.size),
    others: [...voters].filter((actor) => !everybody.has(actor)),
    hadSigned: signer !== undefined && signedBy.has(signer.actor),
  };
}
