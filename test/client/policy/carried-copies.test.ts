/** The carried level (F15): originals only, from a mirror’s evidence, a folder or any web server; no mirror key anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { type Scope } from '../../simulator/mirror.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { marksIn, refusedUntouched } from '../evidence/untouched.ts';
import { folderCopy, webCopy } from './copies.ts';

const PLACES: Record<string, (scope: Scope, upstream: SimulatedUpstream) => Promise<{ guard(): Guard }>> = {
  'the evidence of a mirror': async (scope, upstream) => {
    const guarded = await guardedBy(scope, upstream);
    return { guard: () => guarded.guard({ pin: guarded.carriedPin() }) };
  },
  'a folder with metadata/': (scope, upstream) => folderCopy(scope, upstream, 'metadata'),
  'a flat folder': (scope, upstream) => folderCopy(scope, upstream, 'flat'),
  'a web server with metadata/': (scope, upstream) => webCopy(scope, upstream, 'metadata'),
  'a flat web server': (scope, upstream) => webCopy(scope, upstream, 'flat'),
};

for (const [what, open] of Object.entries(PLACES)) {
  test(`F15 ${what} is verified under upstream’s keys alone, and the level says carried`, async (context) => {
    const guard = (await open(context, delegating())).guard();
    const standing = await guard.refresh({ everyRole: true });
    assert.deepEqual([standing.level, standing.mirror, standing.deliveredBy], ['carried', undefined, undefined]);
    assert.deepEqual(standing.upstream, { root: 2, timestamp: 1, snapshot: 1 });
    for (const [name, content] of Object.entries({ 'file.txt': 'content', 'dev/tool': 'tool' })) {
      const { bytes, verdict } = await guard.get(name);
      assert.equal(Buffer.from(bytes).toString(), content);
      assert.deepEqual([verdict.level, verdict.code], ['carried', 'OK']);
    }
    assert.equal((await guard.find('dev/other')).search.outcome.kind, 'not-found');
  });
}

test('an upstream without consistent snapshots is read by its plain names', async (context) => {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false }).add('file.txt', 'content').publish();
  const copy = await folderCopy(context, upstream);
  assert.equal(Buffer.from((await copy.guard().get('file.txt')).bytes).toString(), 'content');
});

test('an updated copy is followed', async (context) => {
  const copy = await webCopy(context, delegating());
  const guard = copy.guard();
  await guard.refresh();
  copy.upstream.add('file.txt', 'newer').publish('targets');
  await copy.update();
  assert.equal(Buffer.from((await guard.get('file.txt')).bytes).toString(), 'newer');
});

test('F-02 marks hold without a mirror: an older genuine copy is refused by a guard with a memory', async (context) => {
  const copy = await folderCopy(context, delegating());
  const old = new Map(copy.upstream.author.files);
  const [store, fresh] = [memoryStore(), memoryStore()];
  copy.upstream.publish('dev');
  await copy.update();
  await copy.guard({ store }).refresh();
  const seen = { root: 2, timestamp: 2, snapshot: 2, roles: { targets: 1, dev: 2 } };
  assert.deepEqual(await marksIn(store, copy.pin().repository), seen);
  copy.upstream.author.files.set('timestamp.json', old.get('timestamp.json') ?? new Uint8Array());
  await copy.update();
  await refusedUntouched('TRUST_ROLLBACK', store, () => copy.guard({ store }).refresh());
  await copy.guard({ store: fresh }).refresh();
  assert.deepEqual(await marksIn(fresh, copy.pin().repository), {
    ...seen,
    timestamp: 1,
    snapshot: 1,
    roles: { targets: 1, dev: 1 },
  });
});

test('M-04 the floor holds without a mirror, for a guard without a memory', async (context) => {
  const copy = await folderCopy(context, delegating());
  const floors = [{ root: 3 }, { timestamp: 2 }, { snapshot: 2 }, { roles: new Map([[roleName('dev'), 2]]) }];
  for (const least of floors) {
    const store = memoryStore();
    const floor = { root: 1, timestamp: 1, snapshot: 1, roles: new Map(), ...least };
    const pin = copy.pin({ floor });
    await refusedUntouched('TRUST_FLOOR', store, () => copy.guard({ pin, store }).refresh());
    assert.equal(await store.state(), undefined);
  }
});

test('other keys, torn files and missing roles are refused as everywhere, and nothing is kept', async (context) => {
  const [copy, store] = [await folderCopy(context, delegating()), memoryStore()];
  const { files } = copy.upstream.author;
  const honest = new Map(files);
  const spoil = async (
    code: Parameters<typeof refusedUntouched>[0],
    name: string,
    bytes: Uint8Array,
  ): Promise<void> => {
    files.set(name, bytes);
    await copy.update();
    await refusedUntouched(code, store, () => copy.guard({ store }).refresh({ everyRole: true }));
    files.set(name, honest.get(name) ?? new Uint8Array());
    await copy.update();
  };
  const forged = new SimulatedUpstream({ seed: 'forger' }).add('file.txt', 'evil').publish();
  await spoil('TRUST_SIGNATURES', 'timestamp.json', forged.file('timestamp.json'));
  await spoil('TRUST_TORN', '1.snapshot.json', new Uint8Array(honest.get('1.snapshot.json')?.length ?? 0));
  await spoil('TRUST_ROLE_MISMATCH', '1.dev.json', Buffer.from('{}'));
  await copy.guard({ store }).refresh({ everyRole: true });
});

test('H-01 a folder that is gone is not an upstream without a newer root', async (context) => {
  const copy = await folderCopy(context, delegating());
  const store = memoryStore();
  await copy.guard({ store }).refresh();
  const pin = copy.pin({ location: { base: new URL('gone/', copy.url), metadata: undefined, targets: undefined } });
  await refusedUntouched('SOURCE_UNREACHABLE', store, () => copy.guard({ store, pin }).refresh());
});

/** With a second root, a delegation, and a file in each role. */
function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  upstream.author.publishRoot();
  upstream.author.keyholders.set('root', { signers: [upstream.signer('root two')], threshold: 1 });
  upstream.author.publishRoot();
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}
