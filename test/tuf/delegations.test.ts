/**
 * Who may speak for a path, in which order (D-02, D-04, D-05, TAP 15): hash prefixes and bins against digests computed
 * here by another hand, names and shapes that two clients could read differently refused.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Delegations, delegatedRoles, readDelegations } from '../../src/tuf/delegations.ts';
import { matching } from './matching.ts';
import { type Json, type JsonObject, jsonObject } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { signerNamed } from '../simulator/keys.ts';
import { refused } from '../simulator/refused.ts';

const signer = signerNamed('delegate');
const HOLDER = { keyids: [signer.keyId], threshold: 1 };

test('D-02 roles are asked in the delegator’s order, integer-like names included, fifty times over', () => {
  const delegations = read({ roles: ['2', '10', 'dev', '1'].map((name) => role(name, { paths: ['*'] })) });
  for (let run = 0; run < 50; run++) assert.deepEqual(namesFor(delegations, 'x'), ['2', '10', 'dev', '1']);
});

test('D-02 only roles that speak for the path are asked, and each says whether the search ends there', () => {
  const delegations = read({
    roles: [
      role('no', { paths: ['other/*'] }),
      role('first', { paths: ['nothing', 'dir/*'] }),
      role('last', { paths: ['*/*'], terminating: true }),
      role('old', { paths: ['*/*'], terminating: undefined, backtrack: false }),
    ],
  });
  const asked = matching(delegations, 'dir/file').map(({ name, terminating }) => [name, terminating]);
  assert.deepEqual(asked, [
    ['first', false],
    ['last', true],
    ['old', true],
  ]);
  assert.deepEqual(namesFor(delegations, 'file'), []);
  assert.deepEqual(matching(undefined, 'file'), []);
});

test('a role by path_hash_prefixes speaks for exactly the paths whose digest begins so', () => {
  const paths = Array.from({ length: 64 }, (_, at) => `dir/file-${String(at)}`);
  const prefixes = ['0', '7f', 'a'];
  const delegations = read({ roles: [role('hashed', { path_hash_prefixes: prefixes })] });
  for (const path of paths) {
    const isSpokenFor = prefixes.some((prefix) => digestOf(path).startsWith(prefix));
    assert.equal(namesFor(delegations, path).length === 1, isSpokenFor, path);
  }
  assert.deepEqual(namesFor(read({ roles: [role('none', { path_hash_prefixes: [] })] }), 'x'), []);
});

