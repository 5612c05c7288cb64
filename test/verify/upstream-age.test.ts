/**
 * How old a state may be (X-04, F-01): upstream’s own roles within a limit and noted, authored roles always and never
 * hidden; one reference time per import.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY } from '../simulator/clock.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

for (const role of ['root', 'timestamp', 'snapshot'] as const) {
  test(`an expired ${role} is imported and noted up to maxUpstreamAge, and refused after`, async (context) => {
    const upstream = new SimulatedUpstream();
    Object.assign(upstream.author.lifetimes, { root: 999, timestamp: 999, snapshot: 999, targets: 999, [role]: 1 });
    const mirrored = await mirrorOf(context, upstream.publish(), { maxUpstreamAgeDays: 10 });
    mirrored.clock.advance(DAY - 1);
    assert.deepEqual(noteKinds(await mirrored.importNow()), []);
    mirrored.clock.advance(1);
    upstream.author.publishTimestamp();
    const noted = await mirrored.importNow();
    assert.deepEqual(noteKinds(noted), ['expired-within-limit']);
    mirrored.clock.advance(10 * DAY);
    upstream.author.publishTimestamp();
    await mirrored.importNow();
    mirrored.clock.advance(1);
    upstream.author.publishTimestamp();
    const refusal = await mirrored.importRefused('POLICY_UPSTREAM_AGE');
    assert.deepEqual([refusal.details['role'], refusal.details['maxUpstreamAgeDays']], [role, 10]);
  });
}

for (const role of ['targets', 'delegated']) {
  test(`W-05 an expired ${role} is carried, and reported as a dead horizon by import and client alike`, async (context) => {
    const upstream = new SimulatedUpstream();
    upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
    upstream.publish().author.lifetimes.targets = -400;
    upstream.publish(role);
    const mirrored = await mirrorOf(context, upstream);
    const { candidate } = await mirrored.importNow();
    assert.deepEqual(
      candidate.content.notes.map((note) => [note.kind, note.role]),
      [['dead-horizon', role]],
    );
    assert.deepEqual(
      (await mirrored.checkPublished()).dead.map((dead) => dead.role),
      [role],
    );
  });
}

test('a state is judged by the time at which its import began', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.lifetimes.timestamp = 1;
  const mirrored = await mirrorOf(context, upstream.publish());
  mirrored.clock.advance(DAY - 1);
  const ask = upstream.metadata.bind(upstream);
  upstream.metadata = (file, maxBytes) => {
    mirrored.clock.advance(1000);
    return ask(file, maxBytes);
  };
  assert.deepEqual(noteKinds(await mirrored.importNow()), []);
});
