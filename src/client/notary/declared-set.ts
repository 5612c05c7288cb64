/**
 * Which roles a snapshot of a collection must list: those that the pinned targets file declares, it and the roles below it,
 * and no others. Notary’s snapshot is the server’s own, so whoever has the mirror’s online keys could leave one out, which
 * stock clients do not notice (7.3), or add one.
 *
 * What is missing is found while the roles are read (roles.ts): one that was seen before is withheld, and one that this
 * guard never saw counts as never published, unless the pin’s floor names it.
 */
import { Refusal } from '../../errors.ts';
import { isWithin } from '../../notary/names.ts';
import type { TrustedCollectionSnapshot } from '../../notary/trusted-set.ts';
import { ROOT, printable } from '../../tuf/names.ts';
import type { Floor } from '../pin/pin.ts';
import { requireRoleFloor } from '../trust/marks.ts';
import type { CollectionRoles } from './roles.ts';

/** @throws TRUST_MIX_AND_MATCH for a listed role to which nobody delegates */
export function requireDeclaredSet({ snapshot }: TrustedCollectionSnapshot, { read, unusable }: CollectionRoles): void {
  const excluded = [...unusable].flatMap(([role, { code }]) => (code === 'POLICY_ROLE_EXCLUDED' ? [role] : []));
  for (const name of snapshot.payload.roles.keys()) {
    // Of an excluded role, and of those below it, the last entry may stay.
    if (name === ROOT || read.has(name) || excluded.some((left) => isWithin(name, left))) continue;
    throw new Refusal(
      'TRUST_MIX_AND_MATCH',
      `The mirror’s snapshot version ${snapshot.version} lists ${printable(name)}, to which nobody delegates.`,
      { details: { role: name } },
    );
  }
}

/** As for every guard; and a role that the pin names must be there as long as it is delegated to. @throws TRUST_FLOOR */
export function requireFloorOf(floor: Floor, { read, unpublished }: CollectionRoles): void {
  requireRoleFloor(floor, read);
  for (const [role, least] of floor.roles) {
    if (!unpublished.has(role)) continue;
    throw new Refusal(
      'TRUST_FLOOR',
      `${printable(role)} is not there, and the pin demands version ${least} at least.`,
      {
        details: { role, version: 0, least },
      },
    );
  }
}
