/**
 * The ordinary client workflow for one repository: root chain, timestamp, snapshot (TUF 1.0.34, “Detailed client
 * workflow”). A guard runs it over the mirror’s own roles; the conformance client over a plain repository. Nothing is
 * written here: `accepted` is told of each file the moment it is verified, and whoever keeps it decides when.
 *
 * What is held from before serves two ends only, after its signatures were checked under the newest root: its versions
 * must not be undercut, and it spares a download. Held files that do not verify are as good as absent: that is also how
 * clients recover when a role’s keys were rotated after a fast-forward attack.
 */
import { isRefusal } from '../../errors.ts';
import type { Limits } from '../../tuf/limits.ts';
import { type Listing, type Parsed, type Snapshot, parseSnapshot, parseTimestamp } from '../../tuf/metadata.ts';
import { ROOT, SNAPSHOT, TIMESTAMP } from '../../tuf/names.ts';
import { requireThreshold } from '../../tuf/signatures.ts';
import type { ExpiryRule, Previous, TrustedRoot, TrustedSnapshot, TrustedTimestamp } from '../../tuf/trusted-set.ts';
import { type ChainRules, type RootChain, followRoots } from './roots.ts';

/** What a repository answers. */
export interface TopView {
  /** The root of that version; undefined when there is certainly none. */
  root(version: number): Promise<Uint8Array | undefined>;
  timestamp(): Promise<Uint8Array>;
  /** The snapshot that timestamp names; `isConsistent` tells how it is called. */
  snapshot(listing: Listing, isConsistent: boolean): Promise<Uint8Array>;
}

/** What was accepted before. Believed only as far as it verifies again. */
export interface HeldTop {
  /** After the anchor, in order. */
  readonly roots: readonly Uint8Array[];
  readonly timestamp: Uint8Array | undefined;
  readonly snapshot: Uint8Array | undefined;
}

export interface WorkflowRules extends ChainRules {
  readonly expiry: ExpiryRule;
}

/** The top of a repository, verified: the newest root and everything that led to it, and what it vouches for now. */
export interface Top {
  readonly chain: RootChain;
  readonly snapshot: TrustedSnapshot;
}

/** @throws TRUST_*, SOURCE_*: the first thing that is wrong, in the specification’s order */
export async function followTop(anchor: Uint8Array, held: HeldTop, view: TopView, rules: WorkflowRules): Promise<Top> {
  const chain = await followRoots(anchor, held.roots, view.root.bind(view), rules);
  const trusted = chain.at(-1) ?? chain[0];
  const timestamp = await followTimestamp(trusted, held, view, rules);
  const listing = timestamp.timestamp.payload.snapshot;
  const known = held.snapshot && quietly(() => timestamp.snapshot(held.snapshot ?? new Uint8Array()));
  if (known) return { chain, snapshot: known };
  const snapshot = timestamp.snapshot(await view.snapshot(listing, trusted.root.payload.consistentSnapshot));
  await rules.accepted?.(SNAPSHOT, snapshot.snapshot.envelope.bytes);
  return { chain, snapshot };
}

async function followTimestamp(
  trusted: TrustedRoot,
  held: HeldTop,
  view: TopView,
  { limits, expiry, accepted }: WorkflowRules,
): Promise<TrustedTimestamp> {
  // An expired root vouches for nothing, so nothing is asked in its name (W-01).
  expiry(ROOT, trusted.root.expires);
  const before = held.timestamp && quietly(() => trusted.timestamp(held.timestamp ?? new Uint8Array(), {}, believeAny));
  const previous: Previous = {
    ...(before && {
      timestampVersion: before.timestamp.version,
      snapshotVersion: before.timestamp.payload.snapshot.version,
    }),
    ...rolesOf(heldSnapshot(trusted, held.snapshot, limits)),
  };
  const bytes = await view.timestamp();
  // One version, one content: another file under the version that is held says nothing new, and is not kept.
  if (before && parseTimestamp(bytes, TIMESTAMP, limits).version === before.timestamp.version) {
    return trusted.timestamp(before.timestamp.envelope.bytes, previous, expiry);
  }
  const timestamp = trusted.timestamp(bytes, previous, expiry);
  await accepted?.(TIMESTAMP, bytes);
  return timestamp;
}

/** The listing that was accepted before, when the newest root’s keys still stand behind it; for comparison only. */
function heldSnapshot(
  trusted: TrustedRoot,
  bytes: Uint8Array | undefined,
  limits: Limits,
): Parsed<Snapshot> | undefined {
  return (
    bytes &&
    quietly(() => {
      const snapshot = parseSnapshot(bytes, SNAPSHOT, limits);
      requireThreshold(SNAPSHOT, trusted.role(SNAPSHOT), snapshot.envelope.message, snapshot.envelope.signatures);
      return snapshot;
    })
  );
}

function rolesOf(snapshot: Parsed<Snapshot> | undefined): Pick<Previous, 'roles'> {
  if (!snapshot) return {};
  return { roles: new Map([...snapshot.payload.roles].map(([role, { version }]) => [role, version])) };
}

export const believeAny: ExpiryRule = () => undefined;

export function quietly<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
