/** Upstream has ended, as the pin says (N-05): its age is not counted, and nothing but what it left is believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Pin } from '../../../src/client/pin/pin.ts';
import type { RoleName } from '../../../src/tuf/names.ts';
import { DAY } from '../../simulator/clock.ts';
import { STRICT, guardedBy } from '../../simulator/guarded.ts';
import { type GuardedCollection, guardedCollection } from '../../simulator/guarded-collection.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { CollectionThief } from './stolen-keys.ts';

const LEFT = { targets: 1, 'targets/releases': 1, 'targets/qa': 1 };

function retired(roles: Readonly<Record<string, number>>): Pick<Pin, 'policy'> {
  const listed = new Map(Object.entries(roles) as [RoleName, number][]);
  return { policy: { ...STRICT, maxUpstreamAge: 20 * DAY, retired: { roles: listed, reason: 'CHG-3100' } } };
}

test('upstream’s silence is not counted any more, and the verdict says by whose word', async (context) => {
  const guarded = await guardedCollection(context);
  const guard = guarded.guard({ store: memoryStore(), pin: guarded.pin(retired(LEFT)) });
  await guard.refresh();
  await at(guarded, 60);
  const { verdict } = await guard.find('v1');
  assert.deepEqual([verdict.ok, verdict.graceUsed, verdict.warnings], [true, [], []]);
  assert.match(verdict.established.find(({ code }) => code === 'retired')?.text ?? '', /CHG-3100/);
  const store = memoryStore();
  const strict = guarded.guard({ store, pin: guarded.pin({ policy: { ...STRICT, maxUpstreamAge: 20 * DAY } }) });
  await refusedUntouched('POLICY_UPSTREAM_AGE', store, () => strict.refresh());
});

for (const [what, roles, words] of [
  ['a higher one', { ...LEFT, targets: 2 }, /targets is version 1, and the pin, .* names version 2/],
  ['a role that is missing', { ...LEFT, 'targets/later': 1 }, /targets\/later is missing, .* names version 1/],
  [
    'a role that it does not name',
    { targets: 1, 'targets/qa': 1 },
    /targets\/releases is there in version 1, .* names no such role/,
  ],
] as const) {
  test(`a pin that names ${what} believes nothing`, async (context) => {
    const guarded = await guardedCollection(context);
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin(retired(roles)) });
    assert.match((await refusedUntouched('TRUST_RETIRED', store, () => guard.refresh())).what, words);
  });
}

test('N-05 neither newer nor older files than upstream left, although both are genuine and the guard has no memory', async (context) => {
  const guarded = await guardedCollection(context);
  guarded.collection.add('v3', '44'.repeat(32)).publish();
  await guarded.importNow();
  const left = { targets: 2, 'targets/releases': 2, 'targets/qa': 2 };
  await guarded.guard({ pin: guarded.pin(retired(left)) }).refresh();
  guarded.collection.publish('targets/qa');
  await guarded.importNow();
  const refused = async (): Promise<void> => {
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin(retired(left)) });
    await refusedUntouched('TRUST_RETIRED', store, () => guard.refresh());
  };
  await refused();
  const thief = new CollectionThief(guarded).list({ 'targets/qa': guarded.collection.file('1.targets/qa.json') });
  await refused();
  thief.sign((snapshot) => put(snapshot, ['meta', 'targets/qa'], undefined));
  await refused();
});

test('for a TUF repository the roles of upstream’s snapshot count, or of the mirror’s where static keys stand alone', async (context) => {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  const guarded = await guardedBy(context, upstream.add('dev/tool', 'tool', 'dev').publish());
  for (const believed of [{}, pinnedTo(upstream.firstRoot)]) {
    const pin = (roles: Record<string, number>): Pin => guarded.pin({ ...believed, ...retired(roles) });
    await guarded.guard({ pin: pin({ targets: 1, dev: 1 }) }).refresh();
    for (const roles of [{ targets: 1 }, { targets: 1, dev: 2 }, { targets: 1, dev: 1, qa: 1 }]) {
      const store = memoryStore();
      await refusedUntouched('TRUST_RETIRED', store, () => guarded.guard({ store, pin: pin(roles) }).refresh());
    }
  }
  guarded.clock.step(60 * DAY);
  await guarded.renew();
  const { verdict } = await guarded.guard({ pin: guarded.pin(retired({ targets: 1, dev: 1 })) }).find('dev/tool');
  assert.deepEqual([verdict.ok, verdict.graceUsed, verdict.warnings], [true, [], []]);
  assert.ok(verdict.established.some(({ code }) => code === 'retired'));
});

test('with a plain copy and no mirror, upstream’s own roles need no grace then, and the versions are held as well', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  guarded.clock.step(60 * DAY);
  const carried = (roles: Record<string, number>): Pin => guarded.carriedPin(retired(roles));
  assert.equal((await guarded.guard({ pin: carried({ targets: 1 }) }).find('file.txt')).verdict.ok, true);
  const store = memoryStore();
  await refusedUntouched('TRUST_RETIRED', store, () =>
    guarded.guard({ store, pin: carried({ targets: 2 }) }).refresh(),
  );
});

async function at(guarded: GuardedCollection, day: number): Promise<void> {
  guarded.clock.step(day * DAY);
  await guarded.renew();
}
