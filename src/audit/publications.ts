/**
 * One publication, judged again at its leaf: by the rules as they were then, and the signatures as they are now. What the
 * program counted when it signed is compared with what counts: a record that was written by another program, or a gate that
 * was taken out, shows here.
 *
 * A signature that was erased since cannot be verified any more. It is counted as what it was recorded as, and marked: an
 * erasure is an event of its own, and must not make an honest publication look forged.
 */
import { whyUnverified } from '../gate/changes.ts';
import type { ApprovalRecord, Mark, SignedChange } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import { judge, type Verdict } from '../gate/verdict.ts';
import type { LedgerEvent } from '../ledger/events/leaf.ts';
import { type Policy, SOLO } from '../ledger/events/policy.ts';
import type { LeafRef, Publication } from '../ledger/events/statements.ts';

/** On what a publication rests. `solo`: the policy asked nobody, and nobody said anything. */
export type Ground = 'approvals' | 'solo' | 'break-glass' | 'withdrawal';

export interface Agreeing {
  readonly actor: string;
  /** Of the approval, or of the signature under the emergency or the withdrawal. */
  readonly leaf: LeafRef;
  readonly role: string | null;
  readonly key: string | null;
  /** `redacted`: it was erased, by an event that says so. */
  readonly signature: 'verified' | 'redacted' | 'not verified';
}

export interface JudgedPublication extends Mark {
  readonly statement: Publication;
  readonly ground: Ground;
  /** The policy in force at its leaf. */
  readonly policy: Policy;
  /** How many people that asked: for the emergency and the withdrawal, of the ordinary policy as well. */
  readonly asked: number;
  /** Different people whose yes it rests on. */
  readonly people: readonly Agreeing[];
  /** Why it should not have been published, by the rules of then; undefined when it could be. */
  readonly problem: string | undefined;
}

interface Look {
  readonly signatures: (sshsigSha256: string) => string | undefined;
  readonly isErased: (digest: string) => boolean;
}

/** How long composing and signing may have taken: an approval that ran out meanwhile counted when it was asked. */
const COMPOSING_MS = 600_000;

/** @param rules as they were before this leaf, which they accept */
export function judgePublication(
  rules: Rules,
  event: LedgerEvent<'publish'>,
  leaf: LeafRef,
  look: Look,
): JudgedPublication {
  const { statement } = event.body;
  const ask = (agoMs: number): Verdict =>
    judge(rules, {
      ...{ repository: statement.repo_id, import: statement.import_id, signatures: look.signatures },
      now: new Date(event.at.getTime() - agoMs),
    });
  const verdicts = [ask(0)];
  if (!isEnough(statement, verdicts)) verdicts.push(ask(COMPOSING_MS));
  const { document: policy, sha256 } = verdicts[0]?.policy ?? { document: SOLO, sha256: '' };
  const people = agreeing(rules, statement, verdicts, look);
  return {
    ...{ ...leaf, at: event.at, statement, policy, people, asked: policy.min_approvers },
    ground: groundOf(statement, policy, people),
    problem:
      statement.policy_sha256 === sha256
        ? problemOf(rules, statement, { verdicts, people, look })
        : 'it names another policy than was in force',
  };
}

function isEnough({ approvals }: Publication, verdicts: readonly Verdict[]): boolean {
  return verdicts.some(
    ({ state, counted }) =>
      state === 'approved' && approvals.every(({ index }) => counted.some(({ ref }) => ref.index === index)),
  );
}

function groundOf({ break_glass, withdrawal }: Publication, policy: Policy, people: readonly Agreeing[]): Ground {
  if (break_glass) return 'break-glass';
  if (withdrawal) return 'withdrawal';
  return policy.min_approvers === 0 && people.length === 0 ? 'solo' : 'approvals';
}

function agreeing(rules: Rules, statement: Publication, verdicts: readonly Verdict[], look: Look): Agreeing[] {
  const approvals = rules.imports.get(statement.import_id)?.approvals ?? [];
  const counted = new Set(verdicts.flatMap((verdict) => verdict.counted.map(({ ref }) => ref.index)));
  const own = statement.approvals
    .flatMap((ref) => approvals.filter(({ index }) => index === ref.index))
    .map((approval): Agreeing => ofApproval(approval, counted.has(approval.index), look));
  const { break_glass, withdrawal } = statement;
  const agreed =
    rules.exceptions.emergencies().find(({ index }) => index === break_glass?.index)?.agreed ??
    rules.exceptions.withdrawals().find(({ index }) => index === withdrawal?.index)?.agreed;
  const others = (agreed?.signatures ?? []).map((signed): Agreeing => ofChange(signed, look));
  // People are counted, not signatures (K-02).
  return [...new Map([...others, ...own].map((one) => [one.actor, one])).values()];
}

function ofApproval({ index, hash, statement, signature }: ApprovalRecord, isCounted: boolean, look: Look): Agreeing {
  return {
    ...{ actor: statement.approver.actor, leaf: { index, hash }, role: statement.as_role, key: statement.approver.key },
    signature: stateOf(isCounted, signature?.sshsig_sha256, look),
  };
}

function ofChange(signed: SignedChange, look: Look): Agreeing {
  const { index, hash, statement, signature } = signed;
  const isVerified = whyUnverified(signed, { isHardwareOnly: false }, look.signatures) === undefined;
  return {
    ...{ actor: statement.signer.actor, leaf: { index, hash }, role: null, key: statement.signer.key },
    signature: stateOf(isVerified, signature?.sshsig_sha256, look),
  };
}

function stateOf(isGood: boolean, digest: string | undefined, look: Look): Agreeing['signature'] {
  if (isGood) return 'verified';
  return isRedacted(digest, look) ? 'redacted' : 'not verified';
}

function isRedacted(digest: string | undefined, look: Look): boolean {
  return digest !== undefined && look.signatures(digest) === undefined && look.isErased(digest);
}

interface Found {
  readonly verdicts: readonly Verdict[];
  readonly people: readonly Agreeing[];
  readonly look: Look;
}

function problemOf(rules: Rules, statement: Publication, { verdicts, people, look }: Found): string | undefined {
  const [verdict] = verdicts;
  if (people.some(({ signature }) => signature === 'not verified')) return 'it names approvals that did not count';
  if (verdict === undefined || verdicts.some(({ state }) => state === 'approved')) return undefined;
  if (verdict.rejections.length > 0) return 'it was rejected';
  const claim = rules.imports.get(statement.import_id)?.claim.signature?.sshsig_sha256;
  if (verdict.claimProblem !== undefined && !isRedacted(claim, look))
    return `nobody who may import stands behind it: ${verdict.claimProblem}`;
  // With the erased ones there were as many people as were asked: nothing says that it was not so.
  const wereEnough = statement.break_glass ?? statement.withdrawal ?? null;
  const areErased = verdict.claimProblem !== undefined || people.some(({ signature }) => signature === 'redacted');
  if (areErased && (wereEnough !== null || people.length >= verdict.policy.document.min_approvers)) return undefined;
  return verdict.missing.words.join(' ') || 'it was still to wait';
}
