/** The same state again: recorded as an attempt, and no new generation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from '../simulator/mirror.ts';
import { MINUTE } from '../simulator/clock.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('importing the same state twice makes one generation, one set of files and two import records', async (context) => {
  const upstream = new SimulatedUpstream().add('file', 'content').publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  const served = mirrored.mirror.reader.current(mirrored.id);
  const before = mirrored.published();
  mirrored.clock.advance(MINUTE);
  upstream.requests.length = 0;
  await mirrored.importExpecting('unchanged');
  assert.deepEqual(mirrored.mirror.reader.current(mirrored.id), served);
  assert.deepEqual(mirrored.published(), before);
  assert.ok(!upstream.requests.includes('file'), 'a target that is there already is not fetched again');
  assert.deepEqual(
    mirrored.mirror.reader.imports(mirrored.id).map(({ outcome }) => outcome),
    ['unchanged', 'accepted'],
  );
  await mirrored.checkPublished();
});

test('a new timestamp alone is a new generation, because it moves the as-of', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.author.publishTimestamp();
  const { current } = await mirrored.importNow();
  assert.equal(current.generation, 2);
  assert.equal(mirrored.lastImport.asOf?.timestampVersion, 2);
});

test('a refused import in between changes nothing about “unchanged”', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.drop('timestamp.json');
  await mirrored.importRefused('SOURCE_NOT_FOUND');
  upstream.restore();
  await mirrored.importExpecting('unchanged');
});

test('a rehearsal verifies, plans and leaves no trace at all', async (context) => {
  const upstream = new SimulatedUpstream().add('file', 'content').publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.rehearse();
  assert.equal(mirrored.generation, 0);
  upstream.serve('timestamp.json', 'null');
  await assert.rejects(mirrored.rehearse());
});
