/** The mirror’s own roles have no grace, ever: an expired one is all that shows of a mirror that withholds news (M-06). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { formatDate } from '../../../src/tuf/dates.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { StolenKeys } from '../evidence/stolen-keys.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { granting } from './granted.ts';

/** What no pin file could say; an embedder’s own pin could. */
const EVERYTHING = ['root', 'timestamp', 'snapshot', 'targets'].reduce(
  (policy, role) => granting(role, { period: 90 * DAY }, policy),
  granting('targets', {}, { maxUpstreamAge: 90 * DAY, maxOffline: 90 * DAY }),
);

for (const role of ['timestamp', 'snapshot', 'root'] as const) {
  test(`M-06 the mirror’s expired ${role} is refused online and from the cache, whatever the policy grants`, async (context) => {
    const guarded = await guardedBy(context);
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin({ policy: EVERYTHING }) });
    endTomorrow(guarded, role);
    await guard.refresh();
    guarded.clock.step(DAY - 1000);
    await guard.refresh();
    guarded.clock.step(1000);
    for (const mode of ['online', 'cache-first'] as const) {
      const refusal = await refusedUntouched('TRUST_EXPIRED', store, () => guard.refresh({ mode }));
      assert.equal(refusal.what, `The mirror: ${role} expired on 2026-11-24T03:00:00.000Z.`);
    }
    const { graceUsed } = await guard.refresh({ mode: 'offline' });
    assert.deepEqual(graceUsed, [], 'offline judges the mirror’s roles as of the last refresh, and grants nothing');
  });

  test(`the mirror’s expired ${role} is refused for a guard without a memory, too`, async (context) => {
    const guarded = await guardedBy(context);
    endTomorrow(guarded, role);
    guarded.clock.step(DAY);
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin({ policy: EVERYTHING }) });
    await refusedUntouched('TRUST_EXPIRED', store, () => guard.refresh());
    assert.equal(await store.state(), undefined);
  });
}

/** Every role of the mirror lives for ten days, but for the one. */
function endTomorrow(guarded: GuardedMirror, ending: 'timestamp' | 'snapshot' | 'root'): void {
  const expires = (role: string): string => formatDate(new Date(NOW.getTime() + (role === ending ? 1 : 10) * DAY));
  const thief = new StolenKeys(guarded);
  thief.signRoot((signed) => signed.set('expires', expires('root')));
  thief.sign({
    snapshot: (signed) => signed.set('expires', expires('snapshot')),
    timestamp: (signed) => signed.set('expires', expires('timestamp')),
  });
}
