/**
 * After a long stop: what expired meanwhile is renewed before anything is answered, and an upstream that was silent too
 * long is not kept alive (trust.md 4.7, 4.8).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { verifyPublished } from '../../src/publish/published-view.ts';
import { RenewalLoop } from '../../src/publish/schedule.ts';
import { statusOf } from '../../src/status.ts';
import { DAY } from '../simulator/clock.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { holdCeremony, holdFirstCeremony } from './ceremonies.ts';
import { renewAll, renewOne, rolesIssued } from './renewing.ts';

function kinds({ mirror, clock }: MirroredRepository): string[] {
  return statusOf(mirror, clock.now()).repositories.flatMap(({ problems }) => problems.map(({ kind }) => kind));
}

async function requireClientRefuses({ mirror, id, clock }: MirroredRepository): Promise<void> {
  await assert.rejects(verifyPublished(mirror.reader, id, clock.now(), 'all'), (error) =>
    isRefusal(error, 'TRUST_EXPIRED'),
  );
}

void test('wake-up: after forty days of silence one look renews what expired, before the first answer', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  mirrored.clock.step(40 * DAY);
  await requireClientRefuses(mirrored);
  assert.deepEqual(kinds(mirrored).includes('mirror-expired'), true);
  const looks: string[] = [];
  const loop = new RenewalLoop({
    clock: mirrored.clock,
    random: () => 0.5,
    intervalMs: 60_000,
    run: () => renewAll(mirrored.mirror),
    onOutcomes: (outcomes) => looks.push(...outcomes.map(({ outcome }) => outcome)),
    onTrouble: (error) => assert.fail(String(error)),
  });
  await loop.start();
  assert.deepEqual(looks, ['renewed']);
  await mirrored.checkPublished();
  await loop.stop();
});

void test('the loop looks again and again on its own clock, survives trouble, and stops when it is told to', async (t) => {
  const mirrored = await mirrorOf(t);
  let looks = 0;
  const troubles: unknown[] = [];
  const loop = new RenewalLoop({
    clock: mirrored.clock,
    random: () => 0.5,
    intervalMs: 60_000,
    run: () => (++looks === 2 ? Promise.reject(new Error('a passing trouble')) : Promise.resolve([])),
    onOutcomes: () => undefined,
    onTrouble: (error) => troubles.push(error),
  });
  await loop.start();
  for (let minute = 0; minute < 3; minute++) {
    mirrored.clock.advance(60_000);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
  assert.equal(looks, 4);
  assert.equal(troubles.length, 1);
  await loop.stop();
  mirrored.clock.advance(DAY);
  assert.equal(looks, 4);
});

void test('dead-man stop: ninety days after upstream last vouched renewal stops, says why, and health turns red when the timestamp runs out', async (t) => {
  const mirrored = await mirrorOf(t);
  await mirrored.importNow();
  const asOf = mirrored.lastImport.asOf?.timestampExpires ?? new Date(0);
  const limit = asOf.getTime() + 90 * DAY;
  mirrored.clock.step(limit - mirrored.clock.now().getTime());
  assert.equal((await renewOne(mirrored)).outcome, 'renewed', 'up to the limit it goes on');
  mirrored.clock.step(DAY);
  const stopped = await renewOne(mirrored);
  assert.equal(stopped.outcome, 'stopped');
  assert.equal(stopped.code, 'POLICY_UPSTREAM_AGE');
  assert.match(stopped.what ?? '', new RegExp(asOf.toISOString().slice(0, 10)));
  assert.equal((await renewOne(mirrored, { force: true })).outcome, 'stopped', 'force is no way around');
  assert.ok(kinds(mirrored).includes('dead-man'));
  assert.equal(statusOf(mirrored.mirror, mirrored.clock.now()).ok, false);
  await requireClientRefuses(mirrored);
});

void test('after the dead-man stop a fresh import brings everything back', async (t) => {
  const upstream = new SimulatedUpstream();
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  mirrored.clock.step(150 * DAY);
  assert.equal((await renewOne(mirrored)).outcome, 'stopped');
  upstream.author.now = mirrored.clock.now();
  upstream.publish('targets');
  await mirrored.importNow();
  assert.deepEqual(kinds(mirrored), []);
  mirrored.clock.step(DAY);
  assert.equal((await renewOne(mirrored)).outcome, 'renewed');
});

void test('after more than a year even the mirror’s root has expired: the import that ends the stop signs a new one', async (t) => {
  const upstream = new SimulatedUpstream();
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  mirrored.clock.step(380 * DAY);
  assert.equal((await renewOne(mirrored)).outcome, 'stopped');
  upstream.author.now = mirrored.clock.now();
  upstream.author.publishRoot();
  upstream.publish('targets');
  await mirrored.importNow();
  assert.equal(mirrored.mirror.reader.current(mirrored.id)?.rootVersion, 2);
});

void test('the same where root keys are with their holders: the import waits, and the ceremony ends the stop', async (t) => {
  const upstream = new SimulatedUpstream();
  const mirrored = await mirrorOf(t, upstream, { rootKeys: 'offline' });
  const { mirror, id, clock } = mirrored;
  await mirrored.importExpecting('needs-root');
  await holdFirstCeremony(mirrored);
  clock.step(380 * DAY);
  upstream.author.now = clock.now();
  upstream.author.publishRoot();
  upstream.publish('targets');
  await mirrored.importExpecting('needs-root');
  assert.ok(kinds(mirrored).includes('needs-root'));
  await holdCeremony(mirrored);
  assert.equal(mirror.reader.current(id)?.rootVersion, 2);
  clock.step(DAY);
  assert.equal(rolesIssued(await renewOne(mirrored)), 'timestamp');
});