test('TAP 15: the bin of a path is named by the first bits of its digest, for every bit length', () => {
  for (const bitLength of [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16]) {
    const delegations = bins(bitLength);
    const digits = Math.ceil(bitLength / 4);
    for (const path of ['a', 'dir/b', 'päth', '', '😀', ...Array.from({ length: 20 }, (_, at) => String(at))]) {
      // By another route than the code: the digest as a string of bits.
      const bits = Array.from(digestOf(path), (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join(
        '',
      );
      const bin = Number.parseInt(bits.slice(0, bitLength), 2).toString(16).padStart(digits, '0');
      const [found, ...others] = matching(delegations, path);
      assert.deepEqual([found?.name, found?.terminating, others.length], [`bin-${bin}`, true, 0]);
    }
    const all = [...delegatedRoles(delegations)].map(({ name }) => name);
    assert.equal(all.length, 2 ** bitLength);
    assert.deepEqual([all[0], all.at(-1)], [`bin-${'0'.repeat(digits)}`, `bin-${(2 ** bitLength - 1).toString(16)}`]);
  }
});

test('D-05 a bit length outside 1 to 32 is malformed, one beyond the limit is refused before any bin is made', () => {
  for (const bits of [0, -1, 33, 2 ** 31, '4', true]) {
    refused('TRUST_MALFORMED', () => readValue({ succinct_roles: succinct({ bit_length: bits }) }));
  }
  for (const bits of [17, 31, 32]) refused('TRUST_LIMIT', () => bins(bits));
  refused('TRUST_LIMIT', () => bins(3, 4));
});

test('D-05 more delegations or keys than the limit are refused', () => {
  const roles = Array.from({ length: 5 }, (_, at) => role(`role-${String(at)}`, { paths: ['*'] }));
  refused('TRUST_LIMIT', () =>
    readDelegations(object({ roles: roles.map(jsonObject) }), 'targets', { ...DEFAULT_LIMITS, delegations: 4 }),
  );
  const keys = Array.from({ length: 257 }, (_, at): [string, Json] => [String(at), signer.keyObject]);
  refused('TRUST_LIMIT', () => readValue({ keys: new Map(keys), roles: [] }));
});

test('D-02, P-01 a role name that is empty, there twice, or that of a top-level role is refused', () => {
  for (const name of ['', 'root', 'timestamp', 'snapshot', 'targets']) {
    refused('TRUST_ROLE_NAME', () => read({ roles: [role(name, { paths: ['*'] })] }));
  }
  const twice = [role('x', { paths: ['a'] }), role('y', { paths: ['*'] }), role('x', { paths: ['b'] })];
  assert.match(refused('TRUST_ROLE_NAME', () => read({ roles: twice })).what, /“x” twice/);
  const names = ['Root', 'targets ', '../x', 'a/b', 'constructor', '__proto__', '1.root', 'x.json', '\u0000'];
  const delegations = read({ roles: names.map((name) => role(name, { paths: ['*'] })) });
  assert.deepEqual(namesFor(delegations, 'x'), names);
});

test('a delegation by two ways at once, or by none, is malformed', () => {
  for (const members of [
    { paths: ['*'], path_hash_prefixes: ['a'] },
    { paths: undefined },
    { paths: 'a' },
    { paths: [1] },
    { path_hash_prefixes: ['A'] },
    { path_hash_prefixes: [''] },
    { path_hash_prefixes: ['x'] },
    { path_hash_prefixes: ['a'.repeat(65)] },
    { paths: ['*'], terminating: 'true' },
    { paths: ['*'], terminating: null },
    { paths: ['*'], keyids: 'x' },
    { paths: ['*'], name: 1 },
  ]) {
    refused('TRUST_MALFORMED', () => read({ roles: [{ ...role('x', {}), ...members }] }));
  }
  refused('TRUST_MALFORMED', () => readValue({ roles: [], succinct_roles: succinct({}) }));
  refused('TRUST_MALFORMED', () => readValue({}));
  for (const value of [[], 'x', 1, true]) refused('TRUST_MALFORMED', () => readDelegations(value, 't', DEFAULT_LIMITS));
  for (const value of [undefined, null]) assert.equal(readDelegations(value, 't', DEFAULT_LIMITS), undefined);
});

test('J-03 a member that Go clients would read as another is refused, in delegations, roles, keys and bins', () => {
  const good = role('x', { paths: ['*'] });
  refused('TRUST_MALFORMED', () => readValue({ roles: [], Roles: [] }));
  refused('TRUST_MALFORMED', () => readValue({ roles: [], KEYS: null }));
  refused('TRUST_MALFORMED', () => readValue({ roles: [], '\u212aeys': null }));
  for (const shadow of ['Terminating', 'path\u017f', 'PATHS', 'THRE\u017fHOLD']) {
    refused('TRUST_MALFORMED', () => read({ roles: [{ ...good, [shadow]: ['*'] }] }));
  }
  refused('TRUST_MALFORMED', () => readValue({ succinct_roles: succinct({ Bit_Length: 1 }) }));
  const key = new Map([...signer.keyObject, ['KeyVal', jsonObject({ public: '00' })]]);
  refused('TRUST_MALFORMED', () => readValue({ keys: new Map([['id', key]]), roles: [] }));
  assert.ok(read({ roles: [{ ...good, 'x-note': 1, 'X-Other': 2 }] }), 'unknown members are kept');
  refused('TRUST_MALFORMED', () => read({ roles: [{ ...good, 'x-note': 1, 'X-Note': 2 }] }));
});

type Members = Record<string, Json | undefined>;

function role(name: string, members: Members): Members {
  return { ...HOLDER, name, terminating: false, ...members };
}

function succinct(members: Members): JsonObject {
  return jsonObject({ ...HOLDER, bit_length: 2, name_prefix: 'bin', ...members });
}

function bins(bitLength: number, limit = DEFAULT_LIMITS.bins): Delegations | undefined {
  const value = object({ succinct_roles: succinct({ bit_length: bitLength }) });
  return readDelegations(value, 'targets', { ...DEFAULT_LIMITS, bins: limit });
}

function read({ roles }: { roles: readonly Members[] }): Delegations | undefined {
  return readValue({ roles: roles.map(jsonObject) });
}

function readValue(members: Members): Delegations | undefined {
  return readDelegations(object(members), 'targets', DEFAULT_LIMITS);
}

function object(members: Members): JsonObject {
  return jsonObject({ keys: new Map([[signer.keyId, signer.keyObject]]), ...members });
}

function namesFor(delegations: Delegations | undefined, path: string): string[] {
  return matching(delegations, path).map(({ name }) => name);
}

function digestOf(path: string): string {
  return createHash('sha256').update(path, 'utf8').digest('hex');
}
