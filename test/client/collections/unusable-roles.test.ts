/** Roles that cannot answer although nobody lies: expired, or left out by the mirror’s operator. No other role does in their place (D-03). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { explainTag } from '../../../src/client/notary/tag-words.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { DAY } from '../../simulator/clock.ts';
import { type GuardedCollection, guardedCollection, taggedCollection } from '../../simulator/guarded-collection.ts';
import { decide } from '../../simulator/mirrored.ts';
import { rejected } from '../../simulator/refused.ts';

test('D-03 an expired targets/releases ends the search for what it may speak for, where stock clients go on to targets', async (context) => {
  const guarded = await expiring(context, 'targets/releases', ['v2', 'shared']);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  const { warnings } = await guard.refresh();
  assert.deepEqual(
    warnings.map(({ code, at }) => [code, at]),
    [['expired-role', guarded.collection.role('targets/releases').expires]],
  );
  const shared = await guard.find('shared');
  assert.deepEqual([shared.verdict.code, shared.search.outcome.kind], ['TRUST_EXPIRED', 'refused']);
  assert.match(
    explainTag(shared.search).join('\n'),
    /targets\/releases version 2, .* · cannot be used: TRUST_EXPIRED: .*\n.*targets version 2, .* · not asked/,
  );
  // Outside of its prefixes it has nothing to say.
  const v1 = await guard.find('v1');
  assert.deepEqual([v1.verdict.ok, v1.verdict.authoredBy], [true, 'targets']);
  // Nothing newer is at hand from the cache, so the whole operation begins again online, and ends the same.
  assert.equal((await guard.find('v1', { mode: 'cache-first' })).verdict.mode, 'online');
});

test('an expired role that nothing depends on changes no answer', async (context) => {
  const guarded = await expiring(context, 'targets/qa', ['']);
  const guard = guarded.guard();
  assert.equal((await guard.find('v2')).verdict.ok, true);
  assert.equal((await guard.find('v1')).verdict.ok, true);
  const nightly = await guard.find('nightly');
  assert.deepEqual(nightly.search.outcome, { kind: 'not-found', why: 'absent' });
  assert.equal(nightly.search.steps.at(-1)?.saw, 'cannot be used');
});

test('grace is what bridges it: with its reason, its end, and what nobody knows', async (context) => {
  const guarded = await expiring(context, 'targets/releases', ['']);
  const grace = new Map([[roleName('targets/releases'), { period: 10 * DAY, until: undefined, reason: 'CHG-1' }]]);
  const pin = guarded.pin({ policy: { ...guarded.pin().policy, grace } });
  const { verdict } = await guarded.guard({ pin }).find('v2');
  assert.equal(verdict.ok, true);
  assert.deepEqual(
    verdict.graceUsed.map(({ role, by, reason }) => [role, by, reason]),
    [['targets/releases', 'grace', 'CHG-1']],
  );
  assert.ok(verdict.notKnown.some(({ code }) => code === 'expired'));
});

test('expired targets answer for nothing at all', async (context) => {
  const guarded = await expiring(context, 'targets', ['']);
  await rejected('TRUST_EXPIRED', guarded.guard().refresh());
});

test('POLICY_ROLE_EXCLUDED answers for what an excluded role may speak for, and for nothing else', async (context) => {
  const collection = taggedCollection();
  collection.role().delegations[0] = { name: 'targets/releases', paths: ['v2', 'shared'] };
  const guarded = await guardedCollection(context, collection.publish('targets'));
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  collection.add('v5', '55'.repeat(32)).publish('targets');
  await guarded.importNow(decide('exclude-role', 'targets/releases'));
  const { warnings } = await guard.refresh();
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['excluded-role'],
  );
  for (const tag of ['v2', 'shared']) {
    const { verdict, search } = await guard.find(tag);
    assert.deepEqual([verdict.code, search.outcome.kind], ['POLICY_ROLE_EXCLUDED', 'excluded']);
  }
  assert.equal((await guard.find('v5')).verdict.ok, true);
  assert.equal((await guarded.guard().find('v5')).verdict.ok, true);
});

/** The role’s second version expires after three days; it is day four, and the mirror is fresh. */
async function expiring(
  context: Parameters<typeof guardedCollection>[0],
  role: string,
  paths: readonly string[],
): Promise<GuardedCollection> {
  const collection = taggedCollection();
  const [releases] = collection.role().delegations;
  if (releases) collection.role().delegations[0] = { ...releases, paths };
  collection.role(role).expires = new Date(collection.now.getTime() + 3 * DAY);
  const guarded = await guardedCollection(context, collection.publish('targets', role));
  guarded.clock.step(4 * DAY);
  await guarded.renew();
  return guarded;
}
