/** S-05, F-02: several guards on one memory. Whoever is late begins again from what the other saw; nothing goes back. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { writePin } from '../../../src/client/pin/pin-write.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { directory } from '../../acquire/directories.ts';
import { Child } from '../../cli/children.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUnchanged, textOf } from '../workflow/unchanged.ts';
import { REFRESHER } from './refreshing.ts';
import { heldFiles, isWhole, stateIn } from './held-files.ts';

/** The same store, with something that happens just before each commit. */
function before(store: Store, happens: () => Promise<unknown>): Store {
  return {
    description: store.description,
    state: () => store.state(),
    read: (digest) => store.read(digest),
    write: (content) => store.write(content),
    keepOnly: (digests) => store.keepOnly(digests),
    commit: async (previous, bytes) => {
      await happens();
      return store.commit(previous, bytes);
    },
  };
}

async function publishNext(guarded: GuardedMirror, round: number): Promise<void> {
  guarded.upstream.add('file', `state ${String(round)}`).publish('targets');
  await guarded.importNow();
}

const stores: Readonly<Record<string, (context: TestContext) => Promise<Store>>> = {
  memory: () => Promise.resolve(memoryStore()),
  folder: async (context) => folderStore(join(await directory(context), 'guard')),
};

for (const [kind, make] of Object.entries(stores)) {
  test(`F-02 ${kind}: a guard that is overtaken before its commit begins again, and keeps the newer marks`, async (context) => {
    const guarded = await guardedBy(context);
    const store = await make(context);
    const fast = guarded.guard({ store });
    let times = 0;
    const overtake = async (): Promise<void> => {
      if (times++ > 0) return;
      await publishNext(guarded, 2);
      assert.equal((await fast.refresh()).upstream?.snapshot, 2);
    };
    const slow = guarded.guard({ store: before(store, overtake) });
    assert.equal((await slow.refresh()).upstream?.snapshot, 2);
    assert.equal(times, 2);
    assert.equal((await store.state())?.number, 2);
  });

  test(`F-02 ${kind}: one that is overtaken, and still shown the old state, sees the rollback`, async (context) => {
    const guarded = await guardedBy(context);
    const store = await make(context);
    await guarded.guard({ store }).refresh();
    const old = new Map<string, Uint8Array>();
    const replay: typeof fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const kept = old.get(url.href);
      if (kept) return new Response(Buffer.from(kept));
      const response = await fetch(url, init);
      if (response.status === 200) old.set(url.href, new Uint8Array(await response.clone().arrayBuffer()));
      return response;
    };
    await guarded.guard({ fetch: replay }).refresh();
    await publishNext(guarded, 2);
    const overtake = () => guarded.guard({ store }).refresh();
    const slow = guarded.guard({ store: before(store, overtake), fetch: replay });
    await rejected('TRUST_ROLLBACK', slow.refresh());
    assert.equal((await guarded.guard({ store }).refresh({ mode: 'offline' })).upstream?.snapshot, 2);
  });

  test(`S-05 ${kind}: eight guards at once, with targets, all finish, and the memory is whole`, async (context) => {
    const guarded = await guardedBy(
      context,
      new SimulatedUpstream().add('file', 'state 1').add('other', 'x').publish(),
    );
    const store = await make(context);
    const guards = Array.from({ length: 8 }, () => guarded.guard({ store }));
    const texts = await Promise.all(guards.map((guard, at) => textOf(guard, at % 2 === 0 ? 'file' : 'other')));
    assert.deepEqual(new Set(texts), new Set(['state 1', 'x']));
    guarded.takeRequests();
    for (const name of ['file', 'other']) await guarded.guard({ store }).get(name, { mode: 'offline' });
    assert.deepEqual(guarded.takeRequests(), []);
  });
}

test('S-05 one that is overtaken again and again gives up by name, and has changed nothing', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  let times = 0;
  const never: Store = { ...before(store, () => Promise.resolve(times++)), commit: () => Promise.resolve(times++ < 0) };
  await refusedUnchanged('STATE_LOCKED', store, () => guarded.guard({ store: never }).refresh());
  assert.equal(times, 16);
});

test('S-05, F-02 two processes on one folder while the mirror moves on: both finish, and no mark ever goes back', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file', 'state 1').publish());
  const base = await directory(context, { 'pin.json': Buffer.from(writePin(guarded.pin())).toString() });
  const folder = join(base, 'guard');
  const now = String(guarded.clock.now().getTime());
  const rounds = 12;
  const words = [folder, join(base, 'pin.json'), now, String(rounds)];
  const children = [1, 2].map(() => new Child(context, base, words, { program: REFRESHER }));
  for (let round = 2; round <= 5; round++) {
    await Promise.all(
      children.map((child) => child.says(new RegExp(`refreshed (\\d+) ${String((round - 1) * 2)}\\n`))),
    );
    await publishNext(guarded, round);
  }
  for (const child of children) {
    const { out, err, exitCode } = await child.ended;
    assert.equal(exitCode, 0, err);
    const seen = [...out.matchAll(/^refreshed (\d+) \d+$/gm)].map(([, snapshot]) => Number(snapshot));
    assert.equal(seen.length, rounds, out);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
      'a mark went back',
    );
  }
  await guarded.guard({ store: folderStore(folder) }).refresh();
  assert.equal((await stateIn(folder)).marks.snapshot, 5);
  for (const [what, digest] of await heldFiles(folder)) assert.ok(await isWhole(folder, digest), what);
});
