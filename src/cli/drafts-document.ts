/** What a file of drafts is as a document: the facts of its one draft, or a list of them. */
import type { NotHeld } from '../publish/many-ceremonies.ts';
import type { DraftsExplanation } from '../sign/explain-many.ts';
import { refusalDocument } from './publishing.ts';

export function draftsDocument({ facts, signedTogether }: DraftsExplanation): object {
  const [only, ...others] = facts;
  return only && others.length === 0 ? only : { drafts: facts, signedTogetherSha256: signedTogether };
}

/** Repositories for which a step was not taken, and why. */
export function refusedDocument(refused: readonly NotHeld[]): object[] {
  return refused.map(({ repository, refusal }) => ({ repository, refusal: refusalDocument(refusal) }));
}

export function refusedLines(refused: readonly NotHeld[]): string[] {
  return refused.flatMap(({ repository, refusal }) => [
    `${repository}: NOT DONE. ${refusal.code}: ${refusal.what}`,
    `  Next: ${refusal.next}`,
  ]);
}
