/** A search for a tag in words: each role in the order of asking, and the answer. Whatever upstream chose is escaped (A-01). */
import { formatDate } from '../../tuf/dates.ts';
import { printable } from '../../tuf/names.ts';
import type { TagOutcome, TagSearch, TagStep } from './tag-search.ts';

const MOST_SHOWN = 120;
const MOST_SAID = 400;

/** One line for each role, and a last one with the answer. */
export function explainTag({ name, steps, outcome }: TagSearch): string[] {
  return [`${shown(name)} ?`, ...steps.map((step) => `  ${stepWords(step, outcome)}`), `→ ${tagOutcomeWords(outcome)}`];
}

/** The answer in one sentence. */
export function tagOutcomeWords(outcome: TagOutcome): string {
  switch (outcome.kind) {
    case 'found':
      return `found: ${shown(outcome.role)} answers for it, with sha256:${outcome.sha256}.`;
    case 'not-found':
      if (outcome.why === 'absent') return 'not found: neither targets/releases nor targets lists it.';
      return outcome.why === 'ignored'
        ? `not found: ${shown(outcome.role)} lists it, and tags are taken from targets/releases and targets only.`
        : `not found: ${shown(outcome.role)} lists it without a SHA-256, so it names no image.`;
    case 'refused':
      return `refused, not “not found”: ${shown(outcome.role)} may speak for it and cannot be believed (${outcome.refusal.code}), so no other role answers in its place.`;
    case 'excluded':
      return `excluded, not “not found”: the mirror states, signed and with a reason, that it does not carry ${shown(outcome.role)}.`;
  }
}

function stepWords({ role, version, expires, saw }: TagStep, outcome: TagOutcome): string {
  const stated = version === undefined ? '' : ` version ${version}${expires ? `, expires ${formatDate(expires)}` : ''}`;
  const ends = saw === 'lists it' ? ' → the search ends here' : '';
  const why =
    saw === 'cannot be used' && 'refusal' in outcome && outcome.role === role
      ? `: ${outcome.refusal.code}: ${printable(outcome.refusal.what, MOST_SAID)}`
      : '';
  return `${shown(role)}${stated} · ${saw === 'lists it' ? 'LISTS IT' : saw}${why}${ends}`;
}

function shown(name: string): string {
  return printable(name, MOST_SHOWN);
}
