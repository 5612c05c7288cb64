/**
 * Marks: the highest versions of upstream’s roles that this guard has seen. They are kept apart from the mirror’s own
 * versions, so a mirror that rotates its keys, which lets ordinary clients forget, cannot make a guard forget (F-02,
 * M-03, M-13). Only upstream’s own chain resets them, by rotating its online keys: that is the specification’s recovery
 * from fast-forward attacks (TUF 1.0.34, “Update the root role”). A key that is only added is no rotation: what the old
 * ones signed still verifies, and would be replayed.
 */
import { Refusal } from '../../errors.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, printable, roleName } from '../../tuf/names.ts';
import type { Listing } from '../../tuf/metadata.ts';
import { stillSuffice } from '../../tuf/signatures.ts';
import type { Previous, TrustedRoot } from '../../tuf/trusted-set.ts';
import type { Floor } from '../pin/pin.ts';

/** Versions of the roles by which upstream vouches for a state; 0 where nothing was seen. */
export interface Vouching {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
}

export interface Marks extends Vouching {
  readonly roles: ReadonlyMap<RoleName, number>;
}

export const NO_MARKS: Marks = { root: 0, timestamp: 0, snapshot: 0, roles: new Map() };

const ADVICE = 'ALARM: older content is being replayed; tell security, and the mirror’s operator.';

/**
 * The marks that still count under the newest root.
 * @param chain from the enrolled root to the newest
 * @throws TRUST_ROLLBACK when the chain ends before a root that was seen: a newer root, and what it revoked, is hidden (M-16)
 */
export function marksUnder(chain: readonly TrustedRoot[], marks: Marks): Marks {
  const newest = chain.at(-1);
  if (!newest || marks.root === 0) return marks;
  if (newest.root.version < marks.root) {
    throw new Refusal(
      'TRUST_ROLLBACK',
      `Upstream’s root chain ends at version ${newest.root.version}, and version ${marks.root} was seen before.`,
      { details: { role: ROOT, version: newest.root.version, accepted: marks.root }, next: ADVICE },
    );
  }
  const seen = chain.find(({ root }) => root.version === marks.root);
  const isRotated = seen && [TIMESTAMP, SNAPSHOT].some((role) => !stillSuffice(seen.role(role), newest.role(role)));
  return isRotated ? { ...NO_MARKS, root: marks.root } : marks;
}

/** What the trusted set compares upstream’s timestamp and snapshot with. */
export function asPrevious({ timestamp, snapshot, roles }: Marks): Previous {
  return { timestampVersion: timestamp, snapshotVersion: snapshot, roles };
}

/** @throws TRUST_FLOOR for the first of upstream’s own roles below what the pin demands (M-04) */
export function requireFloor(floor: Floor, seen: Vouching): void {
  for (const role of ['root', 'timestamp', 'snapshot'] as const) refuseBelow(roleName(role), seen[role], floor[role]);
}

/** The same for every authored role that is listed. */
export function requireRoleFloor(floor: Floor, listed: ReadonlyMap<RoleName, Pick<Listing, 'version'>>): void {
  for (const [role, least] of floor.roles) {
    const listing = listed.get(role);
    // A role that is not listed answers for nothing; a search that reaches it says so.
    if (listing) refuseBelow(role, listing.version, least);
  }
}

/**
 * With static pins alone there is no upstream snapshot to compare: the mirror’s own listing is held to the marks, under
 * whatever keys it is signed today.
 * @throws TRUST_ROLLBACK
 */
export function requireMarks(marks: Marks, listed: ReadonlyMap<RoleName, Listing>): void {
  for (const [role, version] of marks.roles) {
    const listing = listed.get(role);
    // One that is not listed answers for nothing: a search that reaches it says that it is withheld.
    if (listing && listing.version < version) {
      throw new Refusal(
        'TRUST_ROLLBACK',
        `The mirror lists ${printable(role)} version ${listing.version}, and version ${version} was seen before.`,
        { details: { role, version: listing.version, accepted: version }, next: ADVICE },
      );
    }
  }
}

/** @param before marks that still count; versions that were compared with them can only be as high or higher */
export function raised(
  before: Marks,
  seen: Vouching | undefined,
  listed: ReadonlyMap<RoleName, Pick<Listing, 'version'>>,
): Marks {
  const roles = new Map(before.roles);
  for (const [role, { version }] of listed) roles.set(role, Math.max(version, roles.get(role) ?? 0));
  return {
    root: Math.max(before.root, seen?.root ?? 0),
    timestamp: Math.max(before.timestamp, seen?.timestamp ?? 0),
    snapshot: Math.max(before.snapshot, seen?.snapshot ?? 0),
    roles,
  };
}

function refuseBelow(role: RoleName, version: number, least: number): void {
  if (version >= least) return;
  throw new Refusal('TRUST_FLOOR', `${printable(role)} is version ${version}, and the pin demands ${least} at least.`, {
    details: { role, version, least },
  });
}
