/**
 * A target’s bytes, from the store or from the network, never before they were checked whole: what is fetched is staged,
 * checked and only then kept; what is held is checked before it is used, and once more as it is handed out (W-10).
 */
import { Refusal, isRefusal } from '../../errors.ts';
import type { TargetEntry } from '../../tuf/metadata.ts';
import { type Sha256, type TargetPath, printable } from '../../tuf/names.ts';
import { openTarget, type Shelf } from '../fetch/layout.ts';
import type { Store } from '../remember/store.ts';
import { checked, drained } from './target-check.ts';

export interface WantedTarget {
  readonly path: TargetPath;
  readonly entry: TargetEntry;
  /** Under which digest it is held, if it is. */
  readonly held: Sha256 | undefined;
}

/** Where it is fetched from; absent offline. */
export interface TargetSource {
  readonly shelf: Shelf;
  readonly names: 'consistent' | 'plain' | 'any';
}

/**
 * Makes sure that the store holds it.
 * @returns the digest under which it does
 * @throws SOURCE_OFFLINE, SOURCE_*, TRUST_TARGET
 */
export async function obtainTarget(
  store: Store,
  { path, entry, held }: WantedTarget,
  source: TargetSource | undefined,
): Promise<Sha256> {
  if (held !== undefined && (await isGood(store, held, path, entry))) return held;
  if (!source) {
    throw new Refusal('SOURCE_OFFLINE', `The file of ${printable(path)} is not at hand.`, {
      details: { target: printable(path) },
      next: 'Fetch it once where the repository can be reached; it is kept.',
    });
  }
  return store.write(checked(await openTarget(source.shelf, path, entry, source.names), path, entry));
}

/** What the store holds, checked once more while it is read; usable after the last chunk. @throws TRUST_TARGET */
export async function* handOut(
  store: Store,
  digest: Sha256,
  path: TargetPath,
  entry: TargetEntry,
): AsyncGenerator<Uint8Array> {
  const content = await store.read(digest);
  if (!content) throw new Refusal('SOURCE_OFFLINE', `The file of ${printable(path)} has vanished from the store.`);
  yield* checked(content, path, entry);
}

async function isGood(store: Store, digest: Sha256, path: TargetPath, entry: TargetEntry): Promise<boolean> {
  const content = await store.read(digest);
  if (!content) return false;
  try {
    await drained(checked(content, path, entry));
    return true;
  } catch (error) {
    if (isRefusal(error, 'TRUST_TARGET')) return false;
    throw error;
  }
}
