/** W-04, W-07: the mirror’s own files, older or in other bytes. What they were is remembered beside upstream’s marks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { TrustedRoot } from '../../../src/tuf/trusted-set.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { refusedUnchanged } from './unchanged.ts';

const TIMESTAMP = 'metadata/timestamp.json';

async function served({ url }: GuardedMirror, path: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(new URL(path, url))).arrayBuffer());
}

test('W-04 an older timestamp of the mirror is a rollback, with the same snapshot and with an older one', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  const old = await served(guarded, TIMESTAMP);
  await guarded.renew();
  await guard.refresh();
  guarded.answer(TIMESTAMP, old);
  await refusedUnchanged('TRUST_ROLLBACK', store, () => guard.refresh());
  guarded.restore();
  const renewed = await served(guarded, TIMESTAMP);
  guarded.upstream.add('file', 'newer').publish('targets');
  await guarded.importNow();
  await guard.refresh();
  for (const replayed of [old, renewed]) {
    guarded.answer(TIMESTAMP, replayed);
    await refusedUnchanged('TRUST_ROLLBACK', store, () => guard.refresh());
  }
  assert.equal((await guarded.guard().refresh()).upstream?.snapshot, 1, 'a guard without a memory cannot know');
});

test('W-07 the same timestamp in other bytes says nothing new: the one that is held stays', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  const before = Buffer.from((await store.state())?.bytes ?? []).toString();
  guarded.answer(TIMESTAMP, Buffer.concat([await served(guarded, TIMESTAMP), Buffer.from('\n')]));
  await guard.refresh();
  assert.equal(Buffer.from((await store.state())?.bytes ?? []).toString(), before);
});

test('W-01 a mirror’s root that has expired vouches for nothing: nothing else is asked for in its name', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  const { expires } = TrustedRoot.enrol(guarded.mirrorRoot, DEFAULT_LIMITS).root;
  const clock = { now: () => expires };
  const refusal = await refusedUnchanged('TRUST_EXPIRED', store, () => guarded.guard({ store, clock }).refresh());
  assert.equal(refusal.details['role'], 'root');
  assert.deepEqual(guarded.takeRequests(), ['metadata/2.root.json']);
});
