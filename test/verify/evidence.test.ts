/**
 * What a refusal leaves behind (W-07): the files that show it to others, verified ones told apart from those that nobody
 * stands behind, and the very file that was refused even where several were read at once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const SIBLINGS = ['a', 'b', 'c', 'd', 'e', 'f'];

for (const bad of ['a', 'c', 'f']) {
  test(`of six roles that are read at once, the one that is refused (${bad}) is kept, and no other`, async (context) => {
    const upstream = withSiblings();
    const mirrored = await mirrorOf(context, upstream);
    upstream.signWith(bad, upstream.signer('stranger')).publish(bad);
    await mirrored.importRefused('TRUST_SIGNATURES');
    assert.deepEqual(kept(mirrored), [
      'evidence root',
      'evidence timestamp',
      'evidence snapshot',
      'evidence targets',
      `refused ${bad}`,
    ]);
    assert.ok(holds(mirrored, upstream.file(`2.${bad}.json`)));
  });
}

test('a root that was refused is kept, and so is the chain before it', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  upstream.author.keyholders.set('root', { signers: [upstream.signer('thief')], threshold: 1 });
  upstream.signWith('root', upstream.signer('thief')).author.publishRoot();
  await mirrored.importRefused('TRUST_SIGNATURES');
  assert.ok(holds(mirrored, upstream.file('2.root.json')));
  assert.ok(kept(mirrored).includes('refused root'));
});

test('bytes that are no metadata at all are kept as they came, without a version or a signed digest', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  upstream.serve('timestamp.json', '<html>proxy error</html>');
  await mirrored.importRefused('TRUST_JSON');
  const refused = mirrored.evidence.find((row) => row['kind'] === 'refused');
  assert.deepEqual([refused?.['role'], refused?.['version'], refused?.['signed_sha256']], ['timestamp', null, null]);
  assert.ok(holds(mirrored, Buffer.from('<html>proxy error</html>')));
});

test('what a policy refuses is verified: its signed digest is on record', async (context) => {
  const upstream = withSiblings();
  const mirrored = await mirrorOf(context, upstream);
  await mirrored.importNow();
  upstream.targets.version += 5000;
  upstream.publish('targets');
  await mirrored.importRefused('POLICY_VERSION_JUMP');
  const targets = mirrored.evidence.find((row) => row['role'] === 'targets');
  assert.deepEqual([targets?.['kind'], targets?.['version']], ['evidence', 5002]);
});

test('a source that cannot be reached leaves a record and no evidence', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  upstream.drop('timestamp.json');
  const refusal = await mirrored.importRefused('SOURCE_NOT_FOUND');
  assert.deepEqual(kept(mirrored), ['evidence root']);
  const { outcome, code, what, source } = mirrored.lastImport;
  assert.deepEqual([outcome, code, what, source], ['refused', 'SOURCE_NOT_FOUND', refusal.what, upstream.description]);
  assert.ok(upstream.isClosed);
});

function withSiblings(): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const name of SIBLINGS) upstream.author.delegate('targets', name, { paths: [`${name}/*`] });
  return upstream.publish();
}

function kept({ evidence }: MirroredRepository): string[] {
  return evidence.map((row) => `${String(row['kind'])} ${String(row['role'])}`);
}

/** The record still has these bytes. */
function holds({ mirror }: MirroredRepository, bytes: Uint8Array): boolean {
  return mirror.reader.bytes(sha256(bytes)).equals(bytes);
}
