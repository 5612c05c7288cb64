/** Where a tag is found (8): as `notary lookup` walks, and as docker asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RELEASES, type TagAnswer, type TargetsFiles, findTag, findTarget } from '../../src/notary/lookup.ts';
import { parseNotaryTargets } from '../../src/notary/metadata.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { TARGETS, roleName, targetPath } from '../../src/tuf/names.ts';
import { HASHES, LISTING, fileOf, targetsWith } from './files.ts';

/** Targets by name, and delegations by name with their prefixes, in order. */
interface Written {
  readonly has?: readonly string[];
  readonly to?: readonly (readonly [name: string, ...paths: string[]])[];
}

test('the first hit wins, breadth first, in the order of each file', () => {
  const files = collection({
    targets: {
      to: [
        ['targets/a', ''],
        ['targets/b', ''],
      ],
    },
    'targets/a': { to: [['targets/a/deep', '']] },
    'targets/a/deep': { has: ['tag'] },
    'targets/b': { has: ['tag'] },
  });
  assert.equal(roleOf(files, 'tag'), 'targets/b');
  const turned = collection({
    targets: {
      to: [
        ['targets/b', ''],
        ['targets/a', ''],
      ],
    },
    'targets/a': { has: ['tag'] },
    'targets/b': { has: ['tag'] },
  });
  assert.equal(roleOf(turned, 'tag'), 'targets/b');
});

test('targets itself comes before everything that it delegates', () => {
  const files = collection({ targets: { has: ['tag'], to: [['targets/a', '']] }, 'targets/a': { has: ['tag'] } });
  assert.equal(roleOf(files, 'tag'), 'targets');
});

test('a role speaks only for its prefixes, and hands on no more', () => {
  const files = collection({
    targets: {
      to: [['targets/a', 'rel/'], ['targets/none'], ['targets/b', 'rel/', 'dev/']],
    },
    'targets/a': { has: ['dev/1', 'rel/1'], to: [['targets/a/x', '', 'rel/x']] },
    'targets/a/x': { has: ['dev/1', 'dev/2', 'rel/x', 'rel/2'] },
    'targets/none': { has: ['dev/1', 'rel/1', 'rel/2'] },
    'targets/b': { has: ['dev/1', 'rel/2'] },
  });
  assert.deepEqual(
    ['dev/1', 'rel/1', 'rel/x', 'rel/2', 'dev/2', 'other'].map((path) => roleOf(files, path)),
    ['targets/b', 'targets/a', 'targets/a/x', 'targets/b', undefined, undefined],
  );
});

test('a role without a file is passed over with all below it', () => {
  const files = collection({
    targets: { to: [['targets/a', '']] },
    'targets/a/x': { has: ['tag'] },
  });
  assert.equal(roleOf(files, 'tag'), undefined);
});

test('a file that nobody delegates to is never asked', () => {
  const files = collection({ targets: {}, 'targets/releases': { has: ['tag'] } });
  assert.deepEqual(findTag(files, 'tag'), { outcome: 'absent' });
});

test('a list of roles is a priority: each subtree in turn, the other listed ones left out', () => {
  const files = collection({
    targets: {
      has: ['tag'],
      to: [
        ['targets/a', ''],
        ['targets/b', ''],
      ],
    },
    'targets/a': { has: ['a-and-b'], to: [['targets/a/x', '']] },
    'targets/a/x': { has: ['tag', 'only-x'] },
    'targets/b': { has: ['tag', 'only-b', 'a-and-b'] },
  });
  const among = (path: string, ...roles: string[]): string | undefined =>
    findTarget(files, targetPath(path), roles.map(roleName))?.role;
  assert.equal(among('tag', 'targets/a', 'targets'), 'targets/a/x');
  assert.equal(among('tag', 'targets/b', 'targets/a'), 'targets/b');
  // Asked first, targets does not answer with what a says, though a stands before b.
  assert.equal(among('only-x', 'targets', 'targets/a'), 'targets/a/x');
  assert.equal(among('a-and-b', 'targets', 'targets/a'), 'targets/b');
  assert.equal(among('a-and-b', 'targets'), 'targets/a');
  assert.equal(among('only-b', 'targets/a'), undefined);
  assert.equal(among('only-x', 'targets/a/x'), 'targets/a/x');
  // Left out of each other’s walk, with all below: targets is asked without a, and a never without x.
  assert.equal(among('only-x', 'targets', 'targets/a/x'), 'targets/a/x');
  assert.equal(among('only-x', 'targets', 'targets/none'), 'targets/a/x');
});

