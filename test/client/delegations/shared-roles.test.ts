/** A role behind two delegators is judged for each of them (D-01); a role is visited once, so cycles end; a walk has an end (D-05). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { delegating, ending, guardOver, listing, walked } from './walks.ts';

test('D-01 a role that is good for one delegator and not for another is refused where the other reaches it', async (context) => {
  for (const [signs, from] of [
    ['a', 'parent-b'],
    ['b', 'parent-a'],
  ] as const) {
    const upstream = diamond();
    upstream.signWith('release', upstream.signer(`key of ${signs}`)).publish('release');
    const guard = await guardOver(context, upstream);
    const other = signs === 'a' ? 'b' : 'a';
    assert.equal(ending(await guard.find(`${signs}/file`)), 'found release');
    const finding = await guard.find(`${other}/file`);
    assert.equal(ending(finding), 'refused release TRUST_SIGNATURES');
    assert.ok(finding.search.outcome.kind === 'refused');
    assert.match(finding.search.outcome.refusal.what, new RegExp(`^release as delegated by ${from} is signed by 0`));
  }
});

test('D-01 the order of the questions gives no role authority that it does not have, with a warm memory or offline', async (context) => {
  const upstream = diamond();
  upstream
    .signWith('release', upstream.signer('key of a'))
    .add('b/own', 'own', 'parent-b')
    .publish('release', 'parent-b');
  const guard = await guardOver(context, upstream);
  // A refused search keeps nothing, so both delegators are held from searches that went well.
  for (const name of ['a/file', 'b/own']) await guard.find(name);
  for (const mode of ['online', 'online', 'cache-first', 'offline'] as const) {
    assert.equal(ending(await guard.find('a/file', { mode })), 'found release');
    assert.equal(ending(await guard.find('b/file', { mode })), REFUSED, mode);
  }
});

test('D-01 in one walk over both, the first edge that does not hold ends the search', async (context) => {
  const upstream = diamond('*/*', '*/*');
  upstream.signWith('release', upstream.signer('key of b')).publish('release');
  const finding = await (await guardOver(context, upstream)).find('b/file');
  assert.equal(ending(finding), REFUSED);
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> parent-a (*/*)',
    '  parent-a',
    '  > release (*/*)',
    '    release TRUST_SIGNATURES',
    '> parent-b (*/*): the search had ended',
  ]);
});

test('D-01 reading every role judges every edge, and keeps nothing when one does not hold', async (context) => {
  const upstream = diamond();
  upstream.signWith('release', upstream.signer('key of a')).publish('release');
  upstream.add('b/own', 'own', 'parent-b').publish('parent-b');
  const store = memoryStore();
  const guard = await guardOver(context, upstream, { store });
  const refusal = await refusedUntouched('TRUST_SIGNATURES', store, () => guard.refresh({ everyRole: true }));
  assert.match(refusal.what, /as delegated by parent-b/);
  for (const name of ['a/file', 'b/own']) await guard.find(name);
  // Now the role is held, good for one of them: what is at hand is judged for every edge as well.
  for (const mode of ['online', 'offline'] as const) {
    await refusedUntouched('TRUST_SIGNATURES', store, () => guard.refresh({ everyRole: true, mode }));
  }
});

test('D-01 D-05 a role that both delegators hold is visited once in a walk', async (context) => {
  const finding = await (await guardOver(context, diamond('*/*', '*/*'))).find('c/file');
  assert.equal(ending(finding), 'not-found');
  assert.deepEqual(walked(finding.search.visit), [
    'targets',
    '> parent-a (*/*)',
    '  parent-a',
    '  > release (*/*)',
    '    release',
    '> parent-b (*/*)',
    '  parent-b',
    '  > release (*/*): visited before',
  ]);
});

test('D-05 cycles end: of two roles, of one with itself, and back to where they came from', async (context) => {
  const upstream = delegating(['targets', 'a'], ['a', 'b'], ['b', 'a'], ['b', 'b'], ['targets', 'last']);
  const guard = await guardOver(context, listing(upstream, 'last'));
  assert.deepEqual(walked((await guard.find('file')).search.visit), [
    'targets',
    '> a (*)',
    '  a',
    '  > b (*)',
    '    b',
    '    > a (*): visited before',
    '    > b (*): visited before',
    '> last (*)',
    '  last lists it',
  ]);
  await guard.refresh({ everyRole: true });
});

test('D-05 a walk ends at the limit on visited roles: one role less is found, one more is refused', async (context) => {
  const chain = Array.from({ length: 6 }, (_, at) => `role-${String(at + 1)}`);
  const upstream = delegating(...chain.map((name, at) => [chain[at - 1] ?? 'targets', name] as const));
  listing(upstream, 'role-6');
  for (const [visitedRoles, expected] of [
    [7, 'found role-6'],
    [6, 'refused role-6 TRUST_LIMIT'],
    [1, 'refused role-1 TRUST_LIMIT'],
  ] as const) {
    const finding = await (await guardOver(context, upstream, { limits: { visitedRoles } })).find('file');
    assert.equal(ending(finding), expected, `targets and ${String(visitedRoles - 1)} more may be visited`);
    if (finding.search.outcome.kind !== 'refused') continue;
    assert.deepEqual(finding.search.outcome.refusal.details['limit'], 'visitedRoles');
  }
});

const REFUSED = 'refused release TRUST_SIGNATURES';

/** targets delegates to parent-a and parent-b, and each of them to release, under another key. */
function diamond(a = 'a/*', b = 'b/*'): SimulatedUpstream {
  const upstream = delegating();
  for (const [letter, path] of Object.entries({ a, b })) {
    upstream.author.delegate('targets', `parent-${letter}`, { paths: [path] });
    const signers = [upstream.signer(`key of ${letter}`)];
    upstream.author.delegate(`parent-${letter}`, 'release', { signers, threshold: 1, paths: [path] });
  }
  return upstream.add('a/file', 'content', 'release').add('b/file', 'content', 'release').publish();
}
