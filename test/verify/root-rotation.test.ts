/**
 * Upstream’s root chain (W-01, K-04): followed without a gap from the enrolled root, verified whole at every import, and
 * mirrored into the mirror’s own root when the targets role changes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyId } from '../../src/tuf/names.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { parseRoot } from '../../src/tuf/metadata.ts';
import { TARGETS } from '../../src/tuf/names.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { noteKinds } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

test('W-01 several new roots are followed one by one, every version is kept, and the next import begins there', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  for (let version = 2; version <= 4; version++) rotateRootKey(upstream, version);
  upstream.publish();
  const { candidate } = await mirrored.importNow();
  assert.deepEqual(
    candidate.content.roots.map(({ version }) => version),
    [1, 2, 3, 4],
  );
  upstream.drop('2.root.json').drop('3.root.json').publish();
  await mirrored.importNow();
  assert.equal(mirrored.lastImport.asOf?.rootVersion, 4);
});

test('W-01 an intermediate root may have expired, its successor is signed by its keys all the same', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  upstream.author.lifetimes.root = -200;
  rotateRootKey(upstream, 2);
  upstream.author.lifetimes.root = 365;
  rotateRootKey(upstream, 3);
  upstream.publish();
  await mirrored.importNow();
});

test('W-01 a gap in the chain is refused, not taken for the end', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  rotateRootKey(upstream, 2);
  rotateRootKey(upstream, 3);
  upstream.publish();
  upstream.drop('2.root.json').serve('root.json', upstream.file('3.root.json'));
  assert.match((await mirrored.importRefused('TRUST_ROOT_CHAIN')).what, /version 3, but not version 2/);
  upstream.restore();
  await mirrored.importNow();
});

test('W-01 an older root in the place of the next, or one that only one side signed, is refused', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.serve('2.root.json', upstream.firstRoot);
  await mirrored.importRefused('TRUST_ROOT_CHAIN');
  upstream.restore();
  const thief = upstream.signer('thief');
  upstream.author.keyholders.set('root', { signers: [thief], threshold: 1 });
  upstream.signWith('root', thief).author.publishRoot();
  await mirrored.importRefused('TRUST_SIGNATURES');
  upstream.author.root.version = 1;
  upstream.signWith('root', upstream.signer('root')).author.publishRoot();
  await mirrored.importRefused('TRUST_SIGNATURES');
});

test('W-01 an altered copy of the root that is trusted already is refused as well', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  const altered = Buffer.from(upstream.firstRoot).toString('utf8').replace('"threshold":1', '"threshold":2');
  upstream.serve('1.root.json', altered);
  await mirrored.importRefused('TRUST_THRESHOLD_VALUE');
  upstream.serve('1.root.json', Buffer.from(upstream.firstRoot).toString('utf8').replace('1.0.34', '1.0.33'));
  await mirrored.importRefused('TRUST_SIGNATURES');
});

const MANY = process.env['SLOW'] === '1' ? 256 : 32;

test(`W-01 ${String(MANY)} rotations are followed, more than the limit are not`, async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream, { limits: { rootRotations: MANY } });
  for (let more = 1; more <= MANY; more++) rotateRootKey(upstream, 1 + more);
  upstream.publish();
  await mirrored.importNow();
  for (let more = 1; more <= MANY + 1; more++) rotateRootKey(upstream, 1 + MANY + more);
  upstream.publish();
  await mirrored.importRefused('TRUST_LIMIT');
});

test('new targets keys, a new threshold or new ids of the same keys change the mirror’s root in the same generation', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  const first = await mirrored.importNow();
  assert.equal(first.current.rootVersion, 1);
  const [one, two] = [upstream.signer('targets one'), upstream.signer('targets two')];
  const renamed = { keyId: 'opaque-id' as KeyId, keyObject: two.keyObject, sign: two.sign.bind(two) };
  const steps = [
    { signers: [one, two], threshold: 1 },
    { signers: [one, two], threshold: 2 },
    { signers: [one, renamed], threshold: 2 },
  ];
  for (const [index, holders] of steps.entries()) {
    upstream.author.keyholders.set('targets', holders);
    upstream.author.publishRoot();
    upstream.publish('targets');
    const { current } = await mirrored.importNow();
    assert.equal(current.rootVersion, index + 2);
    const root = parseRoot(
      mirrored.published().get(`${String(index + 2)}.root.json`) ?? new Uint8Array(),
      'root',
      DEFAULT_LIMITS,
    );
    const ids = root.payload.roles.get(TARGETS)?.keys.map((key) => key.id);
    assert.deepEqual(
      ids,
      holders.signers.map((signer) => signer.keyId),
    );
  }
});

test('a root that changes no targets key leaves the mirror’s root alone', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  rotateRootKey(upstream, 2);
  upstream.publish();
  const { current, candidate } = await mirrored.importNow();
  assert.equal(current.rootVersion, 1);
  assert.deepEqual(noteKinds({ candidate }), []);
});

function rotateRootKey(upstream: SimulatedUpstream, version: number): void {
  upstream.author.keyholders.set('root', { signers: [upstream.signer(`root ${String(version)}`)], threshold: 1 });
  upstream.author.publishRoot();
}
