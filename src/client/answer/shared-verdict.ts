/**
 * Whether repositories agree, and what they say together: the verdict of all who agreed, with everything that any of them
 * relied on.
 */
import { KNOWN_ALGORITHMS } from '../../tuf/digest.ts';
import type { TargetEntry } from '../../tuf/metadata.ts';
import { printable } from '../../tuf/names.ts';
import type { Refusal } from '../../errors.ts';
import type { Finding } from '../guard.ts';
import type { Mapping } from '../pin/map.ts';
import type { Remark } from './remarks.ts';
import type { Verdict } from './verdict.ts';

/** What one repository said: a finding, or why it said nothing. */
export interface Voice {
  /** Its name in the map. */
  readonly repository: string;
  readonly finding: Finding | undefined;
  readonly refusal: Refusal | undefined;
}

/** One mapping that matched, and who was asked. */
export interface Round {
  readonly mapping: Mapping;
  readonly voices: readonly Voice[];
  /** Repositories that agreed, when they were enough. */
  readonly agreed: readonly string[];
}

/**
 * The first group of at least `threshold` repositories that list the same; empty when there is none. All of a group share
 * one algorithm, and no two of them differ in any: a repository that lists two hashes must not make a bridge between two
 * that agree on nothing.
 */
export function agreementIn(voices: readonly Voice[], threshold: number): string[] {
  const found = voices.flatMap(({ repository, finding }) =>
    finding?.search.outcome.kind === 'found' ? [{ repository, entry: finding.search.outcome.target }] : [],
  );
  for (const algorithm of KNOWN_ALGORITHMS) {
    for (const { entry } of found) {
      const digest = entry.hashes.get(algorithm);
      const group = found.filter((other) => digest !== undefined && other.entry.hashes.get(algorithm) === digest);
      const isOne = group.every((one) => group.every((other) => isCompatible(one.entry, other.entry)));
      if (isOne && group.length >= threshold) return group.map(({ repository }) => repository);
    }
  }
  return [];
}

function isCompatible(a: TargetEntry, b: TargetEntry): boolean {
  const common = KNOWN_ALGORITHMS.filter((name) => a.hashes.has(name) && b.hashes.has(name));
  return a.length === b.length && common.every((name) => a.hashes.get(name) === b.hashes.get(name));
}

/** The verdict of the first that agreed, with what every other one relied on, and the earliest dates of all. */
export function sharedVerdict(round: Round): Verdict {
  const agreeing = round.voices.flatMap(({ repository: name, finding }) =>
    finding && round.agreed.includes(name) ? [{ name, verdict: finding.verdict }] : [],
  );
  const [first] = agreeing;
  if (!first) throw new TypeError('repositories that agreed have verdicts');
  const verdicts = agreeing.map(({ verdict }) => verdict);
  const named = <Worded extends { readonly text: string }>(of: (verdict: Verdict) => readonly Worded[]): Worded[] =>
    agreeing.flatMap(({ name, verdict }) =>
      of(verdict).map((remark) => ({ ...remark, text: `${printable(name, 60)}: ${remark.text}` })),
    );
  return {
    ...first.verdict,
    asOfBy: verdicts.find(({ asOfBy }) => asOfBy === 'mirror')?.asOfBy ?? verdicts[0]?.asOfBy,
    asOf: earliest(
      verdicts.flatMap(({ asOf }) => asOf ?? []),
      (date) => date,
    ),
    horizon: earliest(
      verdicts.flatMap(({ horizon }) => horizon ?? []),
      ({ expires }) => expires,
    ),
    graceUsed: verdicts.flatMap(({ graceUsed }) => graceUsed),
    warnings: named(({ warnings }) => warnings),
    notKnown: named(({ notKnown }) => notKnown),
    established: [...named(({ established }) => established), agreementRemark(round)],
  };
}

function earliest<Dated>(all: readonly Dated[], dateOf: (dated: Dated) => Date): Dated | undefined {
  return [...all].sort((a, b) => dateOf(a).getTime() - dateOf(b).getTime())[0];
}

function agreementRemark({ agreed, mapping }: Round): Remark {
  const names = agreed.map((name) => printable(name, 60)).join(', ');
  return {
    code: 'agreed',
    text: `${agreed.length} of ${mapping.repositories.length} repositories list the same length and hashes, and ${mapping.threshold} must: ${names}.`,
  };
}
