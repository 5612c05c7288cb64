/** Upstreams without consistent snapshots, which the conformance suite does not cover: names have no version. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { type PlainCache, PlainClient } from '../../../src/client/plain-client.ts';
import { joined } from '../../../src/client/fetch/place.ts';
import { NOW } from '../../simulator/clock.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { type PlainCopy, copyOf } from './plain-copy.ts';
import { refusedUnchanged, searchUnchanged, textOf } from './unchanged.ts';

function nonConsistent(): SimulatedUpstream {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false });
  upstream.author.delegate('targets', 'role', { paths: ['dir/*'] });
  return upstream.add('file', 'content').add('dir/file', 'delegated', 'role').publish();
}

const PLAIN_NAMES = ['timestamp.json', 'snapshot.json', 'targets.json', 'role.json'];

test('carried: metadata is asked for without versions, but for roots, and targets under their own names', async (context) => {
  const copy = await copyOf(context, nonConsistent());
  const guard = copy.guard();
  assert.equal(await textOf(guard, 'dir/file'), 'delegated');
  const asked = copy.takeRequests();
  const metadata = asked.filter((path) => path.startsWith('metadata/')).map((path) => path.slice('metadata/'.length));
  assert.deepEqual(new Set(metadata), new Set(['2.root.json', ...PLAIN_NAMES]));
  assert.equal(asked.at(-1), 'targets/dir/file');
});

test('carried: a new state under the same names is seen, and an older one is a rollback', async (context) => {
  const upstream = nonConsistent();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh({ everyRole: true });
  const old = new Map(PLAIN_NAMES.map((name) => [name, upstream.file(name)]));
  upstream.add('dir/file', 'newer', 'role').publish('role');
  assert.equal(await textOf(guard, 'dir/file'), 'newer');
  for (const [name, bytes] of old) upstream.serve(name, bytes);
  await refusedUnchanged('TRUST_ROLLBACK', store, () => guard.refresh());
  upstream.restore();
  assert.equal(await textOf(guard, 'dir/file'), 'newer');
});

test('W-03 carried: a copy in the middle of an update is torn: refused as a whole, nothing is kept', async (context) => {
  const upstream = nonConsistent();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh({ everyRole: true });
  const old = new Map(PLAIN_NAMES.map((name) => [name, upstream.file(name)]));
  // Of the same length, or the bound on what is read would refuse it first.
  upstream.add('file', 'CONTENT').add('dir/file', 'DELEGATED', 'role').publish('targets', 'role');
  for (const [name, code] of [
    ['snapshot.json', 'TRUST_TORN'],
    ['targets.json', 'TRUST_TORN'],
    ['role.json', 'TRUST_ROLE_MISMATCH'],
  ] as const) {
    upstream.restore().serve(name, old.get(name) ?? '');
    await refusedUnchanged(code, store, () => guard.refresh({ everyRole: true }));
  }
  upstream.restore();
  await guard.refresh({ everyRole: true });
});

test('carried: an upstream that turns consistent is followed by the names of its newest root', async (context) => {
  const upstream = nonConsistent();
  const copy = await copyOf(context, upstream);
  const guard = copy.guard();
  await guard.refresh();
  upstream.author.consistentSnapshot = true;
  upstream.author.publishRoot();
  upstream.add('file', 'consistent').publish('targets', 'role');
  copy.takeRequests();
  assert.equal(await textOf(guard, 'file'), 'consistent');
  const asked = copy.takeRequests();
  assert.ok(asked.includes('metadata/2.snapshot.json') && asked.includes('metadata/2.targets.json'), asked.join(' '));
  assert.match(String(asked.at(-1)), /^targets\/[0-9a-f]{64}\.file$/);
});

test('pinned: the mirror of such an upstream is consistent all the same, and so are the guard’s questions', async (context) => {
  const guarded = await guardedBy(context, nonConsistent());
  const guard = guarded.guard();
  assert.equal(await textOf(guard, 'dir/file'), 'delegated');
  const asked = guarded.takeRequests();
  assert.ok(asked.includes('metadata/1.targets.json') && asked.includes('metadata/1.role.json'), asked.join(' '));
  assert.match(String(asked.at(-1)), /^targets\/dir\/[0-9a-f]{64}\.file$/);
  guarded.upstream.add('file', 'newer').publish('targets');
  await guarded.importNow();
  assert.equal(await textOf(guard, 'file'), 'newer');
});

test('carried from a mirror: what lies below upstream/ answers to unversioned names', async (context) => {
  const guarded = await guardedBy(context, nonConsistent());
  const guard = guarded.guard({ pin: guarded.carriedPin() });
  assert.equal(await textOf(guard, 'dir/file'), 'delegated');
  assert.ok(guarded.takeRequests().includes('upstream/metadata/snapshot.json'));
});

test('a plain client asks for the same names, and keeps what it verified when a later file is torn', async (context) => {
  const upstream = nonConsistent();
  const copy = await copyOf(context, upstream);
  const files = new Map<string, Uint8Array>([['root', upstream.firstRoot]]);
  const first = await plainClient(copy, files);
  const found = await first.find('dir/file');
  assert.equal(Buffer.from(await joined(await first.fetch(found))).toString(), 'delegated');
  assert.equal(copy.takeRequests().at(-1), 'targets/dir/file');
  const old = upstream.file('targets.json');
  upstream.add('file', 'CONTENT').publish('targets').serve('targets.json', old);
  await rejected('TRUST_TORN', plainClient(copy, files));
  const isKept = (role: string, bytes: Uint8Array): boolean =>
    Buffer.compare(files.get(role) ?? bytes.slice(1), bytes) === 0;
  assert.ok(isKept('snapshot', upstream.file('snapshot.json')));
  assert.ok(isKept('targets', old));
});

function plainClient(copy: PlainCopy, files: Map<string, Uint8Array>): Promise<PlainClient> {
  const cache: PlainCache = {
    read: (role) => Promise.resolve(files.get(role)),
    write: (role, bytes) => Promise.resolve(void files.set(role, bytes)),
  };
  const place = httpPlace(copy.url);
  const shelf = (folder: string) => ({ place, below: [folder] });
  return PlainClient.refresh({ cache, metadata: shelf('metadata'), targets: shelf('targets'), now: NOW });
}

test('H-01 carried: 403 has a meaning for the next root only; for a target’s name with a digest it is no “not found”', async (context) => {
  const copy = await copyOf(context, nonConsistent());
  const store = memoryStore();
  const guard = copy.guard({ store });
  const { verdict } = await guard.find('file');
  copy.answer(`targets/${String(verdict.sha256)}.file`, 403);
  await searchUnchanged('OK', store, guard, 'file');
  await rejected('SOURCE_STATUS', guard.get('file'));
});
