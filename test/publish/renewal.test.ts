/** What renews, when, and what a renewal never does (trust.md 4.7, F-04). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from '../../src/status.ts';
import { DAY, MINUTE } from '../simulator/clock.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { holdCeremony, holdFirstCeremony } from './ceremonies.ts';
import { publishedSigned, renewOne, rolesIssued } from './renewing.ts';

const HOUR = 60 * MINUTE;

void test('a timestamp renews when half of its life is over, and not before', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  mirrored.clock.advance(12 * HOUR - MINUTE);
  assert.equal((await renewOne(mirrored)).outcome, 'not-due');
  mirrored.clock.advance(MINUTE);
  const outcome = await renewOne(mirrored);
  assert.equal(rolesIssued(outcome), 'timestamp');
  assert.equal((await renewOne(mirrored)).outcome, 'not-due');
});

void test('a snapshot renews with half of its thirty days over, and the timestamp with it', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  const issued: string[] = [];
  for (let day = 1; day <= 16; day++) {
    mirrored.clock.advance(DAY);
    issued.push(rolesIssued(await renewOne(mirrored)));
  }
  assert.deepEqual(issued, [...Array<string>(14).fill('timestamp'), 'snapshot timestamp', 'timestamp']);
});

void test('a trial’s root renews with half of its year over; clients follow the chain', async (t) => {
  const mirrored = await mirrorOf(t, new SimulatedUpstream(), { maxUpstreamAgeDays: 400 });
  await mirrored.importNow();
  mirrored.clock.advance(182 * DAY);
  assert.equal(rolesIssued(await renewOne(mirrored)), 'snapshot timestamp');
  mirrored.clock.advance(DAY);
  assert.equal(rolesIssued(await renewOne(mirrored)), 'root timestamp');
  assert.equal(mirrored.mirror.reader.current(mirrored.id)?.rootVersion, 2);
});

void test('a root whose keys are with their holders is not renewed here; status asks for the ceremony, and nothing else waits for it', async (t) => {
  const mirrored = await mirrorOf(t, new SimulatedUpstream(), { rootKeys: 'offline', maxUpstreamAgeDays: 400 });
  await mirrored.importExpecting('needs-root');
  await holdFirstCeremony(mirrored);
  mirrored.clock.advance(355 * DAY);
  assert.equal(rolesIssued(await renewOne(mirrored)), 'snapshot timestamp');
  const { mirror, clock, id } = mirrored;
  const problems = statusOf(mirror, clock.now()).repositories.flatMap((repository) => repository.problems);
  const late = problems.find(({ kind }) => kind === 'renewal-late');
  assert.equal(late?.whoActs, 'root key holders');
  await holdCeremony(mirrored);
  assert.equal(mirror.reader.current(id)?.rootVersion, 2);
});

void test('F-04: a renewal vouches for nothing new: same generation, same content, same as-of', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  const before = mirrored.mirror.reader.current(mirrored.id);
  const stated = publishedSigned(mirrored, 'timestamp')['x-countersign'];
  const snapshot = publishedSigned(mirrored, 'snapshot');
  for (let day = 1; day <= 20; day++) {
    mirrored.clock.advance(DAY);
    assert.equal((await renewOne(mirrored)).outcome, 'renewed');
    assert.deepEqual(publishedSigned(mirrored, 'timestamp')['x-countersign'], stated);
    assert.deepEqual(publishedSigned(mirrored, 'snapshot')['meta'], snapshot['meta']);
  }
  assert.equal(mirrored.mirror.reader.current(mirrored.id)?.generation, before?.generation);
});

void test('versions never repeat and never fall, however quickly renewals follow each other', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  const versions: number[] = [];
  for (let round = 0; round < 5; round++) {
    await renewOne(mirrored, { force: true });
    versions.push(mirrored.mirror.reader.current(mirrored.id)?.timestampVersion ?? 0);
  }
  const [first = 0] = versions;
  assert.deepEqual(versions, [first, first + 1, first + 2, first + 3, first + 4]);
});
