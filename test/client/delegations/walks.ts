/** Upstreams with delegations, read by guards from a folder: real files, no mirror where none is needed. */
import type { Finding, Guard } from '../../../src/client/guard.ts';
import type { Visit } from '../../../src/client/resolve/search.ts';
import type { Scope } from '../../simulator/mirror.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { folderCopy } from '../policy/copies.ts';

type Grant = NonNullable<Parameters<SimulatedUpstream['author']['delegate']>[2]>;

/** `[delegator, role, grant]` in order of priority; every path unless the grant says otherwise. */
export type Edge = readonly [string, string, Grant?];

export function delegating(...edges: readonly Edge[]): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const [delegator, role, grant] of edges) upstream.author.delegate(delegator, role, { paths: ['*'], ...grant });
  return upstream;
}

/** Lists `file` in each of the roles, with the role’s name as its content. */
export function listing(upstream: SimulatedUpstream, ...roles: readonly string[]): SimulatedUpstream {
  for (const role of roles) upstream.add('file', role, role);
  return upstream;
}

/** A guard at the carried level over what upstream has published. */
export async function guardOver(
  scope: Scope,
  upstream: SimulatedUpstream,
  options: Parameters<Awaited<ReturnType<typeof folderCopy>>['guard']>[0] = {},
): Promise<Guard> {
  if (upstream.author.root.version === 0) upstream.publish();
  return (await folderCopy(scope, upstream)).guard(options);
}

/** How a search ended, in a word and a role: `found dev`, `not-found`, `not-found by dev`, `refused dev TRUST_…`. */
export function ending({ search: { outcome } }: Finding): string {
  if (outcome.kind === 'found') return `found ${outcome.role}`;
  if (outcome.kind === 'not-found')
    return outcome.endedBy === undefined ? 'not-found' : `not-found by ${outcome.endedBy}`;
  return `${outcome.kind} ${outcome.role} ${outcome.refusal.code}`;
}

/** The walk, a line for each role and look: what matched, and what came of it. */
export function walked({ role, lists, refusal, looks }: Visit, margin = ''): string[] {
  const own = refusal ? ` ${refusal.code}` : lists ? ' lists it' : '';
  return [
    `${margin}${role}${own}`,
    ...looks.flatMap(({ name, match, terminating, byBacktrack, visit, skipped }) => {
      const how = `${match ?? '–'}${terminating ? ' terminating' : ''}${byBacktrack ? ' by backtrack' : ''}`;
      const line = `${margin}> ${name} (${how})${skipped === undefined ? '' : `: ${skipped}`}`;
      return [line, ...(visit ? walked(visit, `${margin}  `) : [])];
    }),
  ];
}
