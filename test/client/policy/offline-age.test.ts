/** How long offline may last: the mirror’s roles as of the last refresh, up to `maxOffline`; upstream’s are judged as ever. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import type { Policy } from '../../../src/client/pin/pin.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { granting } from './granted.ts';

const OFFLINE = { mode: 'offline' } as const;
const SECOND = 1000;

test('the mirror’s expired timestamp is believed offline until maxOffline after the refresh, and not a second longer', async (context) => {
  const { guarded, guard, store } = await refreshed(context, { ...STRICT, maxOffline: 10 * DAY });
  guarded.clock.step(2 * DAY);
  assert.equal((await guard.get('file.txt', OFFLINE)).verdict.code, 'OK', 'the timestamp lives for one day');
  guarded.clock.step(8 * DAY);
  const standing = await guard.refresh(OFFLINE);
  assert.deepEqual(standing.now, new Date(NOW.getTime() + 10 * DAY));
  guarded.clock.step(SECOND);
  const refusal = await refusedUntouched('POLICY_OFFLINE_AGE', store, () => guard.get('file.txt', OFFLINE));
  assert.match(
    refusal.what,
    /mirror’s timestamp expired on 2026-11-24T03:00:00.000Z.*last refresh.*2026-11-23T03.*P10D/,
  );
  await refusedUntouched('POLICY_OFFLINE_AGE', store, () => guard.find('file.txt', OFFLINE));
});

test('without maxOffline, offline ends with the mirror’s own timestamp, at the very instant', async (context) => {
  const { guarded, guard, store } = await refreshed(context, STRICT);
  guarded.clock.step(DAY - SECOND);
  await guard.refresh(OFFLINE);
  guarded.clock.step(SECOND);
  await refusedUntouched('POLICY_OFFLINE_AGE', store, () => guard.refresh(OFFLINE));
});

test('answers offline do not prolong offline; a refresh does', async (context) => {
  const { guarded, guard, store } = await refreshed(context, { ...STRICT, maxOffline: 3 * DAY });
  guarded.clock.step(3 * DAY);
  await guard.get('file.txt', OFFLINE);
  guarded.clock.step(SECOND);
  await refusedUntouched('POLICY_OFFLINE_AGE', store, () => guard.get('file.txt', OFFLINE));
  await guarded.renew();
  await guard.refresh();
  guarded.clock.step(3 * DAY);
  await guard.get('file.txt', OFFLINE);
});

test('O11 maxOffline excuses nothing of upstream’s: an authored role without grace ends at its own expiry', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.lifetimes.targets = 5;
  const { guarded, guard, store } = await refreshed(context, { ...STRICT, maxOffline: 30 * DAY }, upstream);
  guarded.clock.step(5 * DAY - SECOND);
  await guard.refresh(OFFLINE);
  guarded.clock.step(SECOND);
  const refusal = await refusedUntouched('TRUST_EXPIRED', store, () => guard.refresh(OFFLINE));
  assert.match(refusal.what, /^targets expired/);
  const lenient = guarded.guard({
    store,
    pin: guarded.pin({ policy: granting('targets', {}, { maxOffline: 30 * DAY }) }),
  });
  const { verdict } = await lenient.get('file.txt', OFFLINE);
  assert.deepEqual(
    verdict.graceUsed.map(({ role, by }) => [role, by]),
    [['targets', 'grace']],
  );
});

test('M-07 the age of upstream’s word is bounded offline as it is online', async (context) => {
  const policy = { ...STRICT, maxOffline: 60 * DAY, maxUpstreamAge: 2 * DAY };
  const { guarded, guard, store } = await refreshed(context, policy);
  guarded.clock.step(9 * DAY);
  const { graceUsed } = await guard.refresh(OFFLINE);
  assert.deepEqual(
    graceUsed.map(({ role, by }) => [role, by]),
    [['timestamp', 'maxUpstreamAge']],
  );
  guarded.clock.step(SECOND);
  await refusedUntouched('POLICY_UPSTREAM_AGE', store, () => guard.refresh(OFFLINE));
});

interface Refreshed {
  readonly guarded: GuardedMirror;
  readonly guard: Guard;
  readonly store: Store;
}

/** A guard that has refreshed and fetched its one target. */
async function refreshed(
  context: Parameters<typeof guardedBy>[0],
  policy: Policy,
  upstream = new SimulatedUpstream(),
): Promise<Refreshed> {
  const guarded = await guardedBy(context, upstream.add('file.txt', 'content').publish());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin({ policy }) });
  await guard.get('file.txt');
  return { guarded, guard, store };
}
