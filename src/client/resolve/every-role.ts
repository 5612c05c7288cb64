/**
 * All delegations, read once: so that a guard can answer offline about any target. Excluded roles are left out, as the
 * mirror states; every other role that cannot be had ends it, because a half-filled cache would look like a whole one.
 */
import { Refusal, isRefusal } from '../../errors.ts';
import { delegatedRoles } from '../../tuf/delegations.ts';
import type { Limits } from '../../tuf/limits.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { AuthoredRole } from '../../tuf/trusted-set.ts';
import type { Edge, RoleReader } from '../trust/role-reader.ts';

export interface EveryRole {
  /** In the order of their delegation. */
  readonly read: readonly RoleName[];
  /** Left out, by the mirror’s statement. */
  readonly excluded: readonly RoleName[];
}

export async function readEveryRole(reader: RoleReader, start: Edge, limits: Limits): Promise<EveryRole> {
  const queue = [start];
  const read = new Set<RoleName>();
  const excluded = new Set<RoleName>();
  for (const edge of queue) {
    const isFirst = !read.has(edge.name);
    const role = await readUnlessExcluded(reader, edge);
    if (!role) excluded.add(edge.name);
    if (!role || !isFirst) continue;
    read.add(edge.name);
    for (const { name, role: keys } of delegatedRoles(role.payload.delegations)) {
      queue.push({ delegator: edge.name, name, keys });
      if (queue.length > limits.roles) {
        throw new Refusal('TRUST_LIMIT', `There are more than ${limits.roles} delegations.`, {
          details: { limit: 'roles' },
        });
      }
    }
  }
  return { read: [...read], excluded: [...excluded] };
}

async function readUnlessExcluded(reader: RoleReader, edge: Edge): Promise<AuthoredRole | undefined> {
  try {
    return await reader.read(edge);
  } catch (error) {
    if (isRefusal(error, 'POLICY_ROLE_EXCLUDED')) return undefined;
    throw error;
  }
}
