/** Files, keys and roles of either dialect, as far as they are compared: the one place that tells them apart. */
import type { NotaryDelegation } from '../../notary/delegations.ts';
import type { NotaryKey } from '../../notary/keys.ts';
import type { NotaryTargets, ParsedNotary } from '../../notary/metadata.ts';
import { isNamedFor } from '../../notary/named-keys.ts';
import { hasSigned } from '../../notary/signatures.ts';
import type { DelegatedRole } from '../../tuf/delegations.ts';
import type { Key } from '../../tuf/keys.ts';
import type { Parsed, Targets } from '../../tuf/metadata.ts';
import { ROOT, type RoleName, roleName } from '../../tuf/names.ts';
import type { Side } from './side.ts';

export type StatedFile = Parsed<unknown> | ParsedNotary<unknown>;
export type StatedTargets = Parsed<Targets> | ParsedNotary<NotaryTargets>;
export type StatedDelegation = DelegatedRole | NotaryDelegation;
export type StatedKey = Key | NotaryKey;

/** Who may speak for a role, and how many different ones must. */
export interface StatedRole {
  readonly keys: readonly StatedKey[];
  readonly threshold: number;
}

/** The roles that a state's root names. */
export function rolesOf(side: Side): ReadonlyMap<RoleName, StatedRole> {
  if (side.dialect === 'tuf') return side.root.payload.roles;
  return new Map(Object.entries(side.root.payload.roles).map(([name, role]) => [roleName(name), role]));
}

/** A collection's root is signed by certificates that name it, and by no other key (N-04). */
export function isCountedIn(side: Side, role: RoleName, key: StatedKey): boolean {
  if (side.dialect === 'tuf' || role !== ROOT) return true;
  return 'verifiers' in key && isNamedFor(key, side.collection.name);
}

/** A role of root's with the keys that count. */
export function countedRole(side: Side, name: RoleName): StatedRole | undefined {
  const role = rolesOf(side).get(name);
  return role && { threshold: role.threshold, keys: role.keys.filter((key) => isCountedIn(side, name, key)) };
}

export function isSignedBy({ envelope }: StatedFile, key: StatedKey): boolean {
  const { message, signatures } = envelope;
  if ('verifiers' in key) {
    return hasSigned(
      key,
      message,
      signatures.flatMap((one) => ('method' in one ? one : [])),
    );
  }
  const bytes = signatures.find(({ keyId }) => keyId === key.id)?.bytes;
  return bytes !== undefined && key.verify(message, bytes);
}
