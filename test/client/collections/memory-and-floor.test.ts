/**
 * What a guard of a collection knows by its memory, what it knows by its pin, and what it says where it has neither: Notary’s
 * files live for years, so a mirror’s thief has old genuine ones to show (M-04, M-13, N-01).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { NO_FLOOR } from '../../../src/client/pin/pin.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { APP } from '../../simulator/collection-mirror.ts';
import { DAY } from '../../simulator/clock.ts';
import { type GuardedCollection, guardedCollection } from '../../simulator/guarded-collection.ts';
import { put } from '../../simulator/places.ts';
import { withoutMarks } from '../../../src/client/pin/marks-reset.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { rejected } from '../../simulator/refused.ts';
import { marksIn, refusedUntouched } from '../evidence/untouched.ts';
import { CollectionThief } from './stolen-keys.ts';

test('M-13 a mirror that rotates its keys cannot make a guard forget: older targets are refused under the new ones', async (context) => {
  const guarded = await second(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  const seen = await marksIn(store, APP);
  assert.deepEqual(seen['roles'], { targets: 2, 'targets/releases': 2, 'targets/qa': 2 });
  guarded.clock.step(DAY / 4);
  await guarded.rotateOnline();
  new CollectionThief(guarded).list({ targets: guarded.collection.file('1.targets.json') });
  await refusedUntouched('TRUST_ROLLBACK', store, () => guard.refresh());
  guarded.restore();
  await guard.refresh();
  assert.deepEqual(await marksIn(store, APP), seen);
});

test('M-04 without a memory older genuine files are taken, and the verdict says so; a floor refuses them', async (context) => {
  const guarded = await second(context);
  const { collection } = guarded;
  const old = (role: string): Record<string, Uint8Array> => ({ [role]: collection.file(`1.${role}.json`) });
  new CollectionThief(guarded).list({ ...old('targets'), ...old('targets/releases') });
  const { verdict } = await guarded.guard().find('v1');
  assert.equal(verdict.ok, true);
  assert.ok(verdict.notKnown.some(({ code }) => code === 'memory'));
  for (const role of ['targets', 'targets/releases']) {
    const floor = { ...NO_FLOOR, roles: new Map([[roleName(role), 2]]) };
    const store = memoryStore();
    const floored = guarded.guard({ store, pin: guarded.pin({ floor }) });
    const { what } = await refusedUntouched('TRUST_FLOOR', store, () => floored.refresh());
    assert.equal(what, `${role} is version 1, and the pin demands 2 at least.`);
  }
});

test('N-01 a delegation that is left out before it was ever seen counts as never published, and is said to be unknown; a floor ends that', async (context) => {
  const guarded = await second(context);
  new CollectionThief(guarded).sign((snapshot) => put(snapshot, ['meta', 'targets/releases'], undefined));
  const { verdict, search } = await guarded.guard().find('shared');
  // As for a stock client: nobody but the mirror could have said that there is a targets/releases.
  assert.deepEqual([verdict.authoredBy, search.steps[0]?.saw], ['targets', 'nobody has published it']);
  assert.match(
    verdict.notKnown.find(({ code }) => code === 'unpublished')?.text ?? '',
    /Whether anybody has published targets\/releases/,
  );
  const floor = { ...NO_FLOOR, roles: new Map([[roleName('targets/releases'), 1]]) };
  const store = memoryStore();
  const floored = guarded.guard({ store, pin: guarded.pin({ floor }) });
  const { what } = await refusedUntouched('TRUST_FLOOR', store, () => floored.refresh());
  assert.equal(what, 'targets/releases is not there, and the pin demands version 1 at least.');
});

test('a role that nobody has published is legal until it is; from then on it must stay', async (context) => {
  const guarded = await second(context);
  guarded.collection.delegate('targets/later').hidden.add('targets/later');
  guarded.collection.publish();
  await guarded.importNow();
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  guarded.collection.hidden.delete('targets/later');
  guarded.collection.publish('targets/later');
  await guarded.importNow();
  await guard.refresh();
  new CollectionThief(guarded).sign((snapshot) => put(snapshot, ['meta', 'targets/later'], undefined));
  await refusedUntouched('TRUST_ROLE_REMOVED', store, () => guard.refresh());
});

test('a role to which upstream delegates no more leaves the mirror’s snapshot, and no guard misses it', async (context) => {
  const guarded = await second(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  guarded.collection.role().delegations.pop();
  guarded.collection.roles.delete('targets/qa');
  guarded.collection.publish('targets');
  await guarded.importNow();
  assert.equal((await guard.find('nightly')).search.outcome.kind, 'not-found');
  assert.equal((await guarded.guard().find('v1')).verdict.ok, true);
  // Its mark stays: a role of that name that comes back is not believed below it.
  assert.equal(((await marksIn(store, APP))['roles'] as Record<string, number>)['targets/qa'], 2);
});

test('after an officer’s reset nothing that was seen is held against the mirror, and the floor is', async (context) => {
  const guarded = await second(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  const spaced = Buffer.concat([guarded.collection.file('targets.json'), Buffer.from(' ')]);
  const older = guarded.collection.file('1.targets/qa.json');
  new CollectionThief(guarded).list({ targets: spaced, 'targets/qa': older });
  await refusedUntouched('TRUST_EQUIVOCATION', store, () => guard.refresh());
  const state = await store.state();
  assert.ok(state && (await store.commit(state.number, withoutMarks(state.bytes, APP))));
  const floor = { ...NO_FLOOR, roles: new Map([[roleName('targets/qa'), 2]]) };
  await rejected('TRUST_FLOOR', guarded.guard({ store, pin: guarded.pin({ floor }) }).refresh());
  await guard.refresh();
});

test('a held file that was damaged is fetched again, and whoever asks is told', async (context) => {
  const guarded = await second(context);
  const memory = memoryStore();
  let isDamaged = false;
  const store: Store = {
    ...memory,
    state: () => memory.state(),
    commit: (previous, bytes) => memory.commit(previous, bytes),
    write: (content) => memory.write(content),
    keepOnly: (digests) => memory.keepOnly(digests),
    read: (digest) =>
      isDamaged && digest === sha256(guarded.collection.file('targets.json'))
        ? Promise.resolve(undefined)
        : memory.read(digest),
  };
  const guard = guarded.guard({ store });
  await guard.refresh();
  isDamaged = true;
  guarded.takeRequests();
  const { warnings } = await guard.refresh();
  assert.ok(warnings.some(({ code }) => code === 'damaged-cache'));
  assert.equal(guarded.takeRequests().filter((name) => name.startsWith('targets.')).length, 1);
  await rejected('SOURCE_OFFLINE', guard.find('v1', { mode: 'offline' }));
});

test('F-03 the mirror’s own statement of upstream’s age is held to maxUpstreamAge', async (context) => {
  const guarded = await second(context);
  const store = memoryStore();
  const { policy } = guarded.pin();
  const guard = guarded.guard({ store, pin: guarded.pin({ policy: { ...policy, maxUpstreamAge: 20 * DAY } }) });
  for (const [day, isUsed] of [
    [1, false],
    [15, true],
    [33, true],
  ] as const) {
    await at(guarded, day);
    const { graceUsed } = await guard.refresh();
    assert.deepEqual(
      graceUsed.map(({ role, by }) => [role, by]),
      isUsed ? [['timestamp', 'maxUpstreamAge']] : [],
      `day ${String(day)}`,
    );
  }
  await at(guarded, 35);
  await refusedUntouched('POLICY_UPSTREAM_AGE', store, () => guard.refresh());
});

/** The mirror’s day, with a timestamp of that day. */
async function at(guarded: GuardedCollection, day: number): Promise<void> {
  const { clock, collection } = guarded;
  clock.step(collection.now.getTime() + day * DAY - clock.now().getTime());
  await guarded.renew();
}

/** Everything in version 2. */
async function second(context: Parameters<typeof guardedCollection>[0]): Promise<GuardedCollection> {
  const guarded = await guardedCollection(context);
  guarded.collection.add('v3', '44'.repeat(32)).publish();
  await guarded.importNow();
  return guarded;
}
