/**
 * Upstream’s own word: its root chain from the pin, and the timestamp and snapshot with which it vouched for a state. At
 * the pinned level the mirror keeps these files as evidence; at the carried level they are all there is. Either way they
 * stand under upstream’s keys, which no mirror has: they bound how old a state can be made to look fresh (F-03), and show
 * which versions belong together (M-08).
 */
import { Refusal } from '../errors.ts';
import type { Envelope } from '../tuf/envelope.ts';
import { type Listing, type Parsed, parseSnapshot, parseTargets, parseTimestamp } from '../tuf/metadata.ts';
import type { Limits } from '../tuf/limits.ts';
import { type RoleName, SNAPSHOT, TIMESTAMP, printable } from '../tuf/names.ts';
import { type RoleKeys, countSigners } from '../tuf/signatures.ts';
import type { ExpiryRule, TrustedSnapshot } from '../tuf/trusted-set.ts';
import { type Floor } from './pin.ts';
import { type Marks, type Vouching, asPrevious, marksUnder, requireFloor, requireRoleFloor } from './marks.ts';
import type { RootChain } from './roots.ts';
import type { DecisionStatement } from './statement.ts';

/** Where upstream’s timestamp and snapshot come from. */
export interface EvidenceView {
  timestamp(): Promise<Uint8Array>;
  snapshot(listing: Listing, isConsistent: boolean): Promise<Uint8Array>;
}

/** Files of the same roles that were accepted before: only compared, and only if upstream’s keys signed them. */
export interface HeldEvidence {
  readonly timestamp: Uint8Array | undefined;
  readonly snapshot: Uint8Array | undefined;
}

export interface EvidenceRules {
  readonly limits: Limits;
  readonly expiry: ExpiryRule;
  readonly marks: Marks;
  readonly floor: Floor;
  /** What the mirror’s operator accepted by name; nothing at the carried level. */
  readonly decisions: readonly DecisionStatement[];
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
  held: HeldEvidence,
  view: EvidenceView,
  { limits, expiry, marks, floor, decisions }: EvidenceRules,
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
  if (counting === marks) {
    for (const [role, seen, bytes] of [
      [TIMESTAMP, timestamp.timestamp, held.timestamp],
      [SNAPSHOT, snapshot.snapshot, held.snapshot],
    ] as const) {
      refuseEquivocation(role, seen, signedHeld(role, bytes, trusted.role(role), limits), decisions);
    }
  }
  return { chain, snapshot, versions, asOf: timestamp.timestamp.expires, marks: counting };
}

interface Versioned {
  readonly version: number;
  readonly envelope: Pick<Envelope, 'signedSha256'>;
}

/**
 * Upstream said two things under one version, and this guard has seen both (W-07). The one way on is the decision of the
 * mirror’s operator, made by name, with a reason, and signed into the mirror’s snapshot.
 * @throws TRUST_EQUIVOCATION
 */
export function refuseEquivocation(
  role: RoleName,
  seen: Versioned,
  before: Versioned | undefined,
  decisions: readonly DecisionStatement[],
): void {
  if (before?.version !== seen.version || before.envelope.signedSha256 === seen.envelope.signedSha256) return;
  const isAccepted = decisions.some(
    (made) => made.kind === 'accept-equivocation' && made.role === role && made.version === seen.version,
  );
  if (isAccepted) return;
  throw new Refusal(
    'TRUST_EQUIVOCATION',
    `${printable(role)} version ${seen.version} was seen before with other signed content.`,
    {
      details: { role, version: seen.version },
      next: 'ALARM: tell security, and the mirror’s operator, who may accept it by name after asking upstream.',
    },
  );
}

/**
 * A file that was held, if those who speak for the role signed it: anything else is no word of theirs. Somebody who plants
 * a file in the cache must not make upstream look like a liar (W-01).
 */
export function signedHeld(
  role: RoleName,
  bytes: Uint8Array | undefined,
  keys: RoleKeys,
  limits: Limits,
): Parsed<unknown> | undefined {
  const held = readHeld(role, bytes, limits);
  if (!held) return undefined;
  return countSigners(keys, held.envelope.message, held.envelope.signatures) >= keys.threshold ? held : undefined;
}

/** A file that was held, as far as it can be read. */
export function readHeld(role: RoleName, bytes: Uint8Array | undefined, limits: Limits): Parsed<unknown> | undefined {
  if (!bytes) return undefined;
  const parse = role === TIMESTAMP ? parseTimestamp : role === SNAPSHOT ? parseSnapshot : parseTargets;
  try {
    return parse(bytes, role, limits);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
