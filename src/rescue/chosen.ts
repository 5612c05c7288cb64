/** Which collections a rescue is about: named, listed, found in the change feed by prefix, or changed since the last time. */
import { matcher } from '../acquire/notary/collections-of.ts';
import type { Collections } from '../acquire/notary/open.ts';
import { Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { follow, readPlace } from './follow.ts';
import type { Wanted } from './wanted.ts';

export interface Choice {
  /** Names, and prefixes that end in `/*`. */
  readonly names: readonly string[];
  readonly listed: readonly Wanted[];
  /** Of all these, only what the feed has told of since it was left. */
  readonly onlyChanged: boolean;
  /** What is enrolled from there: chosen where nothing is named and only changes are wanted. */
  readonly enrolled: readonly string[];
}

export interface Chosen {
  readonly wanted: readonly Wanted[];
  /** Names that upstream deleted at some time: those that exist again may be somebody else’s (N-08). */
  readonly deleted: readonly string[];
  /** Names that no address can be made of. */
  readonly unusable: readonly string[];
  /** Where the feed was left; undefined where it was not read. */
  readonly last: string | undefined;
  /** Whether everything that is enrolled from there was chosen: else what the feed told of the rest would be passed over. */
  readonly isOfAll: boolean;
}

export interface Place {
  readonly disk: Disk;
  /** As it goes into the record. */
  readonly location: string;
  readonly into: string;
}

/** @throws USAGE_OPTION where nothing is chosen, or a feed is needed and there is none; what the feed throws */
export async function choose(
  changes: Collections['changes'],
  { names, listed, onlyChanged, enrolled }: Choice,
  { disk, location, into }: Place,
): Promise<Chosen> {
  const digests = new Map(listed.map(({ gun, rootSha256 }) => [gun, rootSha256]));
  const asWanted = (guns: Iterable<string>): Wanted[] =>
    [...new Set(guns)].map((gun) => ({ gun, rootSha256: digests.get(gun) }));
  const all = [...names, ...digests.keys()];
  const interesting = all.length === 0 && onlyChanged ? enrolled : all;
  if (interesting.length === 0) {
    throw new Refusal('USAGE_OPTION', 'No collection is named.', {
      next: 'Name some, or all below a prefix (registry.example.com/team/*), or a list of them: --list FILE.',
    });
  }
  const isExact = (name: string): boolean => !name.includes('*');
  if (!onlyChanged && interesting.every(isExact)) {
    return { wanted: asWanted(interesting), deleted: [], unusable: [], last: undefined, isOfAll: false };
  }
  if (!changes) {
    throw new Refusal('USAGE_OPTION', 'A directory has no change feed, so every collection in it must be named.', {
      next: 'Name the collections, or list them: --list FILE.',
    });
  }
  const from = onlyChanged ? await readPlace(disk, into, location) : undefined;
  const isInteresting = matcher(interesting);
  const { collections, deleted, unusable, last } = await follow(changes, interesting, from);
  const exact = onlyChanged ? [] : interesting.filter(isExact);
  const wanted = asWanted([...exact, ...collections]);
  return { wanted, deleted, unusable, last, isOfAll: enrolled.every(isInteresting) };
}
