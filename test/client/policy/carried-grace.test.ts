/** Carried (F15): upstream’s own expiries bind as upstream wrote them; what is granted beyond is granted by role, and ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Policy } from '../../../src/client/pin/pin.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { STRICT } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { type Copy, folderCopy } from './copies.ts';
import { granting } from './granted.ts';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;

for (const role of ROLES) {
  test(`X-04 without grace, upstream’s ${role} ends the copy at its expiry, in every mode`, async (context) => {
    const copy = await endingAfterOneDay(context, role);
    const store = memoryStore();
    const guard = copy.guard({ store, pin: copy.pin({ policy: { ...STRICT, maxOffline: 90 * DAY } }) });
    await guard.refresh();
    copy.clock.step(DAY - 1000);
    for (const mode of ['online', 'offline', 'cache-first'] as const) await guard.refresh({ mode });
    copy.clock.step(1000);
    for (const mode of ['online', 'offline', 'cache-first'] as const) {
      const refusal = await refusedUntouched('TRUST_EXPIRED', store, () => guard.refresh({ mode }));
      assert.match(refusal.what, new RegExp(`^${role} expired on 2026-11-24`));
    }
  });

  test(`O11 grace for upstream’s ${role} carries it to the end of its period, and is said`, async (context) => {
    const copy = await endingAfterOneDay(context, role);
    const policy = granting(role, { period: 3 * DAY, reason: 'the courier comes on Fridays' });
    const expired = new Date(NOW.getTime() + DAY);
    const until = new Date(NOW.getTime() + 4 * DAY);
    const guard = copy.guard({ pin: copy.pin({ policy }) });
    copy.clock.step(4 * DAY);
    const { verdict } = await guard.get('file.txt');
    assert.deepEqual(verdict.graceUsed, [
      { role, expired, until, by: 'grace', reason: 'the courier comes on Fridays' },
    ]);
    const remarks = verdict.notKnown.map(({ code }) => code);
    assert.deepEqual(remarks, ['newer-upstream', 'memory', 'expired']);
    copy.clock.step(1000);
    const store = memoryStore();
    const refusal = await refusedUntouched('TRUST_EXPIRED', store, () =>
      copy.guard({ store, pin: copy.pin({ policy }) }).refresh(),
    );
    assert.ok(refusal.what.endsWith(`its grace ended on ${until.toISOString()}.`));
  });
}

test('O11 grace for one of them excuses no other', async (context) => {
  const copy = await endingAfterOneDay(context, ...ROLES);
  copy.clock.step(DAY);
  for (const missing of ROLES) {
    const pin = copy.pin({ policy: grantingAll(ROLES.filter((role) => role !== missing)) });
    const store = memoryStore();
    const refusal = await refusedUntouched('TRUST_EXPIRED', store, () => copy.guard({ store, pin }).refresh());
    assert.equal(refusal.details['role'], missing);
  }
  const { graceUsed } = await copy.guard({ pin: copy.pin({ policy: grantingAll(ROLES) }) }).refresh();
  assert.deepEqual(
    graceUsed.map(({ role }) => role),
    ROLES,
  );
});

test('maxUpstreamAge caps grace here as well, and permits nothing by itself', async (context) => {
  const copy = await endingAfterOneDay(context, 'timestamp');
  const policy = granting('timestamp', { period: 30 * DAY }, { maxUpstreamAge: 2 * DAY });
  copy.clock.step(3 * DAY);
  await copy.guard({ pin: copy.pin({ policy }) }).refresh();
  copy.clock.step(1000);
  const store = memoryStore();
  await refusedUntouched('TRUST_EXPIRED', store, () => copy.guard({ store, pin: copy.pin({ policy }) }).refresh());
});

test('from the cache no grace is used: the copy is looked at first', async (context) => {
  const copy = await endingAfterOneDay(context, 'timestamp');
  const guard = copy.guard({ pin: copy.pin({ policy: granting('timestamp') }) });
  await guard.refresh();
  assert.equal((await guard.refresh({ mode: 'cache-first' })).mode, 'cache');
  copy.clock.step(DAY);
  const { mode, graceUsed } = await guard.refresh({ mode: 'cache-first' });
  assert.deepEqual([mode, graceUsed.length], ['online', 1]);
  copy.upstream.author.now = copy.clock.now();
  copy.upstream.author.publishTimestamp();
  await copy.update();
  assert.deepEqual((await guard.refresh({ mode: 'cache-first' })).graceUsed, []);
});

function endingAfterOneDay(
  context: Parameters<typeof folderCopy>[0],
  ...roles: (typeof ROLES)[number][]
): Promise<Copy> {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  for (const role of roles) upstream.author.lifetimes[role] = 1;
  return folderCopy(context, upstream.publish());
}

function grantingAll(roles: readonly string[]): Policy {
  return roles.reduce<Policy>((policy, role) => granting(role, {}, policy), STRICT);
}
