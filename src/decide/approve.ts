/**
 * A person’s answer to one import: yes, no, or taken back. The statement names everything that the answer is about by
 * digest, and the text that was read; with the last yes that is needed it is published in the same run.
 */
import { isRefusal, Refusal } from '../errors.ts';
import { admitApproval } from '../gate/admission.ts';
import type { Rules } from '../gate/rules.ts';
import type { Verdict } from '../gate/verdict.ts';
import { canonicalBytes } from '../ledger/events/leaf.ts';
import type { ImportApproval } from '../ledger/events/statements.ts';
import { EMPTY_LIST_SHA256 } from '../ledger/lists.ts';
import { type Mirror, rulesOf, withWriter } from '../mirror.ts';
import { randomName } from '../platform/random.ts';
import { requireNotRetired, verdictOn } from '../publish/authority.ts';
import { requireAccepted } from '../publish/next.ts';
import { PURPOSES } from '../sshsig/namespaces.ts';
import { formatDate } from '../tuf/dates.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { verifiedImport } from './exceptions.ts';
import { type Review, reviewOf } from './review.ts';
import { type Signer, signerFor, type Signing } from './signing.ts';

export interface Answer {
  readonly import: number;
  readonly decision: ImportApproval['decision'];
  /** Who answers; without anybody, the account of this machine, which can say no and take that back. */
  readonly signing?: Signing | undefined;
  /** For which team of the person’s; where the policy asks for one of theirs, that one. */
  readonly team?: string | undefined;
  readonly validUntil?: Date | undefined;
  readonly comment?: string | undefined;
  readonly isRehearsal?: boolean;
  /** Shows what is about to be signed, and asks. @throws what keeps it from being signed */
  readonly confirm: (review: Review, signer: Signer | undefined) => Promise<void>;
}

export interface Answered {
  readonly repository: RepositoryId;
  readonly signer: Signer | undefined;
  readonly team: string | null;
  /** Undefined where it cannot be made any more; a no needs none. */
  readonly review: Review | undefined;
  /** The leaf; undefined for a rehearsal. */
  readonly entry: number | undefined;
  /** What the gate says now. */
  readonly verdict: Verdict;
}

/** @throws USAGE_UNKNOWN_IMPORT, USAGE_OPTION, POLICY_NOT_PERMITTED, POLICY_CHANGE, POLICY_SUMMARY, POLICY_RETIRED, TRUST_SSH_SIGNATURE, STATE_CONFLICT */
export async function answer(mirror: Mirror, request: Answer): Promise<Answered> {
  const { import: number, decision, isRehearsal = false } = request;
  if (!isRehearsal) await withWriter(mirror, () => Promise.resolve());
  const rules = rulesOf(mirror);
  const record = verifiedImport(rules, number);
  const repository = record.repository as RepositoryId;
  requireAccepted(mirror, repository, number);
  // Nobody signs for what can never be public.
  if (decision === 'approve') requireNotRetired(rules, repository, number);
  refusePast(request, mirror.clock.now());
  const signer = await whoAnswers(mirror, rules, repository, request);
  if (decision === 'withdraw') requireSomethingSaid(rules, number, signer);
  const team = request.team ?? teamOf(rules, repository, signer);
  const review = await reviewFor(mirror, rules, request);
  const asked = { repository, signer, team, review };
  if (isRehearsal) return { ...asked, entry: undefined, verdict: verdictOn(mirror, repository, number) };
  if (review) await request.confirm(review, signer);
  const statement = statementOf(mirror, rules, request, asked);
  const armored = signer && (await signer.sign(canonicalBytes(statement), PURPOSES.importApproval));
  const entry = await withWriter(mirror, async (writer) => {
    const now = rulesOf(mirror);
    if (armored !== undefined) admitApproval(now, { statement, armored, now: mirror.clock.now() });
    if (decision === 'approve') requireSamePublic(now, repository, review);
    const signature =
      signer && armored !== undefined
        ? { key: signer.key, sshsig_sha256: mirror.sealed.keep('signature', armored) }
        : null;
    const actor = signer?.actor ?? 'local';
    const event = { type: 'approval', actor, cause: record.observed.hash, body: { statement, signature } } as const;
    return (await writer.commit({ events: [event] })).at(-1)?.index;
  });
  return { ...asked, entry, verdict: verdictOn(mirror, repository, number) };
}

