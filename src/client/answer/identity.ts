/**
 * Whether a role’s file is its own. TUF files do not name their role, so a file of another role passes as this one’s where
 * the same keys may sign for both, unless a snapshot lists its hash (W-06). Upstream’s snapshot may list versions alone;
 * then a mirror can swap such roles, and a guard can only say so.
 */
import { delegatedRoles } from '../../tuf/delegations.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { RoleKeys } from '../../tuf/signatures.ts';
import type { Session } from '../trust/session.ts';

/** Roles among these for which another role’s file could stand, as far as their delegators were read. */
export function exchangeableRoles({ reader, authority, evidence }: Session, roles: readonly RoleName[]): RoleName[] {
  const listed = evidence?.snapshot.snapshot.payload.roles;
  if (!listed) return [];
  const unhashed = [...new Set(roles)].filter((role) => listed.get(role)?.hashes.size === 0);
  if (unhashed.length === 0) return [];
  const holders = new Map<RoleName, RoleKeys[]>([[authority.role, [authority.keys]]]);
  for (const role of reader.roles.values()) {
    for (const { name, role: keys } of delegatedRoles(role.payload.delegations)) {
      holders.set(name, [...(holders.get(name) ?? []), keys]);
    }
  }
  const newest = (role: RoleName): number => listed.get(role)?.version ?? 0;
  return unhashed.filter((role) =>
    [...holders].some(
      ([other, theirs]) =>
        other !== role &&
        // Every version up to the newest was signed some day.
        newest(other) >= newest(role) &&
        (holders.get(role) ?? []).some((own) => theirs.some((keys) => maySignFor(keys, own))),
    ),
  );
}

/** Whether enough keys of one role count for the other. */
function maySignFor({ keys }: RoleKeys, other: RoleKeys): boolean {
  const known = new Set(keys.map(({ fingerprint }) => fingerprint));
  const shared = new Set(other.keys.map(({ fingerprint }) => fingerprint).filter((one) => known.has(one)));
  return shared.size >= other.threshold;
}