test('a role that is asked for by name has no more prefixes than its delegators left it', () => {
  const files = collection({
    targets: { to: [['targets/a', 'rel/']] },
    'targets/a': { to: [['targets/a/x', '', 'rel/']] },
    'targets/a/x': { has: ['dev/1', 'rel/1'] },
  });
  const asked = (path: string): string | undefined =>
    findTarget(files, targetPath(path), [roleName('targets/a/x')])?.role;
  assert.equal(asked('rel/1'), 'targets/a/x');
  assert.equal(asked('dev/1'), undefined);
});

test('docker asks targets/releases first, then targets', () => {
  const files = collection({
    targets: { has: ['both', 'top'], to: [['targets/releases', '']] },
    'targets/releases': { has: ['both'] },
  });
  const at = (role: string): TagAnswer => {
    return { outcome: 'found', role: roleName(role), sha256: '01'.repeat(32), length: 3 };
  };
  assert.deepEqual(findTag(files, 'both'), at('targets/releases'));
  assert.deepEqual(findTag(files, 'top'), at('targets'));
  assert.deepEqual(findTag(files, 'none'), { outcome: 'absent' });
});

test('docker takes nothing from another role, and does not look further when one has the tag', () => {
  const files = collection({
    targets: {
      has: ['below'],
      to: [
        ['targets/other', ''],
        ['targets/releases', ''],
      ],
    },
    'targets/other': { has: ['tag'] },
    'targets/releases': { to: [['targets/releases/x', '']] },
    'targets/releases/x': { has: ['below'] },
  });
  assert.deepEqual(findTag(files, 'tag'), { outcome: 'ignored', role: 'targets/other' });
  // `notary lookup` answers both.
  assert.equal(roleOf(files, 'tag'), 'targets/other');
  assert.deepEqual(findTag(files, 'below'), { outcome: 'ignored', role: 'targets/releases/x' });
  assert.equal(roleOf(files, 'below'), 'targets');
});

test('the image digest is the sha256, and there is no image without one', () => {
  const targets = { tag: { length: 3, hashes: { sha512: HASHES.sha512 } } };
  const file = parseNotaryTargets(fileOf(targetsWith({ targets })), TARGETS, DEFAULT_LIMITS);
  assert.deepEqual(findTag(new Map([[TARGETS, file.payload]]), 'tag'), { outcome: 'without-sha256', role: TARGETS });
});

test('names are compared whole', () => {
  const files = collection({ targets: { has: ['v1'], to: [[RELEASES, 'v']] }, [RELEASES]: { has: ['v1.0'] } });
  assert.deepEqual(
    ['v1', 'v1.0', 'v', 'V1'].map((path) => roleOf(files, path)),
    ['targets', RELEASES, undefined, undefined],
  );
});

/** Files by role, through the program’s own reader. */
function collection(written: Readonly<Record<string, Written>>): TargetsFiles {
  return new Map(
    Object.entries(written).map(([name, { has = [], to = [] }]) => {
      const targets = Object.fromEntries(has.map((path) => [path, LISTING]));
      const roles = to.map(([role, ...paths]) => ({ name: role, keyids: [], paths, threshold: 1 }));
      const file = fileOf(targetsWith({ targets, delegations: { keys: {}, roles } }));
      return [roleName(name), parseNotaryTargets(file, roleName(name), DEFAULT_LIMITS).payload];
    }),
  );
}

function roleOf(files: TargetsFiles, path: string): string | undefined {
  return findTarget(files, targetPath(path))?.role;
}
