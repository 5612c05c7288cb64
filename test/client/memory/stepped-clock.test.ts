/** F-07: the clock of a guard. What expires does so at its moment, and a clock that goes back makes nothing fresh again. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { Clock } from '../../../src/client/clock.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Mode } from '../../../src/client/answer/verdict.ts';
import { DAY, FakeClock, MINUTE, NOW } from '../../simulator/clock.ts';
import { STRICT } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { guardBehind } from '../workflow/behind.ts';
import { copyOf } from '../workflow/plain-copy.ts';
import { refusedUnchanged, textOf } from '../workflow/unchanged.ts';

const MODES: readonly Mode[] = ['online', 'offline', 'cache-first'];
const behind = await guardBehind({ after });
const { guarded } = behind;

/** The guard’s own clock: the mirror’s stays where it is. */
let clock = new FakeClock();
beforeEach(() => {
  clock = new FakeClock();
});

for (const mode of MODES) {
  test(`F-07 ${mode}: a clock behind what was seen by more than five minutes is refused, and asks nobody`, async () => {
    const store = memoryStore();
    const guard = guarded.guard({ store, clock });
    await guard.get('file');
    clock.step(-5 * MINUTE);
    await guard.refresh({ mode });
    clock.step(-1);
    guarded.takeRequests();
    const refusal = await refusedUnchanged('STATE_CLOCK_BEHIND', store, () => guard.refresh({ mode }));
    assert.equal(refusal.details['seen'], NOW.toISOString());
    await refusedUnchanged('STATE_CLOCK_BEHIND', store, () => guard.get('file', { mode }));
    assert.deepEqual(guarded.takeRequests(), []);
    clock.step(1);
    await guard.refresh({ mode });
  });
}

test('F-07 many small steps back are one step back: what was seen does not move with them', async () => {
  const store = memoryStore();
  const guard = guarded.guard({ store, clock });
  await guard.refresh();
  for (let step = 0; step < 5; step++) {
    clock.step(-MINUTE);
    await guard.refresh();
  }
  clock.step(-MINUTE);
  await refusedUnchanged('STATE_CLOCK_BEHIND', store, () => guard.refresh());
});

test('F-07 a clock far ahead finds everything expired, and remembers nothing of that time', async () => {
  const store = memoryStore();
  const guard = guarded.guard({ store, clock });
  await guard.refresh();
  clock.step(3650 * DAY);
  await refusedUnchanged('TRUST_EXPIRED', store, () => guard.refresh());
  await refusedUnchanged('POLICY_OFFLINE_AGE', store, () => guard.refresh({ mode: 'offline' }));
  await refusedUnchanged('TRUST_EXPIRED', store, () => guard.refresh({ mode: 'cache-first' }));
  clock.step(-3650 * DAY);
  assert.equal(await textOf(guard, 'file'), 'newer');
});

test('F-07 a clock that was ahead, within what had not expired, is held to it until that time has come', async () => {
  const store = memoryStore();
  const guard = guarded.guard({ store, clock });
  clock.step(DAY / 4);
  await guard.refresh();
  clock.step(-DAY / 4);
  await refusedUnchanged('STATE_CLOCK_BEHIND', store, () => guard.refresh());
  clock.step(DAY / 4 - 5 * MINUTE);
  await guard.refresh();
});

test('W-01 the mirror’s timestamp is good until the last millisecond before its expiry, and not at it', async () => {
  const store = memoryStore();
  const guard = guarded.guard({ store, clock });
  const { deliveredBy } = await guard.refresh();
  const end = deliveredBy?.until.getTime() ?? 0;
  clock.step(end - NOW.getTime() - 1);
  for (const mode of MODES) await guard.refresh({ mode });
  clock.step(1);
  await refusedUnchanged('TRUST_EXPIRED', store, () => guard.refresh());
  const refusal = await refusedUnchanged('POLICY_OFFLINE_AGE', store, () => guard.refresh({ mode: 'offline' }));
  assert.equal(refusal.details['role'], 'timestamp');
});

for (const role of ['timestamp', 'snapshot', 'targets', 'root'] as const) {
  test(`W-01 carried: ${role} expires at its moment, in every mode, and one millisecond before it is good`, async (context) => {
    const upstream = new SimulatedUpstream();
    for (const each of ['timestamp', 'snapshot', 'targets', 'root'] as const) upstream.author.lifetimes[each] = 20;
    upstream.author.lifetimes[role] = 10;
    const copy = await copyOf(context, upstream.publish());
    const store = memoryStore();
    const guard = copy.guard({ store, clock });
    await guard.refresh();
    clock.step(10 * DAY - 1);
    for (const mode of MODES) await guard.refresh({ mode });
    clock.step(1);
    for (const mode of MODES) {
      const refusal = await refusedUnchanged('TRUST_EXPIRED', store, () => guard.refresh({ mode }));
      assert.equal(refusal.details['role'], role);
    }
  });
}

test('upstream’s own word may be as old as the pin says, to the millisecond', async () => {
  const expires = NOW.getTime() + 7 * DAY;
  const policy = { ...STRICT, maxUpstreamAge: DAY, maxOffline: 365 * DAY };
  const store = memoryStore();
  const guard = guarded.guard({ store, clock, pin: guarded.pin({ policy }) });
  await guard.refresh();
  clock.step(expires + DAY - NOW.getTime());
  const { graceUsed } = await guard.refresh({ mode: 'offline' });
  assert.deepEqual([graceUsed[0]?.role, graceUsed[0]?.by], ['timestamp', 'maxUpstreamAge']);
  clock.step(1);
  await refusedUnchanged('POLICY_UPSTREAM_AGE', store, () => guard.refresh({ mode: 'offline' }));
});

test('offline, the last refresh may be as long ago as the pin says, to the second', async () => {
  const policy = { ...STRICT, maxOffline: 3 * DAY };
  const store = memoryStore();
  const guard = guarded.guard({ store, clock, pin: guarded.pin({ policy }) });
  await guard.refresh();
  clock.step(3 * DAY);
  await guard.refresh({ mode: 'offline' });
  clock.step(1);
  await refusedUnchanged('POLICY_OFFLINE_AGE', store, () => guard.refresh({ mode: 'offline' }));
});

test('W-01 one reference time per operation: a clock that runs on while files arrive changes nothing in the middle', async () => {
  let asked = 0;
  const counting: Clock = { now: () => (asked++, clock.now()) };
  const store = memoryStore();
  const guard = guarded.guard({ store, clock: counting });
  const operations = [
    () => guard.refresh({ everyRole: true }),
    () => guard.find('file'),
    () => guard.get('file'),
    () => guard.verify('file', Buffer.from('newer')),
    () => guard.refresh({ mode: 'offline' }),
    () => guard.get('file', { mode: 'cache-first' }),
  ];
  for (const operation of operations) {
    asked = 0;
    await operation();
    assert.equal(asked, 1);
  }
  // Each answer is the last moment before the expiry, and a second later everything would be refused.
  const { deliveredBy } = await guard.refresh();
  const end = deliveredBy?.until.getTime() ?? 0;
  let times = 0;
  const leaping: Clock = { now: () => new Date(end - 1 + 1000 * times++) };
  await guarded.guard({ clock: leaping }).refresh({ everyRole: true });
  await rejected('TRUST_EXPIRED', guarded.guard({ clock: leaping }).refresh());
});
