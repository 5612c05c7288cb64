/**
 * How old upstream’s last word may be (F-03, M-07, M-16): the mirror may renew its own timestamp for ever; what upstream
 * signed about its own expiry it cannot move.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { granting } from './granted.ts';
import { pinnedTo } from './static-pins.ts';

/** Upstream’s timestamp lives for seven days. */
const LIFE = 7;
const POLICY = { ...STRICT, maxUpstreamAge: 20 * DAY };

test('F-03 M-07 a mirror that renews for ever is believed until maxUpstreamAge, and not a second longer', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin({ policy: POLICY }) });
  await guard.refresh();
  for (const day of [1, LIFE - 1, LIFE, LIFE + 10, LIFE + 20]) {
    await at(guarded, day * DAY);
    const { verdict } = await guard.get('file.txt');
    assert.deepEqual(verdict.asOf, new Date(NOW.getTime() + LIFE * DAY), 'renewing does not move it');
    const used = verdict.graceUsed.map(({ role, by, until }) => [role, by, until]);
    const until = new Date(NOW.getTime() + (LIFE + 20) * DAY);
    assert.deepEqual(used, day < LIFE ? [] : [['timestamp', 'maxUpstreamAge', until]], `day ${String(day)}`);
  }
  await at(guarded, (LIFE + 20) * DAY + 1000);
  const refusal = await refusedUntouched('POLICY_UPSTREAM_AGE', store, () => guard.get('file.txt'));
  assert.match(refusal.what, /Upstream’s timestamp expired on 2026-11-30T03:00:00.000Z, more than P20D ago/);
  await refusedUntouched('POLICY_UPSTREAM_AGE', memoryStore(), () =>
    guarded.guard({ pin: guarded.pin({ policy: POLICY }) }).refresh(),
  );
});

test('a newer import moves it, and then only as far as upstream itself signed', async (context) => {
  const guarded = await guardedBy(context);
  const guard = guarded.guard({ pin: guarded.pin({ policy: POLICY }) });
  await at(guarded, 25 * DAY);
  guarded.upstream.author.now = new Date(NOW.getTime() + 20 * DAY);
  guarded.upstream.author.publishTimestamp();
  await guarded.importNow();
  const { asOf, upstream } = await guard.refresh();
  assert.deepEqual(asOf, new Date(NOW.getTime() + (20 + LIFE) * DAY));
  assert.deepEqual(upstream, { root: 1, timestamp: 2, snapshot: 1 });
});

for (const role of ['root', 'snapshot'] as const) {
  test(`F-03 upstream’s ${role} has the same limit`, async (context) => {
    const upstream = new SimulatedUpstream();
    upstream.author.lifetimes[role] = 1;
    const guarded = await guardedBy(context, upstream);
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin({ policy: POLICY }) });
    await at(guarded, 21 * DAY);
    const { graceUsed } = await guard.refresh();
    assert.deepEqual(
      graceUsed.map((use) => use.role),
      [role, 'timestamp'].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
    );
    await at(guarded, 21 * DAY + 1000);
    const refusal = await refusedUntouched('POLICY_UPSTREAM_AGE', store, () => guard.refresh());
    assert.equal(refusal.details['role'], role);
  });
}

test('an intermediate root may have expired long ago: only the newest one vouches', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.lifetimes.root = -300;
  upstream.author.publishRoot();
  upstream.author.lifetimes.root = 365;
  upstream.author.publishRoot();
  const guarded = await guardedBy(context, upstream.publish());
  const { graceUsed, upstream: versions } = await guarded.guard({ pin: guarded.pin({ policy: POLICY }) }).refresh();
  assert.deepEqual([graceUsed, versions?.root], [[], 2]);
});

test('X-04 no grace for a role lifts the limit on upstream’s age', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  const policy = granting('timestamp', { period: 80 * DAY }, { maxUpstreamAge: DAY });
  const guard = guarded.guard({ store, pin: guarded.pin({ policy }) });
  await at(guarded, (LIFE + 1) * DAY + 1000);
  await refusedUntouched('POLICY_UPSTREAM_AGE', store, () => guard.refresh());
});

test('M-07 with static pins alone nobody can bound it: the answer says so instead', async (context) => {
  const guarded = await guardedBy(context);
  const guard = guarded.guard({ pin: guarded.pin({ ...pinnedTo(guarded.upstream.firstRoot), policy: POLICY }) });
  await at(guarded, 80 * DAY);
  const { asOf, notKnown } = await guard.refresh();
  assert.equal(asOf, undefined);
  assert.ok(notKnown.some(({ code }) => code === 'upstream-age'));
});

const ORDER = ['root', 'timestamp', 'snapshot'];

async function at(guarded: GuardedMirror, milliseconds: number): Promise<void> {
  guarded.clock.step(NOW.getTime() + milliseconds - guarded.clock.now().getTime());
  await guarded.renew();
}
