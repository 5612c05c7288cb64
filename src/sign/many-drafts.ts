/** A ceremony for many repositories: what is done to one draft is done to each of a file, with one holder's secret opened once. */
import { Refusal } from '../errors.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { RootDraft } from './draft-document.ts';
import { mergeDrafts, signDraft, signedWhereListed } from './root-draft.ts';
import type { RootHolder } from './root-holder.ts';

export interface SignedDrafts {
  readonly drafts: readonly RootDraft[];
  /** Where the holder's key is a root key; the other drafts are as they were. */
  readonly signed: readonly RepositoryId[];
}

/**
 * All or nothing: one draft that breaks a rule, and none is signed.
 * @throws STATE_ROOT_DRAFT, POLICY_PIN, STATE_LIFETIME; STATE_ROOT_DRAFT when the holder's key is in none of them
 */
export function signDrafts(drafts: readonly RootDraft[], holder: RootHolder, now: Date): SignedDrafts {
  const signed: RepositoryId[] = [];
  const all = drafts.map((draft) => {
    const signer = holder.signerOf(draft);
    // A file may be for several sets of holders.
    const made = drafts.length > 1 ? signedWhereListed(draft, signer, now) : signDraft(draft, signer, now);
    if (made) signed.push(draft.repository);
    return made ?? draft;
  });
  if (signed.length > 0) return { drafts: all, signed };
  throw new Refusal('STATE_ROOT_DRAFT', `No draft in this file lists a key of ${holder.name}, neither now nor next.`);
}

/**
 * Copies that were signed apart from each other, joined repository by repository, in the order of the first.
 * @throws what `mergeDrafts` throws
 */
export function mergeEach(drafts: readonly RootDraft[], now: Date): RootDraft[] {
  return [...byRepository(drafts).values()].map((copies) => mergeDrafts(copies, now));
}

export function byRepository(drafts: readonly RootDraft[]): ReadonlyMap<RepositoryId, readonly RootDraft[]> {
  const copies = new Map<RepositoryId, RootDraft[]>();
  for (const draft of drafts) copies.set(draft.repository, [...(copies.get(draft.repository) ?? []), draft]);
  return copies;
}
