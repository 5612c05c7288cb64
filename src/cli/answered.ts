/** What came of a person’s answer to an import: what it is, what is still missing, and whether it is public now. */
import type { Answered } from '../decide/approve.ts';
import { calledBy } from '../decide/people.ts';
import { publishRecorded, type Publishing } from '../decide/publish.ts';
import { isRefusal } from '../errors.ts';
import { requireApproved, type Verdict } from '../gate/verdict.ts';
import type { ImportApproval } from '../ledger/events/statements.ts';
import { type Mirror, rulesOf } from '../mirror.ts';
import { formatDate } from '../tuf/dates.ts';
import { inNames, personDocument } from './changed.ts';
import type { Invocation } from './invocation.ts';
import type { Report } from './output.ts';
import { publishingDocument, publishingLines, type Refused } from './publishing.ts';

export interface Told extends Answered {
  readonly number: number;
  readonly decision: ImportApproval['decision'];
}

/** Publishes what is approved now, and says all of it. */
export async function reportAnswer(mirror: Mirror, invocation: Invocation, told: Told): Promise<Report> {
  const { repository, number, decision, signer, team, review, entry, verdict } = told;
  const published = entry === undefined || decision === 'reject' ? undefined : await publish(mirror, invocation, told);
  const who = calledBy({ rules: rulesOf(mirror), sealed: mirror.sealed }, signer?.actor ?? 'local');
  return {
    lines: [
      // As it is, byte for byte: what was read is what the digest is of.
      ...(invocation.isRehearsal && review ? review.summary.text.trimEnd().split('\n') : []),
      ...inNames(mirror, [
        `${VERBS[decision][entry === undefined ? 1 : 0]} import ${number} of ${repository} as ${who}${team === null ? '' : `, for the team ${team}`}.`,
        ...(published ? publishingLines(repository, published) : verdictLines(mirror, verdict)),
      ]),
    ],
    document: {
      repository,
      import: number,
      decision,
      by: { ...personDocument(mirror, signer?.actor ?? 'local'), key: signer?.key, team },
      summary: review && { from: review.from ?? 0, sha256: review.summary.sha256, text: review.summary.text },
      entry,
      ...verdictDocument(mirror, verdict),
      publication: publishingDocument(published),
      dryRun: invocation.isRehearsal,
    },
    firstRefusal: published?.outcome === 'refused' ? published.refusal.code : undefined,
  };
}

const VERBS = {
  approve: ['Approved', 'Would approve'],
  reject: ['Rejected', 'Would reject'],
  withdraw: ['Took back the answer to', 'Would take back the answer to'],
} as const;

/** The answer is recorded whatever comes of it: a publication that is refused now must not look as if it were not. */
async function publish(
  mirror: Mirror,
  invocation: Invocation,
  { number, verdict }: Told,
): Promise<Publishing | Refused | undefined> {
  if (verdict.state !== 'approved') return undefined;
  try {
    const onProgress = invocation.progress.step;
    return await publishRecorded(mirror, { import: number, isCommanded: false, onProgress });
  } catch (error) {
    if (isRefusal(error)) return { outcome: 'refused', import: number, refusal: error };
    throw error;
  }
}

function verdictLines(mirror: Mirror, verdict: Verdict): string[] {
  const { repository, import: number, state, counted, ignored } = verdict;
  const known = { rules: rulesOf(mirror), sealed: mirror.sealed };
  return [
    state === 'approved' ? `It is approved. Next: countersign publish ${number}` : whyNot(verdict),
    ...counted.map(
      ({ actor, team, until }) =>
        `  counts   ${calledBy(known, actor)}${team === null ? '' : ` for ${team}`}, until ${formatDate(until)}`,
    ),
    ...ignored.map(({ actor, why }) => `  ignored  ${calledBy(known, actor)}: ${why}`),
    ...(state === 'waiting'
      ? [`Next: the others run countersign approve ${number} --as NAME (countersign diff ${repository} ${number})`]
      : []),
  ];
}

function whyNot(verdict: Verdict): string {
  try {
    requireApproved(verdict);
    return '';
  } catch (error) {
    if (isRefusal(error)) return error.what;
    throw error;
  }
}

export function verdictDocument(mirror: Mirror, verdict: Verdict): object {
  const { state, counted, ignored, rejections, missing, nextAt, policy } = verdict;
  return {
    state,
    counted: counted.map(({ actor, team, until }) => ({
      ...personDocument(mirror, actor),
      team,
      until: formatDate(until),
    })),
    ignored: ignored.map(({ actor, why }) => ({ ...personDocument(mirror, actor), why })),
    rejections: rejections.map(({ actor, import: number }) => ({ ...personDocument(mirror, actor), import: number })),
    missing: { people: missing.people, teams: missing.teams, words: missing.words },
    nextAt: nextAt && formatDate(nextAt),
    policySha256: policy.sha256,
  };
}
