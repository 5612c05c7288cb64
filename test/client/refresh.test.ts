/** A guard in front of an honest mirror: what it asks for, what it says, and that it asks once when nothing changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardedBy } from '../simulator/guarded.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('a first refresh verifies mirror and upstream in the order of the steps; the next one is a single request', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const guard = guarded.guard();
  const standing = await guard.refresh();
  assert.deepEqual(standing.upstream, { root: 1, timestamp: 1, snapshot: 1 });
  assert.equal(standing.level, 'pinned');
  const asked = guarded.takeRequests().map((path) => path.replace(/[0-9a-f]{64}/, 'HEX').replace(/\d{8}/, 'N'));
  assert.deepEqual(asked, [
    ...['metadata/2.root.json', 'metadata/timestamp.json', 'metadata/N.snapshot.json'],
    ...['upstream/metadata/2.root.json', 'upstream/sha256/HEX', 'upstream/sha256/HEX', 'metadata/1.targets.json'],
  ]);
  await guard.refresh();
  assert.deepEqual(guarded.takeRequests(), ['metadata/timestamp.json']);
  const { bytes, verdict } = await guard.get('file.txt');
  assert.equal(Buffer.from(bytes).toString(), 'content');
  assert.equal(verdict.code, 'OK');
});

test('a renewal and a new import are seen by a guard with a memory', async (context) => {
  const guarded = await guardedBy(context);
  const guard = guarded.guard();
  await guard.refresh();
  await guarded.renew();
  await guard.refresh();
  guarded.upstream.add('new.txt', 'new').publish('targets');
  await guarded.importNow();
  const { bytes } = await guard.get('new.txt');
  assert.equal(Buffer.from(bytes).toString(), 'new');
  await guarded.rotateOnline();
  await guard.refresh();
});
