/**
 * The Notary source against the real thing: Debian's `notary-server` and `notary`, unchanged. What the client published is read
 * byte for byte, and taken home.
 */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Change } from '../../src/acquire/notary/change-page.ts';
import { collect } from '../../src/acquire/notary/collect.ts';
import { collectionsOf } from '../../src/acquire/notary/collections-of.ts';
import type { CollectionSource } from '../../src/acquire/notary/collection-source.ts';
import { openDirectoryCollection } from '../../src/acquire/notary/directory-collection.ts';
import { type NotaryServer, openNotaryServer } from '../../src/acquire/notary/server.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Disk } from '../../src/platform/disk.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { type RoleName, roleName, ROOT, type Sha256, SNAPSHOT, TARGETS, TIMESTAMP } from '../../src/tuf/names.ts';
import { refusal } from '../acquire/refusals.ts';
import { publishCollection, Publisher } from './notary/publisher.ts';
import { type RealNotary, startNotary, whyNoNotary } from './notary/server.ts';
import { startTokenServer } from './notary/token-server.ts';

const skip = whyNoNotary();
const GUN = 'registry.example.com/team/app';
const RELEASES = roleName('targets/releases');
const LIMIT = 1_000_000;

interface Signed {
  readonly _type: string;
  readonly version: number;
  readonly meta: Readonly<Record<string, { readonly length: number; readonly hashes: { readonly sha256: string } }>>;
  readonly targets: Readonly<Record<string, unknown>>;
}

function signedOf(bytes: Uint8Array): Signed {
  return (JSON.parse(Buffer.from(bytes).toString()) as { signed: Signed }).signed;
}

/** The digest of a role in a snapshot or timestamp, as nobody here believes it. */
function listed(bytes: Uint8Array, role: RoleName): Sha256 {
  return Buffer.from(signedOf(bytes).meta[role]?.hashes.sha256 ?? '', 'base64').toString('hex') as Sha256;
}

async function open(t: TestContext, real: RealNotary): Promise<NotaryServer> {
  const server = await openNotaryServer(real.url, { clock: systemClock, authorityFiles: [real.authorityFile] });
  t.after(() => server.close());
  return server;
}

async function changesOf(server: NotaryServer, gun: string | undefined, limit: number): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const page of server.changes(gun, { limit })) changes.push(...page.changes);
  return changes;
}

/** Every role that a snapshot lists, by digest; real ones list root, too. */
function rolesOf(snapshot: Uint8Array): { role: RoleName; sha256: Sha256 }[] {
  return Object.keys(signedOf(snapshot).meta).map((name) => ({
    role: roleName(name),
    sha256: listed(snapshot, roleName(name)),
  }));
}

test('what the real client published is read through the real server, and taken home', { skip }, async (t) => {
  const real = await startNotary(t);
  const publisher = new Publisher(real);
  await publishCollection(publisher, GUN);
  await publisher.rotateKey(GUN, 'root');
  const server = await open(t, real);
  const source = server.collection(GUN);

  await t.test('the root chain ends with “there is none”', async () => {
    const versions: number[] = [];
    for (let version = 1; version <= 3; version++) {
      versions.push(signedOf(await source.byVersion(ROOT, version, LIMIT)).version);
    }
    assert.deepEqual(versions, [1, 2, 3], 'made, snapshot key handed over, root key rotated');
    const said = await refusal('SOURCE_NOT_FOUND', source.byVersion(ROOT, 4, LIMIT));
    assert.equal(said.details['reason'], 'METADATA_NOT_FOUND');
    assert.deepEqual(await source.current(ROOT, LIMIT), await source.byVersion(ROOT, 3, LIMIT));
  });

  await t.test('from the timestamp to every role by digest', async () => {
    const timestamp = await source.current(TIMESTAMP, LIMIT);
    const snapshot = await byDigest(source, SNAPSHOT, listed(timestamp, SNAPSHOT));
    const [root, targets, releases] = [ROOT, TARGETS, RELEASES].map((role) =>
      byDigest(source, role, listed(snapshot, role)),
    );
    assert.deepEqual(await root, await source.current(ROOT, LIMIT));
    assert.deepEqual(Object.keys(signedOf((await targets) ?? new Uint8Array()).targets), ['v1.0']);
    assert.deepEqual(Object.keys(signedOf((await releases) ?? new Uint8Array()).targets), ['v2.0']);
    await refusal('SOURCE_NOT_FOUND', source.byVersion(TARGETS, 1, LIMIT));
  });

  await t.test('what is not there is “none”, also for a collection that nobody has', async () => {
    await refusal('SOURCE_NOT_FOUND', source.byHash(TARGETS, sha256(new Uint8Array()), LIMIT));
    await refusal('SOURCE_NOT_FOUND', source.current(roleName('targets/none'), LIMIT));
    await refusal('SOURCE_NOT_FOUND', server.collection('registry.example.com/none').current(ROOT, LIMIT));
  });

  await t.test('the client’s own cache, and a collected directory, answer the same', async () => {
    const into = mkdtempSync(join(real.folder, 'collected-'));
    const rest = ({ snapshot }: { snapshot: Uint8Array }): ReturnType<typeof rolesOf> => rolesOf(snapshot);
    const options = { disk: new Disk(), into, limits: DEFAULT_LIMITS, rest };
    const { roots, files } = await collect(source, options);
    assert.equal(roots, 3);
    assert.equal([...files.keys()].at(-1), 'timestamp.json');
    const home = await openDirectoryCollection(into, GUN);
    const timestamp = await home.current(TIMESTAMP, LIMIT);
    assert.deepEqual(timestamp, await source.current(TIMESTAMP, LIMIT));
    const snapshot = await byDigest(home, SNAPSHOT, listed(timestamp, SNAPSHOT));
    await publisher.list(GUN);
    const cache = await openDirectoryCollection(publisher.trustDirectory, GUN);
    for (const { role, sha256: digest } of rolesOf(snapshot)) {
      assert.deepEqual(await byDigest(home, role, digest), await byDigest(source, role, digest), role);
      assert.deepEqual(await byDigest(cache, role, digest), await byDigest(source, role, digest), role);
    }
    assert.ok([...(await collect(source, options)).files.values()].every((fate) => fate === 'same'));
    assert.deepEqual(await readFile(join(into, GUN, 'tuf/timestamp.json')), Buffer.from(timestamp));
  });
});

