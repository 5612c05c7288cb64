/** D-01, D-05: roles that are reached twice. Every edge is judged on its own, and a circle ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { refusedUnchanged, searchUnchanged, textOf } from './unchanged.ts';

/** Two delegators of one role, each with a key of its own for it; so it needs the signatures of both. */
function diamond(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const side of ['a', 'b']) {
    upstream.author.delegate('targets', side, { paths: [`${side}/*`] });
    upstream.author.delegate(side, 'release', { paths: [`${side}/*`], signers: [upstream.signer(`key of ${side}`)] });
  }
  return upstream.add('a/file', 'by a', 'release').add('b/file', 'by b', 'release').publish();
}

test('D-01 a role that is good for one delegator is judged anew for the next, in one operation and from the cache', async (context) => {
  const upstream = diamond();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh({ everyRole: true });
  upstream.signWith('release', upstream.signer('key of a')).publish('release');
  const refusal = await refusedUnchanged('TRUST_SIGNATURES', store, () => guard.refresh({ everyRole: true }));
  assert.match(refusal.what, /^release as delegated by b /);
  assert.equal(await textOf(guard, 'a/file'), 'by a');
  await guard.find('b/file');
  await searchUnchanged('TRUST_SIGNATURES', store, guard, 'b/file');
  const { verdict } = await guard.find('b/file', { mode: 'offline' });
  assert.equal(verdict.code, 'TRUST_SIGNATURES');
  assert.equal(await textOf(guard, 'a/file'), 'by a');
});

test('D-05 circles, of two roles and of one with itself, end; no role is visited twice', async (context) => {
  const upstream = new SimulatedUpstream();
  for (const [delegator, role] of [
    ['targets', 'a'],
    ['a', 'b'],
    ['b', 'a'],
    ['b', 'b'],
    ['targets', 'last'],
  ] as const) {
    upstream.author.delegate(delegator, role, { paths: ['*'] });
  }
  const copy = await copyOf(context, upstream.add('file', 'found in the end', 'last').publish());
  const guard = copy.guard();
  assert.equal(await textOf(guard, 'file'), 'found in the end');
  const { search } = await guard.find('file');
  const looks = search.visit.looks[0]?.visit?.looks[0]?.visit?.looks;
  assert.deepEqual(
    looks?.map(({ name, skipped }) => [name, skipped]),
    [
      ['a', 'visited before'],
      ['b', 'visited before'],
    ],
  );
  assert.equal((await guard.find('nowhere')).verdict.code, 'TRUST_UNLISTED_TARGET');
  await guard.refresh({ everyRole: true });
});
