/** What came of a change that people must agree to, in words and as a document. */
import type { Changed } from '../decide/change.ts';
import { calledBy, nameOf, withNames } from '../decide/people.ts';
import { type Mirror, rulesOf } from '../mirror.ts';
import { plural } from './words.ts';

export interface PersonDocument {
  readonly actor: string;
  readonly name: string | undefined;
}

export function personDocument(mirror: Mirror, actor: string): PersonDocument {
  return { actor, name: nameOf({ rules: rulesOf(mirror), sealed: mirror.sealed }, actor) };
}

/** Sentences of the gate’s, which knows pseudonyms only. */
export function inNames(mirror: Mirror, lines: readonly string[]): string[] {
  const known = { rules: rulesOf(mirror), sealed: mirror.sealed };
  return lines.map((line) => withNames(known, line));
}

/** @param done what was done, as a sentence; for a rehearsal and for what waits, it says what would be */
export function changedLines(mirror: Mirror, changed: Changed, done: string): string[] {
  const { outcome, asked, signedBy, missing, others, hadSigned } = changed;
  const known = { rules: rulesOf(mirror), sealed: mirror.sealed };
  const names = signedBy.map((actor) => calledBy(known, actor)).join(', ');
  if (outcome === 'done') return [done, ...(signedBy.length > 0 ? [`Agreed to by ${names}.`] : [])];
  const rest =
    missing === 0
      ? 'It would take effect at once.'
      : `${plural(missing, 'more signature')} of ${asked} ${missing === 1 ? 'is' : 'are'} missing: ${others.map((actor) => calledBy(known, actor)).join(' or ')}.`;
  if (outcome === 'rehearsed') return [`Not done, only rehearsed: ${done}`, rest];
  return [
    `RECORDED, AND WAITS. ${hadSigned ? 'Signed before' : 'Signed'} by ${names}: ${done}`,
    rest,
    'It takes effect when they run the same command with their own --as; --reason may be left out then.',
  ];
}

export function changedDocument(mirror: Mirror, changed: Changed): object {
  const { outcome, subjectSha256, asked, signedBy, missing, others } = changed;
  const isRehearsal = outcome === 'rehearsed';
  return {
    outcome,
    // A rehearsal seals nothing, so its subject is nobody’s.
    subjectSha256: isRehearsal ? undefined : subjectSha256,
    asked,
    signedBy: signedBy.map((actor) => personDocument(mirror, actor)),
    missing,
    others: others.map((actor) => personDocument(mirror, actor)),
    dryRun: isRehearsal,
  };
}
