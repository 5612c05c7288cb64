/** Whatever a collection looks like: where every role can be used, a guard’s answer about a tag is the look-up’s own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { searchTag } from '../../../src/client/notary/tag-search.ts';
import { type TargetsFiles, findTag } from '../../../src/notary/lookup.ts';
import type { NotaryTargets } from '../../../src/notary/metadata.ts';
import type { CollectionRole } from '../../../src/notary/trusted-set.ts';
import { type RoleName, roleName, targetPath } from '../../../src/tuf/names.ts';

const NAMES = ['targets', 'targets/releases', 'targets/releases/x', 'targets/qa', 'targets/qa/x'] as const;
const parentOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

const role = fc.record({
  /** Which tags it lists, and whether with a sha256. */
  lists: fc.subarray(['v1', 'v2', 'latest']),
  hash: fc.constantFrom('sha256', 'sha512'),
  paths: fc.subarray(['', 'v', 'v1', 'latest']),
  isPublished: fc.boolean(),
});
const collections = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, role])) as Record<(typeof NAMES)[number], typeof role>,
);

function filesOf(
  given: Record<string, { lists: readonly string[]; hash: string; paths: readonly string[]; isPublished: boolean }>,
): Map<RoleName, NotaryTargets> {
  const files = new Map<RoleName, NotaryTargets>();
  for (const [name, { lists, hash, isPublished }] of Object.entries(given)) {
    if (name !== 'targets' && !isPublished) continue;
    const below = Object.entries(given).filter(([other]) => parentOf(other) === name);
    const roles = below.map(([other, { paths }]) => ({ name: roleName(other), paths, keys: [], threshold: 1 }));
    const entry = { length: name.length, hashes: new Map([[hash, name]]), custom: undefined };
    const targets = new Map(lists.map((tag) => [targetPath(tag), entry]));
    files.set(roleName(name), { targets, delegations: { keys: new Map(), roles } });
  }
  return files;
}

/** As the guard has them: no file of a role whose delegator has none. */
function reachable(files: TargetsFiles): Map<RoleName, CollectionRole> {
  const read = new Map<RoleName, CollectionRole>();
  for (const [name, payload] of files) {
    if (name !== 'targets' && !read.has(roleName(parentOf(name)))) continue;
    read.set(name, { name, payload, version: 1, expires: new Date(0) } as CollectionRole);
  }
  return read;
}

test('one answer by both: found, ignored, without a digest, absent', () => {
  fc.assert(
    fc.property(collections, fc.constantFrom('v1', 'v2', 'latest', 'other'), (given, tag) => {
      const files = filesOf(given);
      const expected = findTag(files, tag);
      const roles = { read: reachable(files), unusable: new Map(), unpublished: new Set<RoleName>() };
      const { outcome } = searchTag(roles, targetPath(tag));
      const kind = outcome.kind === 'not-found' ? outcome.why : outcome.kind;
      assert.equal(kind, expected.outcome);
      if (expected.outcome !== 'absent') assert.equal('role' in outcome && outcome.role, expected.role);
      if (expected.outcome === 'found') assert.equal(outcome.kind === 'found' && outcome.sha256, expected.sha256);
    }),
    { numRuns: 2000 },
  );
});
