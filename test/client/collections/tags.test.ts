/** Tags as `docker trust` resolves them: targets/releases first, then targets, and from no other role. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { explainTag } from '../../../src/client/notary/tag-words.ts';
import { guardedCollection } from '../../simulator/guarded-collection.ts';
import { Guard } from '../../../src/client/guard.ts';
import { refused, rejected } from '../../simulator/refused.ts';

test('releases answers before targets, targets for what releases does not list, and nobody for what only qa lists', async (context) => {
  const guarded = await guardedCollection(context);
  const guard = guarded.guard();
  const answers: unknown[] = [];
  for (const tag of ['shared', 'v2', 'v1', 'nightly', 'v9']) {
    const { verdict } = await guard.find(tag);
    answers.push([tag, verdict.ok, verdict.code, verdict.authoredBy, verdict.sha256?.slice(0, 4)]);
  }
  assert.deepEqual(answers, [
    ['shared', true, 'OK', 'targets/releases', 'bbbb'],
    ['v2', true, 'OK', 'targets/releases', '2222'],
    ['v1', true, 'OK', 'targets', '1111'],
    ['nightly', false, 'TRUST_UNLISTED_TARGET', undefined, undefined],
    ['v9', false, 'TRUST_UNLISTED_TARGET', undefined, undefined],
  ]);
  const { search } = await guard.find('nightly');
  assert.deepEqual(search.outcome, { kind: 'not-found', why: 'ignored', role: 'targets/qa' });
});

test('every step is explained: who was asked, in which order, and who decided', async (context) => {
  const guarded = await guardedCollection(context);
  const lines = explainTag((await guarded.guard().find('v1')).search);
  assert.equal(lines[0], 'v1 ?');
  assert.match(lines[1] ?? '', /^ {2}targets\/releases version 1, expires .* · does not list it$/);
  assert.match(lines[2] ?? '', /^ {2}targets version 1, expires .* · LISTS IT → the search ends here$/);
  assert.match(lines[3] ?? '', /^ {2}targets\/qa version 1, .* · not asked$/);
  assert.match(lines[4] ?? '', /^→ found: targets answers for it, with sha256:1111/);
});

test('a prefix that does not fit the tag: releases is not asked, whatever it lists', async (context) => {
  const guarded = await guardedCollection(context);
  guarded.collection.role().delegations[0] = { name: 'targets/releases', paths: ['v2'] };
  guarded.collection.publish('targets');
  await guarded.importNow();
  const { verdict, search } = await guarded.guard().find('shared');
  assert.deepEqual([verdict.authoredBy, search.steps[0]?.saw], ['targets', 'may not speak for it']);
});

test('established and not known stand side by side, with as-of as the mirror’s word', async (context) => {
  const guarded = await guardedCollection(context);
  const store = memoryStore();
  const first = (await guarded.guard({ store }).find('v1')).verdict;
  const codes = (remarks: readonly { code: string }[]): string[] => remarks.map(({ code }) => code);
  assert.deepEqual(codes(first.established), ['authored', 'delegations', 'delivered']);
  assert.deepEqual(codes(first.notKnown), ['newer-upstream', 'combination', 'revocation', 'memory', 'approval']);
  assert.deepEqual([first.asOfBy, first.asOf], ['mirror', guarded.collection.timestampExpires]);
  assert.equal(first.horizon?.role, 'targets');
  const second = (await guarded.guard({ store }).find('v1')).verdict;
  assert.deepEqual(codes(second.established), ['authored', 'delegations', 'marks', 'delivered']);
});

test('one request when nothing changed, none offline or from the cache, and the same answer', async (context) => {
  const guarded = await guardedCollection(context);
  const store = memoryStore();
  const guard = guarded.guard({
    store,
    pin: guarded.pin({ policy: { ...guarded.pin().policy, maxOffline: 86_400_000 } }),
  });
  await guard.refresh();
  guarded.takeRequests();
  assert.equal((await guard.find('v2')).verdict.ok, true);
  assert.deepEqual(guarded.takeRequests(), ['timestamp.json']);
  for (const mode of ['offline', 'cache-first'] as const) {
    const { verdict } = await guard.find('v2', { mode });
    assert.deepEqual([verdict.ok, verdict.sha256?.slice(0, 4)], [true, '2222']);
  }
  assert.deepEqual(guarded.takeRequests(), []);
  guarded.clock.step(90_000_000 * 2);
  await rejected('POLICY_OFFLINE_AGE', guard.find('v2', { mode: 'offline' }));
});

test('after a renewal and a rotation of the mirror’s keys, only what is new is fetched', async (context) => {
  const guarded = await guardedCollection(context);
  const guard = guarded.guard({ store: memoryStore() });
  await guard.refresh();
  guarded.takeRequests();
  guarded.clock.step(3_600_000);
  await guarded.rotateOnline();
  const { mirror } = await guard.refresh();
  assert.equal(mirror?.root, 2);
  const asked = guarded.takeRequests().map((name) => name.replace(/[0-9a-f]{64}/, 'HEX'));
  assert.deepEqual(asked, ['timestamp.json', '2.root.json', '3.root.json', 'timestamp.json', 'snapshot.HEX.json']);
});

test('each guard takes pins of its own dialect only', async (context) => {
  const guarded = await guardedCollection(context);
  const store = memoryStore();
  refused('CONFIG_PIN', () => new Guard({ pin: guarded.pin(), store }));
  refused('CONFIG_PIN', () => guarded.guard({ pin: guarded.pin({ collection: undefined }) }));
});

test('an image’s digest or manifest is compared with what the tag names', async (context) => {
  const guarded = await guardedCollection(context);
  const guard = guarded.guard();
  assert.equal((await guard.verify('v1', '11'.repeat(32))).ok, true);
  const no = await guard.verify('v1', '22'.repeat(32));
  assert.deepEqual([no.ok, no.code, no.established], [false, 'TRUST_TARGET', []]);
  assert.equal((await guard.verify('v1', Buffer.from('another manifest'))).code, 'TRUST_TARGET');
  assert.equal((await guard.verify('v9', '22'.repeat(32))).code, 'TRUST_UNLISTED_TARGET');
});
