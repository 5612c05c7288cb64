/** Timestamp, snapshot and targets of different states (W-03, W-11): mixed by a race or by somebody, refused either way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorOf } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('W-11 an older timestamp over newer files, as in the middle of a publication, is refused', async (context) => {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false }).publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.serve('timestamp.json', upstream.file('timestamp.json')).publish('targets');
  assert.equal((await mirrored.importRefused('TRUST_TORN')).details['role'], 'snapshot');
  upstream.restore();
  await mirrored.importNow();
});

test('W-11 newer targets under an older snapshot are refused', async (context) => {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false }).publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  for (const name of ['timestamp.json', 'snapshot.json']) upstream.serve(name, upstream.file(name));
  upstream.publish('targets');
  assert.equal((await mirrored.importRefused('TRUST_TORN')).details['role'], 'targets');
});

test('W-11 without hashes the versions alone tell a mixed state', async (context) => {
  const upstream = new SimulatedUpstream({ consistentSnapshot: false });
  upstream.author.listsDigests = false;
  upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
  const mirrored = await mirrorOf(context, upstream.publish());
  await mirrored.importNow();
  const old = ['timestamp.json', 'snapshot.json', 'delegated.json'].map((name) => [name, upstream.file(name)] as const);
  upstream.publish('targets', 'delegated');
  for (const [index, code] of (['TRUST_TORN', 'TRUST_TORN', 'TRUST_ROLE_MISMATCH'] as const).entries()) {
    const [name, bytes] = old[index] ?? ['', new Uint8Array()];
    upstream.restore().serve(name, bytes);
    await mirrored.importRefused(code);
  }
  upstream.restore();
  await mirrored.importNow();
});

test('W-03 a file that is not the listed one is refused before it is read, however it would break a reader', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
  const mirrored = await mirrorOf(context, upstream.publish());
  for (const [name, code] of [
    ['1.snapshot.json', 'TRUST_TORN'],
    ['1.targets.json', 'TRUST_TORN'],
    ['1.delegated.json', 'TRUST_ROLE_MISMATCH'],
  ] as const) {
    upstream.restore().serve(name, '['.repeat(upstream.file(name).length));
    await mirrored.importRefused(code);
    upstream.serve(name, '['.repeat(30_000));
    await mirrored.importRefused(code);
    // Kept as evidence when it is a little too long, not even read when it is much too long.
    upstream.serve(name, '['.repeat(100_000));
    await mirrored.importRefused('SOURCE_TOO_LARGE');
  }
  upstream.restore();
  await mirrored.importNow();
});
