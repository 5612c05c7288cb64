/** Keys of kinds that nobody can verify: they may be listed, and count for nothing (Sigstore has had them). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signer } from '../../../src/sign/signer.ts';
import { jsonObject } from '../../../src/tuf/json.ts';
import type { KeyId } from '../../../src/tuf/names.ts';
import { keyObject } from '../../simulator/foreign-keys.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { rotating } from './rotating.ts';
import { textOf } from './unchanged.ts';

const IDENTITY = jsonObject({
  keytype: 'sigstore-oidc',
  keyval: jsonObject({ identity: 'robot@example.org', issuer: 'https://issuer.example.org' }),
  scheme: 'Fulcio',
});
const UNKNOWN = [IDENTITY, keyObject('ed448', 'ed448', 'ab'), keyObject('rsa', 'rsassa-pss-sha512', 'ab')];

const unsupported = UNKNOWN.map((object, at): Signer => {
  return { keyId: `unsupported ${String(at)}` as KeyId, keyObject: object, sign: () => new Uint8Array(64) };
});

test('a key of an unknown kind that no role uses is passed over', async (context) => {
  const rotation = await rotating(context);
  rotation.upstream.alter('root', (signed) => {
    for (const { keyId, keyObject: object } of unsupported) put(signed, ['keys', keyId], object);
  });
  rotation.grant('targets', [rotation.upstream.signer('another')]);
  await rotation.followed();
});

test('in a role whose threshold the other keys reach, it changes nothing', async (context) => {
  const rotation = await rotating(context);
  const known = [rotation.upstream.signer('one'), rotation.upstream.signer('two')];
  rotation.grant('targets', [...unsupported, ...known], 2);
  await rotation.followed();
});

test('K-06 where it would be needed to reach the threshold, what it signs counts for nothing', async (context) => {
  for (const role of ['targets', 'snapshot', 'timestamp']) {
    const rotation = await rotating(context);
    rotation.grant(role, [rotation.upstream.signer('one'), ...unsupported], 2);
    const refusal = await rotation.refused('TRUST_SIGNATURES');
    assert.equal(refusal.details['signers'], 1);
  }
});

test('K-05 a known kind with a scheme of another kind is an unknown kind, whatever its material', async (context) => {
  const rotation = await rotating(context);
  const signer = rotation.upstream.signer('one');
  const text = (signer.keyObject.get('keyval') as Map<string, string>).get('public') ?? '';
  for (const [keytype, scheme] of [
    ['ed25519', 'ecdsa-sha2-nistp256'],
    ['rsa', 'ed25519'],
    ['Ed25519', 'ed25519'],
  ] as const) {
    rotation.grant('targets', [{ ...bound(signer), keyObject: keyObject(keytype, scheme, text) }]);
    await rotation.refused('TRUST_SIGNATURES');
  }
});

function bound(signer: Signer): Signer {
  return { keyId: signer.keyId, keyObject: signer.keyObject, sign: (message) => signer.sign(message) };
}

test('pinned: the mirror copies keys of unknown kinds with the others, and the guard finds the same role', async (context) => {
  const upstream = new SimulatedUpstream();
  const signers = [...unsupported, upstream.signer('one')];
  upstream.author.keyholders.set('targets', { signers, threshold: 1 });
  const guarded = await guardedBy(context, upstream.add('file', 'content').publish());
  assert.equal(await textOf(guarded.guard(), 'file'), 'content');
});