/** Before anybody signs what would never count. */
function refusePast({ validUntil }: Answer, now: Date): void {
  if (!validUntil || validUntil > now) return;
  throw new Refusal('USAGE_OPTION', `It would have ended at ${formatDate(validUntil)}, before it began.`);
}

async function whoAnswers(
  mirror: Mirror,
  rules: Rules,
  repository: string,
  { signing, decision, team }: Answer,
): Promise<Signer | undefined> {
  if (signing) {
    const isHardwareOnly = decision === 'approve' && rules.policies.inForce(repository).policy.hardware_keys;
    return signerFor(mirror, signing, { role: 'approver', ...(team !== undefined && { team }), isHardwareOnly });
  }
  if (decision !== 'approve') return undefined;
  throw new Refusal('USAGE_OPTION', 'A yes is somebody’s word: nobody is named who gives it.', {
    next: 'Give --as NAME, and --key FILE where the key is not in the agent.',
  });
}

/** The only team of the person’s that the policy asks for: nobody should have to say what can be meant one way only. */
function teamOf(rules: Rules, repository: string, signer: Signer | undefined): string | null {
  const { teams } = rules.policies.inForce(repository).policy;
  const theirs = Object.keys(teams).filter((team) => signer?.roles.includes(`approver:${team}`));
  return theirs.length === 1 ? (theirs[0] ?? null) : null;
}

function requireSomethingSaid(rules: Rules, number: number, signer: Signer | undefined): void {
  const actor = signer?.actor ?? 'local';
  const last = verifiedImport(rules, number).approvals.findLast(({ statement }) => statement.approver.actor === actor);
  if (last && last.statement.decision !== 'withdraw') return;
  throw new Refusal('USAGE_OPTION', `There is no answer of ${actor} to import ${number} that could be taken back.`);
}

/** A yes needs something to read. A no must be possible even where the files are damaged. */
async function reviewFor(
  mirror: Mirror,
  rules: Rules,
  { import: number, decision }: Answer,
): Promise<Review | undefined> {
  try {
    return await reviewOf(mirror, rules, number);
  } catch (error) {
    if (decision === 'approve' || !isRefusal(error)) throw error;
    return undefined;
  }
}

/** What was read is what changes from the state that is public: when that has moved, something else was read. */
function requireSamePublic(rules: Rules, repository: string, review: Review | undefined): void {
  if (rules.imports.current(repository)?.statement.import_id === review?.from) return;
  throw new Refusal('STATE_CONFLICT', `Another state of ${repository} was published while this one was read.`);
}

function statementOf(
  { clock, sealed }: Mirror,
  rules: Rules,
  { import: number, decision, validUntil, comment }: Answer,
  { repository, signer, team, review }: Pick<Answered, 'repository' | 'signer' | 'team' | 'review'>,
): ImportApproval {
  const { observed, observation } = verifiedImport(rules, number);
  return {
    schema: 'import-approval/1',
    approval_id: randomName(),
    mirror_id: rules.mirrorId,
    repo_id: repository,
    import_id: number,
    observation: { index: observed.index, hash: observed.hash },
    candidate: String(observation.candidate),
    targets_root: String(observation.targets_root),
    files_sha256: observation.files_sha256,
    decision,
    as_role: team,
    policy_sha256: rules.policies.inForce(repository).sha256,
    // Of no text at all where nothing could be shown.
    summary_sha256: review?.summary.sha256 ?? EMPTY_LIST_SHA256,
    valid_until: validUntil ? formatDate(validUntil) : null,
    comment: comment === undefined ? null : sealed.seal('comment', comment),
    approver: { actor: signer?.actor ?? 'local', key: signer?.key ?? null },
    claimed_at: formatDate(clock.now()),
  };
}
