/**
 * Every role that can be reached from targets, over every edge that reaches it.
 *
 * A role found good for one delegator is checked again for the next (D-01); the delegators’ order is kept (D-02); a role
 * that cannot be had or verified ends the walk with an error, it is never passed over (D-03). Cycles end because an edge
 * (delegator, role) is walked once; breadth and depth are bounded (D-05).
 */
import { Refusal } from '../errors.ts';
import { delegatedRoles } from '../tuf/delegations.ts';
import type { Limits } from '../tuf/limits.ts';
import { TARGETS, type RoleName, printable } from '../tuf/names.ts';
import type { Listing } from '../tuf/metadata.ts';
import type { VerificationMemory } from '../tuf/memory.ts';
import type { RoleKeys } from '../tuf/signatures.ts';
import type { AuthoredRole, TrustedSnapshot } from '../tuf/trusted-set.ts';

/** One delegation: who delegates, to whom, under which keys, how far from targets. */
export interface Edge {
  readonly delegator: RoleName | undefined;
  readonly name: RoleName;
  readonly keys: RoleKeys;
  readonly depth: number;
}

export interface RoleWalk {
  readonly limits: Limits;
  readonly memory?: VerificationMemory | undefined;
  /** Bytes of a role, as snapshot lists it; asked once per role. */
  read(role: RoleName, listing: Listing): Promise<Uint8Array>;
  /** Told in the walk’s order, before the bytes are judged; `read` runs ahead of it, in no order. */
  judging?(role: RoleName, bytes: Uint8Array): void;
  /** True leaves the role, and what only it delegates to, out. */
  isExcluded(edge: Edge): boolean;
  /** Called once per role, for the first edge that reaches it; a refusal of this ends the walk. */
  visit(role: AuthoredRole, edge: Edge): void | Promise<void>;
}

/** Files that are read ahead of the one being verified: hides latency without holding a repository in memory. */
const READ_AHEAD = 8;

export async function walkRoles(snapshot: TrustedSnapshot, walk: RoleWalk): Promise<void> {
  const queue: Edge[] = [
    { delegator: undefined, name: TARGETS, keys: snapshot.timestamp.root.role(TARGETS), depth: 0 },
  ];
  // One file per role, whatever the number of edges: a source that answers each edge differently would otherwise have
  // its best answer believed for every one of them (D-01).
  const files = new Map<RoleName, Promise<Uint8Array>>();
  const visited = new Set<RoleName>();
  for (let at = 0; at < queue.length;) {
    const ahead = queue.slice(at, at + READ_AHEAD);
    at += ahead.length;
    const batch = ahead.filter((edge) => !walk.isExcluded(edge));
    const readings = await Promise.allSettled(batch.map((edge) => readOnce(files, snapshot, walk, edge)));
    for (const [index, edge] of batch.entries()) {
      const reading = readings[index];
      if (reading?.status !== 'fulfilled') throw reading?.reason;
      walk.judging?.(edge.name, reading.value);
      const role = snapshot.authored(edge.name, edge.keys, reading.value, edge.delegator, walk.memory);
      if (visited.has(edge.name)) continue;
      visited.add(edge.name);
      await walk.visit(role, edge);
      enqueue(queue, role, edge.depth + 1, walk.limits);
    }
  }
}

async function readOnce(
  files: Map<RoleName, Promise<Uint8Array>>,
  snapshot: TrustedSnapshot,
  walk: RoleWalk,
  { name, delegator }: Edge,
): Promise<Uint8Array> {
  const reading = files.get(name) ?? walk.read(name, snapshot.listing(name, delegator));
  files.set(name, reading);
  return reading;
}

function enqueue(queue: Edge[], delegator: AuthoredRole, depth: number, limits: Limits): void {
  for (const { name, role: keys } of delegatedRoles(delegator.payload.delegations)) {
    queue.push({ delegator: delegator.name, name, keys, depth });
    if (depth > limits.delegationDepth || queue.length > limits.roles) {
      const limit = depth > limits.delegationDepth ? 'delegationDepth' : 'roles';
      throw new Refusal(
        'TRUST_LIMIT',
        `The delegations below ${printable(delegator.name)} go beyond the limit ${limit} (${String(limits[limit])}).`,
        {
          details: { role: delegator.name, limit },
        },
      );
    }
  }
}
