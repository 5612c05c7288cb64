/**
 * Upstream’s own word: its root chain from the pin, and the timestamp and snapshot with which it vouched for a state. At
 * the pinned level the mirror keeps these files as evidence; at the carried level they are all there is. Either way they
 * stand under upstream’s keys, which no mirror has: they bound how old a state can be made to look fresh (F-03), and show
 * which versions belong together (M-08).
 */
import type { Listing } from '../../tuf/metadata.ts';
import { SNAPSHOT, TIMESTAMP } from '../../tuf/names.ts';
import type { ExpiryRule, TrustedSnapshot } from '../../tuf/trusted-set.ts';
import type { Contents } from './contents.ts';
import { type Marks, type Vouching, asPrevious, marksUnder, requireFloor, requireRoleFloor } from './marks.ts';
import type { Floor } from '../pin/pin.ts';
import type { RootChain } from './roots.ts';

/** Where upstream’s timestamp and snapshot come from. */
export interface EvidenceView {
  timestamp(): Promise<Uint8Array>;
  snapshot(listing: Listing, isConsistent: boolean): Promise<Uint8Array>;
}

export interface EvidenceRules {
  readonly expiry: ExpiryRule;
  readonly marks: Marks;
  readonly floor: Floor;
  readonly contents: Contents;
}

export interface Evidence {
  readonly chain: RootChain;
  readonly snapshot: TrustedSnapshot;
  readonly versions: Vouching;
  /** Upstream’s own expiry of its timestamp: the last moment it vouched for this. */
  readonly asOf: Date;
  /** The marks that still counted: those of before, unless upstream’s chain reset them. */
  readonly marks: Marks;
}

/** @throws TRUST_ROLLBACK, TRUST_FLOOR, TRUST_EQUIVOCATION, POLICY_UPSTREAM_AGE, TRUST_EXPIRED, TRUST_TORN, … */
export async function followEvidence(
  chain: RootChain,
  view: EvidenceView,
  { expiry, marks, floor, contents }: EvidenceRules,
): Promise<Evidence> {
  const trusted = chain.at(-1) ?? chain[0];
  const counting = marksUnder(chain, marks);
  const timestamp = trusted.timestamp(await view.timestamp(), asPrevious(counting), expiry);
  const listing = timestamp.timestamp.payload.snapshot;
  const snapshot = timestamp.snapshot(await view.snapshot(listing, trusted.root.payload.consistentSnapshot));
  const versions = {
    root: trusted.root.version,
    timestamp: timestamp.timestamp.version,
    snapshot: snapshot.snapshot.version,
  };
  requireFloor(floor, versions);
  requireRoleFloor(floor, snapshot.snapshot.payload.roles);
  // After upstream rotated its online keys its versions start over: an equal number then means nothing.
  if (counting !== marks) contents.forget();
  contents.compare(TIMESTAMP, timestamp.timestamp);
  contents.compare(SNAPSHOT, snapshot.snapshot);
  return { chain, snapshot, versions, asOf: timestamp.timestamp.expires, marks: counting };
}
