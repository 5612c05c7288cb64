/**
 * With which root a collection that nobody has enrolled begins, and why it is believed. Notary’s own clients believe
 * whatever they see first (N-09); here it is a digest from elsewhere, a cache of a client that has seen it before, or, only
 * where that was decided by name and with a reason, what the source shows now.
 */
import type { CollectionSource } from '../acquire/notary/collection-source.ts';
import { openDirectoryCollection } from '../acquire/notary/directory-collection.ts';
import { isRefusal, Refusal } from '../errors.ts';
import { TrustedCollection } from '../notary/trusted-set.ts';
import { ForeignTree } from '../platform/foreign-tree.ts';
import { sha256 } from '../tuf/digest.ts';
import type { Limits } from '../tuf/limits.ts';
import { printable, ROOT, type Sha256 } from '../tuf/names.ts';
import type { Wanted } from './wanted.ts';

export type Ground = 'digest' | 'cache' | 'first-use';

export interface FirstRoot {
  readonly bytes: Uint8Array;
  readonly ground: Ground;
}

export interface Grounds {
  /** A client’s trust directory (`~/.docker/trust`, `~/.notary`). */
  readonly cache: string | undefined;
  /** Believe what is shown where nothing else is known. */
  readonly firstUse: boolean;
}

/**
 * @param originals the collection as it was taken home
 * @param roots how many root versions lie there
 * @returns undefined where nothing says which root is right
 * @throws TRUST_ROOT_DIGEST where a digest was given that no root there has; SOURCE_*, also where there is no cache
 */
export async function findFirstRoot(
  originals: CollectionSource,
  roots: number,
  { gun, rootSha256 }: Wanted,
  { cache, firstUse }: Grounds,
  limits: Limits,
): Promise<FirstRoot | undefined> {
  if (rootSha256 !== undefined) return byDigest(originals, roots, rootSha256, limits);
  const cached = cache === undefined ? undefined : await inCache(cache, gun, limits);
  if (cached) return { bytes: cached, ground: 'cache' };
  return firstUse ? { bytes: await originals.current(ROOT, limits.rootBytes), ground: 'first-use' } : undefined;
}

/**
 * A digest that is given for what is enrolled already: it may have begun with first use, and this is the word that tells. A
 * root after the enrolled one lies on the way that every import goes; one before it must lead there.
 * @throws TRUST_ROOT_DIGEST where no root there has it, or it is not of the enrolled one’s chain; TRUST_*, SOURCE_*
 */
export async function requireSameChain(
  originals: CollectionSource,
  roots: number,
  { gun, rootSha256 }: Wanted,
  enrolled: Uint8Array,
  limits: Limits,
): Promise<void> {
  if (rootSha256 === undefined || rootSha256 === sha256(enrolled)) return;
  const { version: end } = TrustedCollection.enrol(enrolled, gun, limits).root;
  let { bytes } = await byDigest(originals, roots, rootSha256, limits);
  let trusted = TrustedCollection.enrol(bytes, gun, limits);
  while (trusted.root.version < end) {
    const next = trusted.root.version + 1;
    bytes = await originals.byVersion(ROOT, next, limits.rootBytes);
    trusted = trusted.rotate(bytes, next);
  }
  if (trusted.root.version > end || sha256(bytes) === sha256(enrolled)) return;
  throw new Refusal(
    'TRUST_ROOT_DIGEST',
    `The root of ${printable(gun)} with the SHA-256 ${rootSha256} does not lead to the one that is enrolled.`,
    { details: { expected: rootSha256, actual: sha256(enrolled) } },
  );
}

async function byDigest(
  originals: CollectionSource,
  roots: number,
  expected: Sha256,
  { rootBytes }: Limits,
): Promise<FirstRoot> {
  const current = await originals.current(ROOT, rootBytes);
  if (sha256(current) === expected) return { bytes: current, ground: 'digest' };
  for (let version = roots; version >= 1; version--) {
    const bytes = await originals.byVersion(ROOT, version, rootBytes);
    if (sha256(bytes) === expected) return { bytes, ground: 'digest' };
  }
  throw new Refusal(
    'TRUST_ROOT_DIGEST',
    `No root of ${printable(originals.gun)} has the SHA-256 ${expected}; the newest has ${sha256(current)}.`,
    { details: { expected, actual: sha256(current) } },
  );
}

async function inCache(cache: string, gun: string, { rootBytes }: Limits): Promise<Uint8Array | undefined> {
  try {
    return await (await openDirectoryCollection(cache, gun)).current(ROOT, rootBytes);
  } catch (error) {
    if (!isRefusal(error, 'SOURCE_UNREACHABLE') && !isRefusal(error, 'SOURCE_NOT_FOUND')) throw error;
    // A cache that is none, or whose disk was pulled, knows nothing of any collection: first use would take them all.
    await ForeignTree.open(cache);
    return undefined;
  }
}
