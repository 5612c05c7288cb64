/** The shape of the four files (3.2, 4): what must be there, what is ignored, and that no dialect passes as the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseNotaryRoot,
  parseNotarySnapshot,
  parseNotaryTargets,
  parseNotaryTimestamp,
} from '../../src/notary/metadata.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { parseTargets } from '../../src/tuf/metadata.ts';
import { TARGETS, roleName, targetPath } from '../../src/tuf/names.ts';
import { refused } from '../simulator/refused.ts';
import { HASHES, LISTING, fileOf, keysOf, rootWith, signerNamed, targetsWith } from './files.ts';

const expires = '2029-01-01T00:00:00Z';
const snapshotWith = (meta: unknown): unknown => ({ _type: 'Snapshot', expires, meta, version: 1 });
const timestampWith = (meta: unknown): unknown => ({ _type: 'Timestamp', expires, meta, version: 1 });
const root = (signed: unknown) => () => parseNotaryRoot(fileOf(signed), 'root', DEFAULT_LIMITS);
const targets = (signed: unknown) => () => parseNotaryTargets(fileOf(signed), TARGETS, DEFAULT_LIMITS);
const snapshot = (meta: unknown) => () => parseNotarySnapshot(fileOf(snapshotWith(meta)), 'snapshot', DEFAULT_LIMITS);
const timestamp = (meta: unknown) => () =>
  parseNotaryTimestamp(fileOf(timestampWith(meta)), 'timestamp', DEFAULT_LIMITS);

test('root has its four roles, with keys that are listed and a threshold of one or more', () => {
  const { payload, version } = root(rootWith())();
  assert.equal(version, 1);
  assert.deepEqual(Object.keys(payload.roles), ['root', 'snapshot', 'targets', 'timestamp']);
  assert.equal(payload.keys.size, 4);
  const { roles } = rootWith() as { roles: Record<string, { keyids: string[] }> };
  for (const name of Object.keys(roles)) {
    const { [name]: role, ...others } = roles;
    assert.match(refused('TRUST_MALFORMED', root(rootWith({ roles: others }))).what, new RegExp(`role ${name}`));
    const unlisted = { keyids: [...(role?.keyids ?? []), 'ab'.repeat(32)], threshold: 1 };
    refused('TRUST_MALFORMED', root(rootWith({ roles: { ...roles, [name]: unlisted } })));
    for (const threshold of [0, -1, '1', null]) {
      refused('TRUST_THRESHOLD_VALUE', root(rootWith({ roles: { ...roles, [name]: { ...role, threshold } } })));
    }
  }
});

test('a root that locks itself is refused; one that locks another role is still the newest root', () => {
  const { roles } = rootWith() as { roles: Record<string, object> };
  const locked = (name: string): unknown => rootWith({ roles: { ...roles, [name]: { ...roles[name], threshold: 2 } } });
  refused('TRUST_THRESHOLD_VALUE', root(locked('root')));
  assert.equal(root(locked('targets'))().payload.roles.targets.threshold, 2);
});

test('keys of earlier roots, further roles and further members change nothing', () => {
  const { roles, keys } = rootWith() as { roles: object; keys: object };
  const old = signerNamed('an earlier root');
  const { payload } = root(
    rootWith({
      keys: { ...keys, ...(keysOf(old) as object) },
      roles: { ...roles, mirror: { keyids: ['unlisted'], threshold: 0 } },
      consistent_snapshot: true,
      'x-further': 1,
    }),
  )();
  assert.equal(payload.keys.size, 5);
  const named = Object.values(payload.roles).flatMap((role) => role.keys.map(({ id }) => id));
  assert.ok(!named.includes(old.keyId));
});

test('targets have any name at all, a length and digests; custom is kept', () => {
  const names = ['', '/etc/passwd', '../..', '\u{1f600}', '\u0000\n', 'v1.0', '__proto__'];
  const custom = { b: [1, { a: null }] };
  const listed = Object.fromEntries(names.map((name) => [name, { ...LISTING, custom }]));
  const { payload } = targets(targetsWith({ targets: listed }))();
  assert.deepEqual([...payload.targets.keys()].sort(), [...names].sort());
  const entry = payload.targets.get(targetPath(''));
  assert.deepEqual(entry, {
    length: 3,
    hashes: new Map([
      ['sha256', '01'.repeat(32)],
      ['sha512', '02'.repeat(64)],
    ]),
    custom: jsonObject({ b: [1, jsonObject({ a: null })] }),
  });
});

test('a target has a length and one known digest of the right size, in base64', () => {
  const { sha256, sha512 } = HASHES;
  const target = (entry: unknown) => targets(targetsWith({ targets: { a: entry } }));
  for (const hashes of [{ sha256 }, { sha512 }, { sha256, sha384: 'AAAA' }]) target({ length: 0, hashes })();
  for (const entry of [
    { hashes: HASHES },
    { ...LISTING, length: -1 },
    { ...LISTING, length: '3' },
    { length: 3, hashes: {} },
    { length: 3, hashes: { sha384: 'AAAA' } },
    { length: 3, hashes: { sha256, sha384: '!' } },
    { length: 3, hashes: { sha256: sha512 } },
    { length: 3, hashes: { sha256: '01'.repeat(32) } },
    { length: 3, hashes: { sha256: sha256.replace('=', '') } },
    { length: 3, hashes: { sha256: null } },
    { length: 3, hashes: null },
    null,
  ]) {
    refused('TRUST_MALFORMED', target(entry));
  }
});

test('delegations may be left out, and are then none', () => {
  assert.deepEqual(targets(targetsWith())().payload.delegations, { keys: new Map(), roles: [] });
  for (const absent of [undefined, null]) {
    assert.equal(targets(targetsWith({ delegations: absent }))().payload.delegations, undefined);
  }
});

test('a snapshot lists root, targets and delegations by length and sha256', () => {
  const meta = { root: LISTING, targets: LISTING, 'targets/a': LISTING };
  assert.deepEqual([...snapshot(meta)().payload.roles.keys()], ['root', 'targets', 'targets/a']);
  const { sha256, sha512 } = HASHES;
  snapshot({ ...meta, root: { length: 3, hashes: { sha256 }, version: 9 } })();
  for (const name of Object.keys(meta)) {
    for (const entry of [{ length: 3, hashes: { sha512 } }, { hashes: HASHES }, { length: 3 }, null]) {
      refused('TRUST_MALFORMED', snapshot({ ...meta, [name]: entry }));
    }
  }
  for (const name of ['root', 'targets']) refused('TRUST_MALFORMED', snapshot({ ...meta, [name]: undefined }));
});

test('entries of a snapshot that nobody can be sent to are left out', () => {
  const odd = ['timestamp', 'targets.json', 'targets/A', 'targets/../root', 'targets//a', 'targets/'];
  const meta = Object.fromEntries(['root', 'targets', ...odd].map((name) => [name, LISTING]));
  assert.deepEqual([...snapshot(meta)().payload.roles.keys()], ['root', 'targets']);
});

test('a timestamp lists the snapshot by length and sha256', () => {
  const { payload } = timestamp({ snapshot: LISTING, other: null })();
  assert.deepEqual([payload.snapshot.length, payload.snapshot.hashes.get('sha256')], [3, '01'.repeat(32)]);
  for (const meta of [
    {},
    { 'snapshot.json': LISTING },
    { snapshot: { length: 3, hashes: { sha512: HASHES.sha512 } } },
  ]) {
    refused('TRUST_MALFORMED', timestamp(meta));
  }
});

test('version and expiry are read from every file', () => {
  for (const version of [0, -1, 2 ** 31, '1', null, undefined]) {
    refused('TRUST_MALFORMED', targets(targetsWith({ version })));
  }
  for (const time of ['2029-01-01', 0, null, undefined]) {
    refused('TRUST_MALFORMED', targets(targetsWith({ expires: time })));
  }
  const { expires: at } = targets(targetsWith({ expires: '2116-07-03T17:56:36.027379879-05:00' }))();
  assert.equal(at.toISOString(), '2116-07-03T22:56:36.027Z');
});

test('W-06 no role passes as another', () => {
  const files: readonly (() => Uint8Array)[] = [
    () => fileOf(rootWith()),
    () => fileOf(targetsWith()),
    () => fileOf(snapshotWith({ root: LISTING, targets: LISTING })),
    () => fileOf(timestampWith({ snapshot: LISTING })),
  ];
  const readers = [
    (bytes: Uint8Array) => parseNotaryRoot(bytes, 'file', DEFAULT_LIMITS),
    (bytes: Uint8Array) => parseNotaryTargets(bytes, TARGETS, DEFAULT_LIMITS),
    (bytes: Uint8Array) => parseNotarySnapshot(bytes, 'file', DEFAULT_LIMITS),
    (bytes: Uint8Array) => parseNotaryTimestamp(bytes, 'file', DEFAULT_LIMITS),
  ];
  for (const [at, file] of files.entries()) {
    for (const [reader, read] of readers.entries()) {
      if (at === reader) read(file());
      else refused('TRUST_TYPE', () => read(file()));
    }
  }
});

test('N-03 a file of TUF 1.0 is refused here with a word about it, and ours there', () => {
  const tuf = {
    signed: { _type: 'targets', spec_version: '1.0.34', version: 1, expires, targets: {} },
    signatures: [{ keyid: 'ab'.repeat(32), sig: 'cd'.repeat(64) }],
  };
  const read = (): unknown => parseNotaryTargets(Buffer.from(JSON.stringify(tuf)), TARGETS, DEFAULT_LIMITS);
  assert.match(refused('TRUST_TYPE', read).what, /how TUF writes it and not Notary v1/);
  refused('TRUST_TYPE', () => parseTargets(fileOf(targetsWith()), 'targets', DEFAULT_LIMITS));
});

test('signatures are named by key and method, in base64; junk that can be read only never counts', () => {
  const withSignatures = (signatures: unknown) => () =>
    parseNotaryTargets(
      Buffer.from(JSON.stringify({ signed: targetsWith(), signatures, further: 1 })),
      TARGETS,
      DEFAULT_LIMITS,
    );
  const good = { keyid: 'a', method: 'eddsa', sig: 'AAAA' };
  const { envelope } = withSignatures([good, { ...good, sig: '' }, { ...good, method: '', keyid: '' }])();
  assert.deepEqual(
    envelope.signatures.map(({ bytes }) => bytes.length),
    [3, 0, 3],
  );
  assert.deepEqual(envelope.unsignedMembers, ['further']);
  for (const bad of [
    { ...good, sig: 'AAA' },
    { ...good, sig: 'AA\nAA' },
    { keyid: 'a', sig: 'AAAA' },
    { ...good, keyid: 1 },
    null,
  ]) {
    refused('TRUST_MALFORMED', withSignatures([bad]));
  }
  refused('TRUST_MALFORMED', withSignatures(undefined));
});

test('R-02 counts are bounded before anything is decoded', () => {
  const limits = { ...DEFAULT_LIMITS, signatures: 1, keys: 3, roles: 2, delegations: 0 };
  const many = fileOf(targetsWith(), signerNamed('a'), signerNamed('b'));
  refused('TRUST_LIMIT', () => parseNotaryTargets(many, TARGETS, limits));
  refused('TRUST_LIMIT', () => parseNotaryRoot(fileOf(rootWith()), 'root', limits));
  const meta = { root: LISTING, targets: LISTING, 'targets/a': LISTING };
  refused('TRUST_LIMIT', () => parseNotarySnapshot(fileOf(snapshotWith(meta)), 'snapshot', limits));
  const delegations = { keys: {}, roles: [{ name: 'targets/a', keyids: [], threshold: 1 }] };
  refused('TRUST_LIMIT', () => parseNotaryTargets(fileOf(targetsWith({ delegations })), TARGETS, limits));
});

test('a delegated file has the type of targets, and its name says what it may delegate to', () => {
  const name = roleName('targets/releases');
  const parsed = parseNotaryTargets(fileOf(targetsWith({ targets: { 'v2.0': LISTING } })), name, DEFAULT_LIMITS);
  assert.deepEqual([...parsed.payload.targets.keys()], ['v2.0']);
});
