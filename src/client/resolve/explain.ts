/**
 * A search as a tree for people: every role that was visited, why each delegation spoke for the target or did not, where
 * the search ended and because of what. “Refused”, “withheld”, “excluded” and “not found” are different answers, and are
 * said in different words. Pure text; whatever upstream chose in it is escaped (A-01).
 */
import { formatDate } from '../../tuf/dates.ts';
import { type RoleName, printable } from '../../tuf/names.ts';
import type { Look, Outcome, Search, Visit } from './search.ts';

/** Delegations of one role that do not match and are listed all the same; the others are only counted. */
export const MOST_UNMATCHED = 20;

/** Characters of a name, pattern or message that are shown. */
const MOST_SHOWN = 120;
const MOST_SAID = 400;

/**
 * One line per role and delegation, as a tree, and a last one with the answer.
 * @example
 * for (const line of explain((await guard.find('npm/keys.json')).search)) console.log(line);
 */
export function explain({ name, visit, outcome }: Search): string[] {
  return [
    `${shown(name)} ?`,
    `└─ ${shown(visit.role)} ${dots(visit.role)} ${visitWords(visit)}`,
    ...branches(visit.looks, '   '),
    `→ ${outcomeWords(outcome)}`,
  ];
}

/** The answer in one sentence. */
function outcomeWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'found':
      return `found: ${shown(outcome.role)} answers for it.`;
    case 'not-found':
      return outcome.endedBy === undefined
        ? 'not found: every role that may speak for it was asked, and none lists it.'
        : `not found: the delegation to ${shown(outcome.endedBy)} is terminating, so the search ended there; nobody after it was asked.`;
    case 'refused':
      return `refused, not “not found”: ${shown(outcome.role)} may speak for it and cannot be believed (${outcome.refusal.code}), so no other role answers in its place.`;
    case 'withheld':
      return outcome.refusal.code === 'TRUST_ROLE_UNLISTED'
        ? `withheld, not “not found”: upstream delegates to ${shown(outcome.role)} and publishes no such role.`
        : `withheld, not “not found”: upstream publishes ${shown(outcome.role)}, which may speak for it, and the mirror hides it.`;
    case 'excluded':
      return `excluded, not “not found”: the mirror states, signed and with a reason, that it does not carry ${shown(outcome.role)}.`;
  }
}

function visitWords({ version, expires, lists, refusal, looks }: Visit): string {
  if (refusal) return `✗ ${refusal.code}: ${printable(refusal.what, MOST_SAID)}`;
  const stated = `version ${String(version)}${expires ? `, expires ${formatDate(expires)}` : ''}`;
  if (lists) return `${stated} · LISTS IT → the search ends here`;
  return `${stated} · does not list it${looks.length === 0 ? ', and delegates to nobody' : ''}`;
}

/** Matching delegations all, in the delegator’s order; of the others as many as a person reads. */
function branches(looks: readonly Look[], margin: string): string[] {
  const unmatched = looks.filter(({ match }) => match === undefined);
  const left = new Set(unmatched.slice(MOST_UNMATCHED));
  const blocks = looks.filter((look) => !left.has(look)).map((look) => block(look));
  if (left.size > 0) blocks.push([`… and ${left.size} more that do not speak for it`]);
  return blocks.flatMap((lines, index) => {
    const isLast = index === blocks.length - 1;
    return lines.map((line, at) => `${margin}${at > 0 ? (isLast ? '   ' : '│  ') : isLast ? '└─ ' : '├─ '}${line}`);
  });
}

/** One delegation, and below it what came of following it. */
function block({ name, by, match, terminating, byBacktrack, skipped, visit }: Look): string[] {
  const start = `${shown(name)} ${dots(name)}`;
  if (match === undefined) return [`${start} no ${by} of this delegation matches`];
  const matched = by === 'bin' ? `${shown(match)} is this name’s` : `${by} “${shown(match)}” matches`;
  const ends = terminating ? ' · TERMINATING → the search ends here, whatever comes of it' : '';
  const word = byBacktrack ? ' (said by “backtrack: false”)' : '';
  const why = skipped === undefined ? '' : ` · not asked: ${skippedWords(skipped)}`;
  return [
    `${start} ${matched}${why === '' ? `${ends}${word}` : why}`,
    ...(visit ? [visitWords(visit), ...branches(visit.looks, '')] : []),
  ];
}

function skippedWords(skipped: NonNullable<Look['skipped']>): string {
  return skipped === 'visited before' ? 'it was visited before' : skipped;
}

function shown(name: RoleName | string): string {
  return printable(name, MOST_SHOWN);
}

/** Leaders, so that the eye finds the words; as many as the longest of the usual names needs. */
function dots(name: string): string {
  return '.'.repeat(Math.max(2, 24 - name.length));
}
