/** Pins end, and pins change. What a guard has seen belongs to its memory and not to the pin: no new pin lowers a mark. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { targetPath, roleName } from '../../../src/tuf/names.ts';
import { readState } from '../../../src/client/remember/state.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { StolenKeys } from '../evidence/stolen-keys.ts';
import { marksIn, refusedUntouched } from '../evidence/untouched.ts';
import { granting } from './granted.ts';
import { silence } from './silence.ts';
import { pinnedTo } from './static-pins.ts';

test('a pin that has ended is refused in every mode, at the very instant, and nobody is asked', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const store = memoryStore();
  const pin = guarded.pin({ expires: new Date(NOW.getTime() + DAY / 2) });
  await guarded.guard({ store, pin }).refresh();
  guarded.clock.step(DAY / 2 - 1000);
  await guarded.guard({ store, pin }).refresh();
  guarded.clock.step(1000);
  const { networks, asked } = silence();
  const guard = guarded.guard({ store, pin, ...networks[0] });
  for (const mode of ['online', 'offline', 'cache-first'] as const) {
    await refusedUntouched('POLICY_PIN_EXPIRED', store, () => guard.refresh({ mode }));
    await refusedUntouched('POLICY_PIN_EXPIRED', store, () => guard.get('file.txt', { mode }));
  }
  assert.deepEqual(asked, []);
  await guarded.guard({ store }).refresh();
});

const CHANGES: Record<string, (guarded: GuardedMirror) => Partial<Pin>> = {
  'another policy': () => ({ policy: granting('targets', {}, { maxOffline: DAY }) }),
  'a floor': () => ({ floor: { root: 1, timestamp: 2, snapshot: 2, roles: new Map([[roleName('targets'), 2]]) } }),
  'a later root of the mirror': (guarded) => {
    const root = guarded.mirrored.published().get('2.root.json');
    assert.ok(root);
    return { mirrorRoot: root };
  },
  'static keys in place of the chain': (guarded) => pinnedTo(guarded.upstream.firstRoot),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`F-02 ${what} in the pin keeps the marks: what was seen before is not taken back`, async (context) => {
    const { guarded, store, old } = await seenTwo(context);
    await guarded.rotateOnline();
    const marks = await marksIn(store, guarded.mirrored.id);
    const guard = guarded.guard({ store, pin: guarded.pin(change(guarded)) });
    new StolenKeys(guarded).claim(old);
    await refusedUntouched('TRUST_ROLLBACK', store, () => guard.refresh());
    guarded.restore();
    await guard.refresh();
    assert.deepEqual(await marksIn(store, guarded.mirrored.id), marks);
  });
}

test('F-02 from static keys to the chain, and on to the carried level: the marks go along', async (context) => {
  const { guarded, old } = await seenTwo(context);
  const store = memoryStore();
  await guarded.guard({ store, pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) }).refresh();
  assert.deepEqual(await marksIn(store, guarded.mirrored.id), { ...NOTHING, roles: { targets: 2 } });
  const chained = guarded.guard({ store });
  const thief = new StolenKeys(guarded);
  await guarded.rotateOnline();
  thief.claim(old);
  const refusal = await refusedUntouched('TRUST_ROLLBACK', store, () => chained.refresh());
  assert.match(refusal.what, /^Upstream: targets version 1 is older/);
  guarded.restore();
  await chained.refresh();
  assert.deepEqual(await marksIn(store, guarded.mirrored.id), {
    root: 1,
    timestamp: 2,
    snapshot: 2,
    roles: { targets: 2 },
  });
  const carried = guarded.guard({ store, pin: guarded.carriedPin() });
  await carried.refresh();
  guarded.answer('upstream/metadata/timestamp.json', old.get('timestamp.json') ?? 404);
  await refusedUntouched('TRUST_ROLLBACK', store, () => carried.refresh());
});

test('a pin for another repository does not take over this one’s memory', async (context) => {
  const { guarded, store } = await seenTwo(context);
  const pin = { ...guarded.pin(), repository: 'other' as Pin['repository'] };
  await refusedUntouched('STATE_CACHE', store, () => guarded.guard({ store, pin }).refresh());
});

test('a higher floor in a new pin is demanded of what is held, too: nothing is answered from below it', async (context) => {
  const { guarded, store } = await seenTwo(context);
  const floor = { root: 1, timestamp: 1, snapshot: 1, roles: new Map([[roleName('targets'), 3]]) };
  const guard = guarded.guard({ store, pin: guarded.pin({ floor, policy: { ...STRICT, maxOffline: DAY } }) });
  for (const mode of ['online', 'offline', 'cache-first'] as const) {
    await refusedUntouched('TRUST_FLOOR', store, () => guard.refresh({ mode }));
  }
  const { targets } = readState((await store.state())?.bytes ?? new Uint8Array(), guarded.mirrored.id);
  assert.equal(targets.has(targetPath('file.txt')), false);
});

const NOTHING = { root: 0, timestamp: 0, snapshot: 0 };

/** A guard that has seen the second state of upstream, and the files of the first. */
async function seenTwo(
  context: Parameters<typeof guardedBy>[0],
): Promise<{ guarded: GuardedMirror; store: Store; old: ReadonlyMap<string, Uint8Array> }> {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const old = new Map(guarded.upstream.author.files);
  guarded.upstream.publish('targets');
  await guarded.importNow();
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  return { guarded, store, old };
}
