/** Names of delegated roles, and the prefixes they may speak for (8, N-06). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type NotaryDelegations, restrictPaths } from '../../src/notary/delegations.ts';
import { parseNotaryTargets } from '../../src/notary/metadata.ts';
import { isDelegationName } from '../../src/notary/names.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { TARGETS, roleName } from '../../src/tuf/names.ts';
import { runs } from '../property/runs.ts';
import { refused } from '../simulator/refused.ts';
import { fileOf, keysOf, signerNamed, targetsWith } from './files.ts';

const signer = signerNamed('delegate');
const longest = `targets/${'a'.repeat(247)}`;

for (const name of ['targets/releases', 'targets/a', 'targets/a-b_9', 'targets/-', 'targets/root', longest]) {
  test(`${name.slice(0, 30)} is a name that targets may delegate to`, () => {
    assert.deepEqual(
      delegate({ name })?.roles.map((role) => role.name),
      [name],
    );
  });
}

for (const name of [
  'releases',
  'targets',
  'targets/',
  'root',
  'targets/Rel',
  'targets/a/b',
  'targets//a',
  '/targets/a',
  'targets/a/',
  'targets/.',
  'targets/..',
  'targets/../root',
  'targets/a.b',
  'targets/a b',
  'targets/a\n',
  'targets/é',
  'targets/a%2fb',
  'targets\\a',
  'targetsx/a',
  `${longest}a`,
  '',
]) {
  test(`N-06 a delegation to “${name.slice(0, 30).trim()}” makes the file invalid`, () => {
    refused('TRUST_ROLE_NAME', () => delegate({ name }));
  });
}

test('a role delegates exactly one level below itself, and not beside it', () => {
  const releases = roleName('targets/releases');
  assert.equal(delegate({ name: 'targets/releases/a' }, releases)?.roles.length, 1);
  for (const name of [
    'targets/a',
    'targets/releases',
    'targets/releases/a/b',
    'targets/releasesx/a',
    'targets/other/a',
  ]) {
    refused('TRUST_ROLE_NAME', () => delegate({ name }, releases));
  }
});

test('D-02 a role named twice is refused', () => {
  refused('TRUST_ROLE_NAME', () => delegate({ name: 'targets/a' }, TARGETS, { name: 'targets/a', paths: ['x'] }));
});

test('keys of a delegation are those listed beside it; a role that lacks them locks only itself', () => {
  const [role] = delegate({ name: 'targets/a', keyids: [signer.keyId, signer.keyId] })?.roles ?? [];
  assert.deepEqual([role?.keys.length, role?.threshold], [1, 1]);
  refused('TRUST_MALFORMED', () => delegate({ name: 'targets/a', keyids: ['ab'.repeat(32)] }));
  refused('TRUST_THRESHOLD_VALUE', () => delegate({ name: 'targets/a', threshold: 0 }));
  assert.equal(delegate({ name: 'targets/a', keyids: [] })?.roles[0]?.keys.length, 0);
  assert.equal(delegate({ name: 'targets/a', threshold: 2 })?.roles[0]?.threshold, 2);
});

test('paths are prefixes; left out, null or empty they are none', () => {
  for (const paths of [undefined, null, []]) assert.deepEqual(pathsOf(paths), []);
  assert.deepEqual(pathsOf(['', 'rel/', '*']), ['', 'rel/', '*']);
  for (const paths of ['rel/', [1], {}]) refused('TRUST_MALFORMED', () => pathsOf(paths));
});

test('members of TUF 1.0 mean nothing here', () => {
  const tuf = { name: 'targets/a', paths: ['a'], terminating: true, path_hash_prefixes: ['00'] };
  assert.deepEqual(delegate(tuf)?.roles[0]?.paths, ['a']);
});

for (const [what, delegator, paths, left] of [
  ['everything from everything', [''], ['', 'rel/'], ['', 'rel/']],
  ['a prefix from a shorter one', ['rel/'], ['rel/v1', 'rel/'], ['rel/v1', 'rel/']],
  ['nothing from a sibling prefix', ['foobar'], ['foo', 'fo', ''], []],
  ['nothing that holds the prefix further in', ['b'], ['ab', 'a/b'], []],
  ['a name that only starts alike', ['foo'], ['foobar'], ['foobar']],
  ['nothing from nothing', [], ['', 'a'], []],
  ['nothing when nothing is asked', [''], [], []],
  ['characters, not patterns', ['a*'], ['ab', 'a*c'], ['a*c']],
] as const) {
  test(`a nested role gets ${what}`, () => assert.deepEqual(restrictPaths(delegator, paths), left));
}

test('no role below another can speak for a path that the upper one cannot', () => {
  const paths = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 }), { maxLength: 3 });
  const covers = (prefixes: readonly string[], path: string): boolean =>
    prefixes.some((prefix) => path.startsWith(prefix));
  fc.assert(
    fc.property(
      paths,
      paths,
      paths,
      fc.string({ unit: fc.constantFrom('a', 'b', '/') }),
      (upper, middle, lower, path) => {
        const restricted = restrictPaths(upper, middle);
        const below = restrictPaths(restricted, lower);
        if (covers(below, path)) assert.ok(covers(restricted, path) && covers(upper, path));
      },
    ),
    runs(300, 20_000),
  );
});

test('a name holds no more than one URL segment per level can', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '-', '/', '.', 'A', '%', ' ') }), (end) => {
      const name = `targets/${end}`;
      if (isDelegationName(name)) assert.equal(new URL(`https://registry.example.com/${name}`).pathname, `/${name}`);
    }),
    runs(300, 20_000),
  );
});

function delegate(role: object, delegator = TARGETS, ...further: readonly object[]): NotaryDelegations | undefined {
  const roles = [role, ...further].map((one) => ({ keyids: [signer.keyId], paths: [''], threshold: 1, ...one }));
  const file = fileOf(targetsWith({ delegations: { keys: keysOf(signer), roles } }));
  return parseNotaryTargets(file, delegator, DEFAULT_LIMITS).payload.delegations;
}

function pathsOf(paths: unknown): readonly string[] | undefined {
  return delegate({ name: 'targets/a', paths })?.roles[0]?.paths;
}
