/** K-02, K-04: key ids are opaque labels, scoped to the file that lists them; keys are counted by their material. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { variant } from '../../simulator/foreign-keys.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { decide } from '../../simulator/mirrored.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { rotating } from './rotating.ts';
import { searchUnchanged, textOf } from './unchanged.ts';

const OPAQUE = ['1', 'constructor', '__proto__', 'A'.repeat(64), 'kœy id', '0'.repeat(63)];

test('K-04 a key id that is not the digest of its key is accepted: it is a label and nothing else', async (context) => {
  const rotation = await rotating(context);
  const { upstream } = rotation;
  for (const [at, id] of OPAQUE.entries()) {
    rotation.grant('targets', [variant(upstream.signer(`targets ${String(at)}`), { id })]);
  }
  rotation.grant('timestamp', [variant(upstream.signer('timestamp'), { id: upstream.signer('other').keyId })]);
  await rotation.followed();
});

test('K-04 pinned: such a key id goes through the mirror’s root unchanged', async (context) => {
  const upstream = new SimulatedUpstream();
  const signer = variant(upstream.signer('targets'), { id: 'opaque' });
  upstream.author.keyholders.set('targets', { signers: [signer], threshold: 1 });
  const guarded = await guardedBy(context, upstream.add('file', 'content').publish());
  assert.equal(await textOf(guarded.guard(), 'file'), 'content');
});

test('K-04 one id for different keys in different files: each counts where it is listed only', async (context) => {
  const upstream = new SimulatedUpstream();
  const { author } = upstream;
  const [left, right] = ['left', 'right'].map((name) => variant(upstream.signer(name), { id: 'shared' }));
  assert.ok(left && right);
  author.delegate('targets', 'left', { paths: ['left/*', 'left/right/*'], signers: [left] });
  author.delegate('left', 'right', { paths: ['left/right/*'], signers: [right] });
  upstream.add('left/file', 'left', 'left').add('left/right/file', 'right', 'right').publish();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  assert.equal(await textOf(guard, 'left/file'), 'left');
  assert.equal(await textOf(guard, 'left/right/file'), 'right');
  upstream.signWith('right', left).publish('right');
  await guard.refresh();
  await searchUnchanged('TRUST_SIGNATURES', store, guard, 'left/right/file');
});

test('K-02 one key under two ids is one key: it reaches no threshold of two, however often it signs', async (context) => {
  const rotation = await rotating(context);
  const { upstream } = rotation;
  const [one, other] = [upstream.signer('one'), upstream.signer('other')];
  const twin = variant(one, { id: 'twin' });
  upstream.signWith('targets', one, twin);
  rotation.grant('targets', [one, twin, other], 2);
  const refusal = await rotation.refused('TRUST_SIGNATURES');
  assert.equal(refusal.details['signers'], 1);
  upstream.signWith('targets', twin, other).publish('targets');
  await rotation.followed();
});

test('K-02, K-03 a threshold that the different keys of a role cannot reach locks it: nobody speaks for it', async (context) => {
  const rotation = await rotating(context);
  const one = rotation.upstream.signer('one');
  rotation.grant('targets', [one, variant(one, { id: 'twin' })], 2);
  await rotation.refused('TRUST_THRESHOLD_VALUE');
  rotation.grant('targets', [one, rotation.upstream.signer('other')], 2);
  await rotation.followed();
});

test('K-02 a delegated role with one key under two ids: the same count, in the same function', async (context) => {
  const upstream = new SimulatedUpstream();
  const [one, other] = [upstream.signer('one'), upstream.signer('other')];
  const twin = variant(one, { id: 'twin' });
  upstream.author.delegate('targets', 'role', { paths: ['*'], signers: [one, twin, other], threshold: 2 });
  const copy = await copyOf(context, upstream.add('file', 'content', 'role').publish());
  const store = memoryStore();
  const guard = copy.guard({ store });
  assert.equal(await textOf(guard, 'file'), 'content');
  upstream.signWith('role', one, twin).publish('role');
  await guard.refresh();
  await searchUnchanged('TRUST_SIGNATURES', store, guard, 'file');
});

test('K-02 pinned: keys that the operator accepted twice are still counted once by the guard', async (context) => {
  const upstream = new SimulatedUpstream();
  const [one, other] = [upstream.signer('one'), upstream.signer('other')];
  const signers = [one, variant(one, { id: 'twin' }), other];
  upstream.author.keyholders.set('targets', { signers, threshold: 2 });
  upstream.add('file', 'content').publish();
  const guarded = await guardedBy(context, upstream, { decisions: [decide('accept-duplicate-keys', 'targets')] });
  const guard = guarded.guard();
  assert.equal(await textOf(guard, 'file'), 'content');
  assert.match((await guard.find('file')).verdict.established[0]?.text ?? '', /signed by 2 of the 2 keys/);
});
