/**
 * Graphs of delegations (D-01, D-03, D-05, W-06): every edge is verified on its own, cycles end, and shapes without end
 * meet a limit.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from '../simulator/mirror.ts';
import { noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('D-01 a role valid via one delegator and invalid via another is refused, naming the other', async (context) => {
  const upstream = diamond();
  upstream.signWith('release', upstream.signer('key of a')).publish('release');
  const mirrored = await mirrorOf(context, upstream);
  const refusal = await mirrored.importRefused('TRUST_SIGNATURES');
  assert.match(refusal.what, /^release as delegated by parent-b /);
  assert.ok(
    mirrored.evidence.some((row) => row['role'] === 'release'),
    'the file that was refused is evidence',
  );
  upstream.signWith('release', upstream.signer('key of a'), upstream.signer('key of b')).publish('release');
  await mirrored.importNow();
});

test('D-01 the order of the delegators makes no difference', async (context) => {
  const upstream = diamond();
  upstream.signWith('release', upstream.signer('key of b')).publish('release');
  const mirrored = await mirrorOf(context, upstream);
  assert.match((await mirrored.importRefused('TRUST_SIGNATURES')).what, /^release as delegated by parent-a /);
});

test('D-01 a later import forgets nothing: a role that loses its second delegator’s signature is refused again', async (context) => {
  const upstream = diamond();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.signWith('release', upstream.signer('key of a')).publish('release');
  await mirrored.importRefused('TRUST_SIGNATURES');
});

test('D-05 cycles, of two roles and of one with itself, end; each role is visited once', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'a', { paths: ['*'] });
  upstream.author.delegate('a', 'b', { paths: ['*'] });
  upstream.author.delegate('b', 'a', { paths: ['*'] });
  upstream.author.delegate('b', 'b', { paths: ['*'] });
  const mirrored = await mirrorOf(context, upstream.publish());
  const { candidate } = await mirrored.importNow();
  assert.deepEqual([...candidate.content.roles.keys()], ['targets', 'a', 'b']);
});

test('D-05 a chain of delegations deeper than the limit is refused, one as deep is not', async (context) => {
  const upstream = new SimulatedUpstream();
  const chain = ['targets', ...Array.from({ length: 4 }, (_, at) => `depth-${String(at + 1)}`)];
  for (const [at, name] of chain.slice(1).entries()) upstream.author.delegate(chain[at] ?? '', name, { paths: ['*'] });
  const mirrored = await mirrorOf(context, upstream.publish(), { limits: { delegationDepth: 4 } });
  await mirrored.importNow();
  upstream.author.delegate('depth-4', 'depth-5', { paths: ['*'] });
  upstream.publish('depth-4');
  assert.equal((await mirrored.importRefused('TRUST_LIMIT')).details['limit'], 'delegationDepth');
});

test('D-05 more roles than the limit are refused before they are fetched, bins included', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'hub', { paths: ['*'] });
  upstream.author.delegateToBins('hub', 'bin', 6);
  const mirrored = await mirrorOf(context, upstream.publish(), { limits: { roles: 50 } });
  assert.equal((await mirrored.importRefused('TRUST_LIMIT')).details['limit'], 'roles');
  assert.ok(!upstream.requests.some((name) => name.startsWith('1.bin-')));
});

test('TAP 15: all bins are carried, and one that is missing refuses the import', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegateToBins('targets', 'bin', 4);
  for (const path of ['a', 'b', 'c/d']) upstream.author.binFor('targets', path).targets.set(path, Buffer.from(path));
  upstream.publish();
  const mirrored = await mirrorOf(context, upstream);
  const { candidate } = await mirrored.importNow();
  assert.equal(candidate.content.roles.size, 17);
  assert.deepEqual(candidate.content.selected.map(({ path }) => path).sort(), ['a', 'b', 'c/d']);
  upstream.publish('bin-7').drop('2.bin-7.json');
  await mirrored.importRefused('SOURCE_NOT_FOUND');
});

test('W-06 swapped files of two roles with the same keys are caught by snapshot’s hashes, and noted where it has none', async (context) => {
  for (const listsDigests of [true, false]) {
    const upstream = twins(listsDigests);
    const [left, right] = [upstream.file('1.left.json'), upstream.file('1.right.json')];
    upstream.serve('1.left.json', right).serve('1.right.json', left);
    const mirrored = await mirrorOf(context, upstream);
    if (listsDigests) await mirrored.importRefused('TRUST_ROLE_MISMATCH');
    else assert.deepEqual(noteKinds(await mirrored.importNow()), ['shared-keys']);
  }
});

test('two roles with the same keys and the very same bytes are both carried, with their targets', async (context) => {
  const upstream = twins(true);
  upstream.add('left/x', 'x', 'left').add('left/x', 'x', 'right');
  upstream.author.role('right').targets.delete('right/only');
  upstream.publish('left', 'right');
  const mirrored = await mirrorOf(context, upstream);
  const { candidate } = await mirrored.importNow();
  const counts = [...candidate.content.roles.values()].map(({ role, targetCount }) => [role, targetCount]);
  assert.deepEqual(counts, [
    ['targets', 0],
    ['left', 1],
    ['right', 1],
  ]);
});

/** targets delegates to parent-a and parent-b, and each of them to release, under another key. */
function diamond(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const letter of ['a', 'b']) {
    upstream.author.delegate('targets', `parent-${letter}`, { paths: ['*'] });
    const signers = [upstream.signer(`key of ${letter}`)];
    upstream.author.delegate(`parent-${letter}`, 'release', { signers, threshold: 1, paths: ['*'] });
  }
  return upstream.add('file', 'content', 'release').publish();
}

function twins(listsDigests: boolean): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.listsDigests = listsDigests;
  const holders = { signers: [upstream.signer('twins')], threshold: 1 };
  for (const name of ['left', 'right']) upstream.author.delegate('targets', name, { ...holders, paths: ['*/*'] });
  return upstream.add('right/only', 'right', 'right').publish();
}
