/** Every role of a collection that has a file, from `targets` down, in the order in which delegators name them. */
import type { NotaryDelegation, NotaryDelegations } from '../../notary/delegations.ts';
import { asTufRole, type NotaryRole } from '../../notary/signatures.ts';
import type { CollectionRole, TrustedCollectionSnapshot } from '../../notary/trusted-set.ts';
import { Refusal } from '../../errors.ts';
import type { Delegations } from '../../tuf/delegations.ts';
import type { Limits } from '../../tuf/limits.ts';
import { type RoleName, TARGETS, printable } from '../../tuf/names.ts';

export interface CollectionWalk {
  readonly limits: Limits;
  readonly read: (role: RoleName) => Promise<Uint8Array>;
  /** Whether the operator leaves it out, with what it delegates. */
  readonly isExcluded: (role: RoleName) => boolean;
  /** @param carried its delegations, without those that nobody has published */
  readonly visit: (role: CollectionRole, carried: Delegations | undefined) => void;
  readonly unpublished: (role: RoleName, delegator: RoleName) => void;
}

interface Step {
  readonly name: RoleName;
  readonly keys: NotaryRole;
  readonly delegator: RoleName | undefined;
}

/** @throws TRUST_LIMIT, TRUST_ROLE_REMOVED, and whatever a role is refused with */
export async function walkCollection(snapshot: TrustedCollectionSnapshot, walk: CollectionWalk): Promise<void> {
  const { limits, isExcluded, unpublished } = walk;
  const queue: Step[] = [{ name: TARGETS, keys: snapshot.timestamp.root.role('targets'), delegator: undefined }];
  // Each role has one delegator, in its name, so none comes twice (N-06).
  for (const { name, keys, delegator } of queue) {
    if (queue.length > limits.roles) {
      throw new Refusal('TRUST_LIMIT', `The collection delegates to more than ${limits.roles} roles.`, {
        details: { role: name, limit: 'roles' },
      });
    }
    const role = snapshot.authored(name, keys, await walk.read(name), delegator);
    const named = role.payload.delegations?.roles ?? [];
    const carried = named.filter((delegation) => {
      if (isExcluded(delegation.name)) return true;
      if (!snapshot.isPublished(delegation.name)) {
        unpublished(delegation.name, name);
        return false;
      }
      queue.push({ name: delegation.name, keys: delegation, delegator: name });
      return true;
    });
    walk.visit(role, asTufDelegations(role.payload.delegations, carried));
  }
}

/** In the words of TUF, for whatever asks who is delegated to. */
function asTufDelegations(
  delegations: NotaryDelegations | undefined,
  carried: readonly NotaryDelegation[],
): Delegations | undefined {
  if (!delegations) return undefined;
  const roles = carried.map((delegation) => ({
    ...asTufRole(delegation),
    ...{ name: delegation.name, terminating: false, byBacktrack: false },
    ...{ paths: delegation.paths.map((prefix) => `${printable(prefix)}*`), pathHashPrefixes: undefined },
  }));
  return { keys: new Map(), roles, succinct: undefined };
}