test('N-08: the real change feeds: pages, several collections, a deletion, and one made anew', { skip }, async (t) => {
  const real = await startNotary(t, { keyAlgorithm: 'ecdsa' });
  const publisher = new Publisher(real);
  const others = ['registry.example.com/team/gone', 'registry.example.com/elsewhere', '127.0.0.1:5000/a b/größe'];
  for (const gun of [GUN, ...others]) {
    await publisher.init(gun);
    await publisher.publish(gun);
  }
  await publisher.delete('registry.example.com/team/gone');
  await publisher.delete('registry.example.com/elsewhere');
  await publisher.init('registry.example.com/elsewhere');
  await publisher.publish('registry.example.com/elsewhere');
  const server = await open(t, real);

  const all = await changesOf(server, undefined, 2);
  assert.deepEqual(
    all.map(({ gun, kind }) => `${kind} ${gun}`),
    [
      ...[GUN, ...others].map((gun) => `update ${gun}`),
      ...['team/gone', 'elsewhere'].map((name) => `deletion registry.example.com/${name}`),
      'update registry.example.com/elsewhere',
    ],
  );
  const [own, ...none] = await changesOf(server, GUN, 1000);
  assert.deepEqual(none, []);
  assert.ok(own?.kind === 'update');
  const timestamp = await server.collection(GUN).current(TIMESTAMP, LIMIT);
  assert.deepEqual([own.version, own.sha256], [signedOf(timestamp).version, sha256(timestamp)]);
  assert.ok(Math.abs(own.at.getTime() - Date.now()) < 600_000);

  const last = all.at(-1);
  assert.ok(last?.kind === 'update' && last.version === 1, 'versions began again');

  assert.deepEqual(await collectionsOf(server.changes(undefined), ['registry.example.com/*']), {
    collections: [GUN, 'registry.example.com/elsewhere'],
    deleted: ['registry.example.com/team/gone', 'registry.example.com/elsewhere'],
    unusable: [],
  });
  // Blanks and letters of any alphabet are escaped as the client escapes them, or it could not have published there.
  const odd = server.collection('127.0.0.1:5000/a b/größe');
  assert.equal(signedOf(await odd.current(ROOT, LIMIT)).version, 1);
  await refusal('SOURCE_NOT_FOUND', server.collection('registry.example.com/team/gone').current(TIMESTAMP, LIMIT));
});

test('H-03: with real tokens: for one collection, for the feed of all, and with a password', { skip }, async (t) => {
  const tokens = await startTokenServer(t);
  const real = await startNotary(t, { tokens: tokens.settings });
  const publisher = new Publisher(real);
  await publisher.init(GUN);
  await publisher.publish(GUN);
  const before = tokens.asked.length;
  const common = { clock: systemClock, authorityFiles: [real.authorityFile] };

  const stranger = await openNotaryServer(real.url, common);
  t.after(() => stranger.close());
  const sent = await refusal('SOURCE_REDIRECT', stranger.collection(GUN).current(ROOT, LIMIT));
  assert.equal(sent.details['to'], tokens.url.origin, 'nobody named a token server without TLS');

  const credentials = { user: 'courier', password: 'hunter2' };
  const server = await openNotaryServer(real.url, { ...common, credentials, tokenServer: tokens.url });
  t.after(() => server.close());
  assert.equal(signedOf(await server.collection(GUN).current(ROOT, LIMIT)).version, 1);
  await refusal('SOURCE_NOT_FOUND', server.collection(GUN).byVersion(ROOT, 2, LIMIT));
  assert.equal((await changesOf(server, undefined, 10)).length, 1);
  assert.deepEqual(
    tokens.asked.slice(before).map(({ scope }) => scope),
    [`repository:${GUN}:pull`, 'registry:catalog:*'],
  );
  assert.match(tokens.asked.at(-1)?.authorization ?? '', /^Basic /);
});

async function byDigest(source: CollectionSource, role: RoleName, digest: Sha256): Promise<Uint8Array> {
  const bytes = await source.byHash(role, digest, LIMIT);
  assert.equal(sha256(bytes), digest, role);
  return bytes;
}
