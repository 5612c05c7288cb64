/**
 * What resets marks: upstream’s own rotation of an online key, proven by its root chain, and nothing else (F-02). That is
 * the specification’s way back after somebody drove the versions up.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import type { KeyId } from '../../../src/tuf/names.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { StolenKeys } from './stolen-keys.ts';
import { marksIn, refusedUntouched } from './untouched.ts';

const RESETS: Record<string, (upstream: SimulatedUpstream) => void> = {
  'a new timestamp key': (upstream) => held(upstream, 'timestamp', [upstream.signer('timestamp two')]),
  'a new snapshot key': (upstream) => held(upstream, 'snapshot', [upstream.signer('snapshot two')]),
  'another threshold for the timestamp': (upstream) =>
    held(upstream, 'timestamp', [upstream.signer('timestamp'), upstream.signer('timestamp two')], 2),
};

for (const [what, rotate] of Object.entries(RESETS)) {
  test(`F-02 ${what} in upstream’s chain lets versions begin anew, from the root that was seen on`, async (context) => {
    const { guarded, store } = await drivenUp(context);
    rotate(guarded.upstream);
    guarded.upstream.author.publishRoot();
    new StolenKeys(guarded).claim(begunAnew(guarded.upstream));
    const guard = guarded.guard({ store });
    // The mirror’s own listing must not go down under one key, either: it rotates along (docs/design/trust-rules.md).
    await refusedUntouched('TRUST_ROLLBACK', store, () => guard.refresh());
    guarded.restore();
    await guarded.rotateOnline();
    new StolenKeys(guarded).claim();
    await guard.refresh();
    assert.deepEqual(await marksIn(store, guarded.mirrored.id), {
      root: 2,
      timestamp: 1,
      snapshot: 1,
      roles: { targets: 1 },
    });
  });
}

const NO_RESETS: Record<string, (upstream: SimulatedUpstream) => void> = {
  // What the old key signed still verifies, and would be replayed.
  'a timestamp key that is only added': (upstream) =>
    held(upstream, 'timestamp', [upstream.signer('timestamp'), upstream.signer('timestamp two')]),
  'a snapshot key that is only added': (upstream) =>
    held(upstream, 'snapshot', [upstream.signer('snapshot'), upstream.signer('snapshot two')]),
  'a new root with the same keys': () => undefined,
  'a new root key': (upstream) => held(upstream, 'root', [upstream.signer('root two')]),
  'the same online keys under other ids': (upstream) => {
    for (const role of ['timestamp', 'snapshot']) held(upstream, role, [renamed(upstream.signer(role), `${role}-id`)]);
  },
};

for (const [what, rotate] of Object.entries(NO_RESETS)) {
  test(`F-02 ${what} resets nothing`, async (context) => {
    const { guarded, store } = await drivenUp(context);
    rotate(guarded.upstream);
    guarded.upstream.author.publishRoot();
    await guarded.rotateOnline();
    new StolenKeys(guarded).claim(begunAnew(guarded.upstream));
    const guard = guarded.guard({ store });
    const refusal = await refusedUntouched('TRUST_ROLLBACK', store, () => guard.refresh());
    assert.match(refusal.what, /^Upstream: timestamp version 1 is older than the accepted version 3/);
    assert.deepEqual((await guarded.guard().refresh()).upstream, { root: 2, timestamp: 1, snapshot: 1 });
  });
}

test('F-02 an honest import after a rotation upstream is followed, with the mirror’s own rotation', async (context) => {
  const { guarded, store } = await drivenUp(context);
  held(guarded.upstream, 'snapshot', [guarded.upstream.signer('snapshot two')]);
  guarded.upstream.author.publishRoot();
  begunAnew(guarded.upstream);
  await guarded.importNow();
  const { upstream } = await guarded.guard({ store }).refresh();
  assert.deepEqual(upstream, { root: 2, timestamp: 1, snapshot: 1 });
});

test('F-02 a rotation that was seen resets once: afterwards the new versions are the marks', async (context) => {
  const { guarded, store } = await drivenUp(context);
  held(guarded.upstream, 'timestamp', [guarded.upstream.signer('timestamp two')]);
  guarded.upstream.author.publishRoot();
  const old = new Map(begunAnew(guarded.upstream));
  await guarded.importNow();
  guarded.upstream.publish('targets');
  await guarded.importNow();
  const guard = guarded.guard({ store });
  await guard.refresh();
  await guarded.rotateOnline();
  new StolenKeys(guarded).claim(old);
  await refusedUntouched('TRUST_ROLLBACK', store, () => guard.refresh());
});

test('F-02 a failed operation resets nothing, even when it saw the rotation', async (context) => {
  const { guarded, store } = await drivenUp(context);
  held(guarded.upstream, 'timestamp', [guarded.upstream.signer('timestamp two')]);
  guarded.upstream.author.publishRoot();
  await guarded.rotateOnline();
  new StolenKeys(guarded).claim(begunAnew(guarded.upstream));
  guarded.answer('metadata/1.targets.json', 503);
  await refusedUntouched('SOURCE_STATUS', store, () => guarded.guard({ store }).refresh());
});

test('M-16 a root that was seen cannot be hidden again, even from a guard that lost the file', async (context) => {
  const guarded = await guardedBy(context);
  guarded.upstream.author.publishRoot();
  guarded.upstream.publish();
  await guarded.importNow();
  const kept = memoryStore();
  await guarded.guard({ store: kept }).refresh();
  const store = memoryStore();
  await store.commit(0, (await kept.state())?.bytes ?? new Uint8Array());
  guarded.answer('upstream/metadata/2.root.json', 404);
  const refusal = await refusedUntouched('TRUST_ROLLBACK', store, () => guarded.guard({ store }).refresh());
  assert.match(refusal.what, /root chain ends at version 1, and version 2 was seen/);
  guarded.answer('upstream/metadata/2.root.json', 503);
  await refusedUntouched('SOURCE_STATUS', store, () => guarded.guard({ store }).refresh());
  assert.deepEqual((await guarded.guard({ store: kept }).refresh()).upstream?.root, 2, 'who holds it needs nobody');
});

/** A guard that has seen version 3 of everything. */
async function drivenUp(context: Parameters<typeof guardedBy>[0]): Promise<{ guarded: GuardedMirror; store: Store }> {
  const upstream = new SimulatedUpstream().publish().publish('targets').publish('targets');
  const guarded = await guardedBy(context, upstream);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  return { guarded, store };
}

function held({ author }: SimulatedUpstream, role: string, signers: readonly Signer[], threshold = 1): void {
  author.keyholders.set(role, { signers, threshold });
}

/** Everything but the root at version 1 again. */
function begunAnew({ author }: SimulatedUpstream): ReadonlyMap<string, Uint8Array> {
  for (const issue of [author.timestamp, author.snapshot, author.role('targets')]) issue.version = 0;
  author.publish('targets');
  return author.files;
}

function renamed(signer: Signer, id: string): Signer {
  return { keyId: id as KeyId, keyObject: signer.keyObject, sign: (message) => signer.sign(message) };
}
