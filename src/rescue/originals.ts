/** A collection's originals, taken home whole: every root from the first, and everything that the newest state lists. */
import { collect, type Collected, type CurrentFiles, type WantedFile } from '../acquire/notary/collect.ts';
import type { CollectionSource } from '../acquire/notary/collection-source.ts';
import { digestIn } from '../notary/hashes.ts';
import { parseNotarySnapshot, parseNotaryTimestamp } from '../notary/metadata.ts';
import type { Disk } from '../platform/disk.ts';
import { sha256 } from '../tuf/digest.ts';
import type { Limits } from '../tuf/limits.ts';
import { SNAPSHOT, TIMESTAMP } from '../tuf/names.ts';

export interface Keeping {
  readonly disk: Disk;
  /** The directory above all collections. */
  readonly into: string;
  readonly limits: Limits;
}

/**
 * What is kept is what was sent; whether it is right is asked afterwards, of the copy.
 * @throws as `collect`; TRUST_* for a timestamp or snapshot that cannot be read, because nobody knows then what to take
 */
export async function keepOriginals(source: CollectionSource, { disk, into, limits }: Keeping): Promise<Collected> {
  // A server signs a new timestamp when somebody asks for an expired one.
  await source.current(TIMESTAMP, limits.timestampBytes);
  return collect(source, {
    ...{ disk, into, limits },
    rest: async (current) => [...(await listedIn(source, current, limits))],
  });
}

/** Everything by digest that the timestamp leads to. The snapshot is looked into by its digest: `current` may be newer. */
async function listedIn(source: CollectionSource, current: CurrentFiles, limits: Limits): Promise<WantedFile[]> {
  const { snapshot: named } = parseNotaryTimestamp(current.timestamp, TIMESTAMP, limits).payload;
  const digest = digestIn(named);
  const bytes =
    sha256(current.snapshot) === digest
      ? current.snapshot
      : await source.byHash(SNAPSHOT, digest, limits.snapshotBytes);
  const { roles } = parseNotarySnapshot(bytes, SNAPSHOT, limits).payload;
  const listed = [...roles].map(([role, listing]) => ({ role, sha256: digestIn(listing) }));
  return [...listed, { role: SNAPSHOT, sha256: digest }];
}
