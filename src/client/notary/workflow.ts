/**
 * The top of a collection as the mirror serves it: root chain, timestamp, snapshot. Roots are asked for one by one, where
 * stock clients jump; the rest is their order, with the version checks that they skip when the newer file is shorter.
 *
 * What is held from before serves two ends only, as in TUF’s workflow: its versions must not be undercut as long as the
 * newest root’s keys stand behind it, and it spares a download.
 * Source: the dialect’s description, 6.2, 7.1 and 7.4.
 */
import type { NotaryListing } from '../../notary/hashes.ts';
import { parseNotarySnapshot, parseNotaryTimestamp } from '../../notary/metadata.ts';
import { requireNotaryThreshold } from '../../notary/signatures.ts';
import type {
  TrustedCollection,
  TrustedCollectionSnapshot,
  TrustedCollectionTimestamp,
} from '../../notary/trusted-set.ts';
import type { Limits } from '../../tuf/limits.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP } from '../../tuf/names.ts';
import type { ExpiryRule, Previous } from '../../tuf/trusted-set.ts';
import { type Chain, type ChainRules, followRoots, newestOf } from '../trust/roots.ts';
import { type HeldTop, believeAny, quietly } from '../trust/workflow.ts';

/** What a mirror answers of a collection. */
export interface CollectionView {
  /** The root of that version; undefined when there is certainly none. */
  root(version: number): Promise<Uint8Array | undefined>;
  timestamp(): Promise<Uint8Array>;
  snapshot(listing: NotaryListing): Promise<Uint8Array>;
}

export type CollectionChain = Chain<TrustedCollection>;

export interface CollectionRules extends ChainRules<TrustedCollection> {
  readonly expiry: ExpiryRule;
  /** @throws when a root of the chain is not what the pin says */
  readonly requirePinned: (root: TrustedCollection) => void;
  /** Versions of authored roles that were seen, under whatever keys of the mirror’s. */
  readonly roles: ReadonlyMap<RoleName, number>;
}

export interface CollectionTop {
  readonly chain: CollectionChain;
  readonly snapshot: TrustedCollectionSnapshot;
}

/** @throws TRUST_*, SOURCE_*: the first thing that is wrong */
export async function followCollection(
  anchor: Uint8Array,
  held: HeldTop,
  view: CollectionView,
  rules: CollectionRules,
): Promise<CollectionTop> {
  const chain = await followRoots(anchor, held.roots, (version) => view.root(version), rules);
  // Before anything that the root’s other keys signed is looked at: this is how content is about to be forged (M-02).
  for (const root of chain) rules.requirePinned(root);
  const timestamp = await followTimestamp(newestOf(chain), held, view, rules);
  const known = held.snapshot && quietly(() => timestamp.snapshot(held.snapshot ?? new Uint8Array()));
  const snapshot = known ?? timestamp.snapshot(await view.snapshot(timestamp.timestamp.payload.snapshot));
  return { chain, snapshot };
}

async function followTimestamp(
  trusted: TrustedCollection,
  held: HeldTop,
  view: CollectionView,
  { limits, expiry, roles }: CollectionRules,
): Promise<TrustedCollectionTimestamp> {
  // An expired root vouches for nothing, so nothing is asked in its name (W-01).
  expiry(ROOT, trusted.root.expires);
  const before = held.timestamp && quietly(() => trusted.timestamp(held.timestamp ?? new Uint8Array(), {}, believeAny));
  const snapshotVersion = heldSnapshotVersion(trusted, held.snapshot, limits);
  const previous: Previous = {
    ...(before && { timestampVersion: before.timestamp.version }),
    ...(snapshotVersion !== undefined && { snapshotVersion }),
    roles,
  };
  const bytes = await view.timestamp();
  // One version, one content: another file under the version that is held says nothing new, and is not kept.
  if (before && parseNotaryTimestamp(bytes, TIMESTAMP, limits).version === before.timestamp.version) {
    return trusted.timestamp(before.timestamp.envelope.bytes, previous, expiry);
  }
  return trusted.timestamp(bytes, previous, expiry);
}

/** By its own signatures alone: it lists the root of its time, which need not be the newest. */
function heldSnapshotVersion(
  trusted: TrustedCollection,
  bytes: Uint8Array | undefined,
  limits: Limits,
): number | undefined {
  return (
    bytes &&
    quietly(() => {
      const { version, envelope } = parseNotarySnapshot(bytes, SNAPSHOT, limits);
      requireNotaryThreshold(SNAPSHOT, trusted.role('snapshot'), envelope.message, envelope.signatures);
      return version;
    })
  );
}
