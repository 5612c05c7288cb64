/**
 * Verdicts in words: the answer first, then as-of and horizon, which no mirror can move, and then what is established and
 * what is not known, side by side, because one without the other would promise too much.
 */
import type { Standing, Verdict } from '../client/answer/verdict.ts';
import { formatDate } from '../tuf/dates.ts';
import { printable } from '../tuf/names.ts';
import { sideBySide } from './columns.ts';
import { plural, relativeTo } from './words.ts';

/** @param width of the terminal, where there is one */
export function verdictLines(verdict: Verdict, width: number | undefined): string[] {
  const { target, ok, code, sha256, length, authoredBy } = verdict;
  const facts = [
    ...(length === undefined ? [] : [plural(length, 'byte')]),
    ...(sha256 === undefined ? [] : [`SHA-256 ${sha256}`]),
  ];
  return [
    `${printable(target)}: ${ok ? 'OK' : `NO (${code})`}${facts.length === 0 ? '' : `, ${facts.join(', ')}`}`,
    ...(authoredBy === undefined ? [] : [field('authored by', printable(authoredBy))]),
    ...standingFields(verdict),
    '',
    ...sideBySide(
      { title: 'ESTABLISHED', items: verdict.established.map(({ text }) => text) },
      { title: 'NOT KNOWN', items: verdict.notKnown.map(({ text }) => text) },
      width,
    ),
    ...exceptionLines(verdict),
  ];
}

/** The same for a guard as a whole. */
export function standingLines(standing: Standing): string[] {
  return [...standingFields(standing), ...standing.notKnown.map(({ text }) => field('not known', text))];
}

/** Permissions that were used, and what will end soon. */
export function exceptionLines({ graceUsed, warnings }: Standing): string[] {
  return [
    ...graceUsed.map(
      ({ role, expired, until, by, reason }) =>
        `${by === 'grace' ? 'GRACE' : 'AGE LIMIT'} USED: ${printable(role)} expired on ${formatDate(expired)}; believed until ${formatDate(until)}${reason === undefined ? '' : `: ${reason}`}`,
    ),
    ...warnings.map(({ text }) => `WARNING: ${text}`),
  ];
}

function standingFields({
  now,
  repository,
  level,
  mode,
  deliveredBy,
  asOf,
  asOfBy,
  horizon,
  upstream,
}: Standing): string[] {
  const when = (date: Date): string => `${formatDate(date)} (${relativeTo(now, date)})`;
  return [
    field('repository', `${repository}, ${level} level, ${mode === 'cache' ? 'from the cache' : mode}`),
    ...(deliveredBy
      ? [
          field(
            'delivered by',
            `the mirror: generation ${deliveredBy.generation}, import ${deliveredBy.import}, current until ${when(deliveredBy.until)}`,
          ),
        ]
      : []),
    field(
      'as-of',
      asOf
        ? `${when(asOf)}: until then upstream vouched for this${asOfBy === 'mirror' ? ', as the mirror states' : ''}`
        : 'unknown: static pins alone do not say',
    ),
    ...(horizon ? [field('horizon', `${when(horizon.expires)}: ${printable(horizon.role)} expires first`)] : []),
    ...(upstream
      ? [field('upstream', `root ${upstream.root}, timestamp ${upstream.timestamp}, snapshot ${upstream.snapshot}`)]
      : []),
  ];
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(13)} ${text}`;
}
