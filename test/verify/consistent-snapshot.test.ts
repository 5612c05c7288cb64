/** Consistent and non-consistent upstreams, and the change from one to the other; what the mirror issues is always consistent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('a non-consistent upstream is asked for plain names only, and published under versioned ones', async (context) => {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false }).add('file', 'content');
  upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
  const mirrored = await mirrorOf(context, upstream.publish());
  await mirrored.importNow();
  const asked = upstream.requests.filter((name) => !name.includes('root'));
  assert.deepEqual(asked, ['timestamp.json', 'snapshot.json', 'targets.json', 'delegated.json', 'file']);
  assert.ok(['1.targets.json', '1.delegated.json'].every((name) => mirrored.published().has(name)));
});

test('an upstream that becomes consistent is followed across the change, and back', async (context) => {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false }).publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  for (const isConsistent of [true, false]) {
    upstream.author.consistentSnapshot = isConsistent;
    upstream.author.publishRoot();
    upstream.add('file', `consistent: ${String(isConsistent)}`).publish('targets');
    upstream.requests.length = 0;
    const { candidate } = await mirrored.importNow();
    assert.equal(candidate.content.consistentSnapshot, isConsistent);
    const version = String(upstream.author.snapshot.version);
    assert.ok(upstream.requests.includes(isConsistent ? `${version}.snapshot.json` : 'snapshot.json'));
  }
});

test('the order of requests is the specification’s, and no file is asked for twice', async (context) => {
  const upstream = new SimulatedUpstream().add('file', 'content');
  upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
  const mirrored = await mirrorOf(context, upstream.publish());
  await mirrored.importNow();
  const once = ['timestamp.json', '1.snapshot.json', '1.targets.json', '1.delegated.json', 'file'];
  assert.deepEqual(
    upstream.requests.filter((name) => once.includes(name)),
    once,
  );
  assert.equal(upstream.requests[0], '2.root.json');
  assert.ok(upstream.isClosed);
});
