/**
 * Delegations against a naive reference (D-01 to D-05), on graphs that nobody drew: which roles speak for a path, which
 * roles an import carries, and what a client that walks by the specification finds.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Delegation } from '../../src/sample/parts.ts';
import { matching } from '../tuf/matching.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { parseTargets } from '../../src/tuf/metadata.ts';
import { TrustedRoot, type TrustedSnapshot } from '../../src/tuf/trusted-set.ts';
import { walkRoles } from '../../src/verify/roles.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { runs } from './runs.ts';

const ROLES = ['targets', 'a', 'b', '10', '2', 'dev'];
const PATHS = ['f', 'g', 'x/f', 'x/g', 'y/f', 'x/y/f', '.h', '10'];
const PATTERNS = ['*', 'f', 'g', 'x/*', 'y/*', '*/f', '*/*', 'x/?', '?', '.*', '*/*/*', 'nothing'];

type Shape = Pick<Delegation, 'name' | 'terminating' | 'paths' | 'pathHashPrefixes'> & { readonly from: string };
interface Graph {
  readonly delegations: readonly Shape[];
  readonly targets: readonly (readonly [role: string, path: string])[];
}

const delegation: fc.Arbitrary<Shape> = fc
  .record({
    from: fc.constantFrom(...ROLES),
    name: fc.constantFrom(...ROLES.slice(1)),
    terminating: fc.boolean(),
    paths: fc.option(fc.array(fc.constantFrom(...PATTERNS), { maxLength: 3 }), { nil: undefined }),
    pathHashPrefixes: fc.array(fc.constantFrom(...Array.from('0123456789abcdef'), '00', 'a7'), { maxLength: 6 }),
  })
  .map(({ paths, pathHashPrefixes, ...made }) => (paths ? { ...made, paths } : { ...made, pathHashPrefixes }));

const graph: fc.Arbitrary<Graph> = fc.record({
  // One delegator names a role once (D-02).
  delegations: fc.uniqueArray(delegation, { maxLength: 14, selector: ({ from, name }) => `${from} ${name}` }),
  targets: fc.array(fc.tuple(fc.constantFrom(...ROLES), fc.constantFrom(...PATHS)), { maxLength: 8 }),
});

test('the roles that may speak for a path are those of a naive reading, in the delegator’s order', () => {
  fc.assert(
    fc.property(graph, (drawn) => {
      const upstream = publish(drawn);
      for (const from of upstream.author.roles.keys()) {
        const { delegations } = parseTargets(upstream.file(`1.${from}.json`), from, DEFAULT_LIMITS).payload;
        for (const path of PATHS) {
          const found = matching(delegations, path).map(({ name, terminating }) => [name, terminating]);
          const expected = speakers(drawn, from, path).map(({ name, terminating }) => [name, terminating]);
          assert.deepEqual(found, expected);
        }
      }
    }),
    runs(30, 1000),
  );
});

test('an import visits every role that can be reached, once, nearest first, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(graph, async (drawn) => {
      const upstream = publish(drawn);
      const visited: string[] = [];
      await walkRoles(trustedSnapshot(upstream), {
        limits: DEFAULT_LIMITS,
        read: (role, { version }) => upstream.metadata({ role, version }, 1_000_000),
        isExcluded: () => false,
        visit: ({ name }) => void visited.push(name),
      });
      assert.deepEqual(visited, reachable(drawn));
    }),
    runs(20, 500),
  );
});

test('a walk over matching delegations finds what a naive recursion finds: priority, terminating, cycles', () => {
  fc.assert(
    fc.property(graph, (drawn) => {
      const upstream = publish(drawn);
      for (const path of PATHS) assert.equal(find(upstream, path), naiveFind(drawn, path), path);
    }),
    runs(30, 1000),
  );
});

/** The specification’s walk, pre-order and depth-first, over the published files. */
function find(upstream: SimulatedUpstream, path: string): string | undefined {
  const visited = new Set<string>();
  const stack = ['targets'];
  for (let role = stack.pop(); role !== undefined; role = stack.pop()) {
    if (visited.has(role)) continue;
    visited.add(role);
    const { targets, delegations } = parseTargets(upstream.file(`1.${role}.json`), role, DEFAULT_LIMITS).payload;
    if (targets.has(path as never)) return role;
    const next = matching(delegations, path);
    const end = next.findIndex(({ terminating }) => terminating);
    if (end >= 0) stack.length = 0;
    stack.push(...(end < 0 ? next : next.slice(0, end + 1)).map(({ name }) => String(name)).reverse());
  }
  return undefined;
}

/** The same in the words of the specification, over the values that were drawn. */
function naiveFind(drawn: Graph, path: string): string | undefined {
  const visited = new Set<string>();
  const search = (role: string): { found?: string; isOver: boolean } => {
    if (visited.has(role)) return { isOver: false };
    visited.add(role);
    if (drawn.targets.some(([holder, target]) => holder === role && target === path))
      return { found: role, isOver: true };
    for (const { name, terminating } of speakers(drawn, role, path)) {
      const below = search(name);
      if (below.isOver) return below;
      if (terminating) return { isOver: true };
    }
    return { isOver: false };
  };
  return search('targets').found;
}

function speakers({ delegations }: Graph, from: string, path: string): Shape[] {
  const digest = createHash('sha256').update(path).digest('hex');
  return delegations.filter(
    (made) =>
      made.from === from &&
      (made.paths?.some((pattern) => asRegExp(pattern).test(path)) ??
        made.pathHashPrefixes?.some((prefix) => digest.startsWith(prefix))),
  );
}

function reachable({ delegations }: Graph): string[] {
  const reached = ['targets'];
  for (const from of reached) {
    for (const made of delegations) if (made.from === from && !reached.includes(made.name)) reached.push(made.name);
  }
  return reached;
}

function asRegExp(pattern: string): RegExp {
  const source = pattern.replace(/[.]/g, '\\.').replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
  return new RegExp(`^${source}$`, 'u');
}

function publish({ delegations, targets }: Graph): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const { from, name, ...grant } of delegations) upstream.author.delegate(from, name, grant);
  for (const [role, path] of targets) upstream.add(path, `${role} says ${path}`, role);
  return upstream.publish();
}

function trustedSnapshot(upstream: SimulatedUpstream): TrustedSnapshot {
  const timestamp = TrustedRoot.enrol(upstream.firstRoot, DEFAULT_LIMITS).timestamp(
    upstream.file('timestamp.json'),
    {},
    () => undefined,
  );
  return timestamp.snapshot(upstream.file('1.snapshot.json'));
}
