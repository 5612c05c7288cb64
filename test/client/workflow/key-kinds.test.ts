/** K-05, C-04: every kind of key that upstreams have, in every role, and signatures that only look as if they fitted. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import type { Code } from '../../../src/errors.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import type { KeyId } from '../../../src/tuf/names.ts';
import { ecSigner, keyObject, rsaPem, rsaSigner, rsaSignerAs, variant } from '../../simulator/foreign-keys.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { rotating } from './rotating.ts';
import { textOf } from './unchanged.ts';

const LONGEST_SALT = 2048 / 8 - 32 - 2;
const PKCS1 = keyObject('rsa', 'rsa-pkcs1v15-sha256', rsaPem);

/** The key’s point as bare hexadecimal digits, as the first roots of Sigstore have it. */
function asHex(signer: Signer, isCompressed = false): Signer {
  const pem = String((signer.keyObject.get('keyval') as Map<string, string>).get('public'));
  const { x = '', y = '' } = createPublicKey(pem).export({ format: 'jwk' });
  const [left, right] = [x, y].map((part) => Buffer.from(part, 'base64url').toString('hex')) as [string, string];
  const parity = Number.parseInt(right.slice(-1), 16) % 2;
  const point = isCompressed ? `0${String(2 + parity)}${left}` : `04${left}${right}`;
  return variant(signer, { keyObject: put(signer.keyObject, ['keyval', 'public'], point) });
}

function pemEd25519(id: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    keyId: id as KeyId,
    keyObject: keyObject('ed25519', 'ed25519', String(publicKey.export({ type: 'spki', format: 'pem' }))),
    sign: (message) => sign(null, message, privateKey),
  };
}

const KINDS: Readonly<Record<string, () => Signer>> = {
  'P-256': () => ecSigner('p256', 'P-256'),
  'P-384 with SHA-384': () => ecSigner('p384', 'P-384'),
  'P-256 as hex': () => asHex(ecSigner('hex', 'P-256')),
  'P-384 as compressed hex': () => asHex(ecSigner('hex384', 'P-384'), true),
  'RSA-PSS with a salt of 32': () => rsaSigner('pss', 32),
  'RSA-PSS with the longest salt': () => rsaSigner('pss-long', LONGEST_SALT),
  'RSA PKCS#1': () => rsaSignerAs('pkcs1', PKCS1),
  'Ed25519 as PEM': () => pemEd25519('pem'),
};

for (const [kind, signer] of Object.entries(KINDS)) {
  test(`K-05 ${kind} signs for every role, root included`, async (context) => {
    const rotation = await rotating(context);
    const made = signer();
    for (const role of ['targets', 'snapshot', 'timestamp', 'root']) rotation.grant(role, [made]);
    rotation.upstream.author.publishRoot();
    await rotation.followed();
  });
}

const WRONG: Readonly<Record<string, readonly [Code, () => Signer]>> = {
  'P-384 with SHA-256': ['TRUST_SIGNATURES', () => ecSigner('p384', 'P-384', 'sha256')],
  'P-256 with SHA-384': ['TRUST_SIGNATURES', () => ecSigner('p256', 'P-256', 'sha384')],
  'RSA-PSS with another salt': ['TRUST_SIGNATURES', () => rsaSigner('pss', 20)],
  'RSA-PSS with no salt': ['TRUST_SIGNATURES', () => rsaSigner('pss', 0)],
  'PKCS#1 under an RSA-PSS key': ['TRUST_SIGNATURES', () => rsaSignerAs('k', rsaSigner('pss', 32).keyObject)],
  'RSA-PSS under a PKCS#1 key': ['TRUST_SIGNATURES', () => variant(rsaSigner('k', 32), { keyObject: PKCS1 })],
  'PKCS#1 under an Ed25519 key': ['TRUST_SIGNATURES', () => rsaSignerAs('k', pemEd25519('pem').keyObject)],
  'an RSA key declared as ECDSA': [
    'TRUST_KEY',
    () => rsaSignerAs('k', keyObject('ecdsa', 'ecdsa-sha2-nistp256', rsaPem)),
  ],
  'a P-256 key declared as P-384': [
    'TRUST_KEY',
    () => {
      const signer = asHex(ecSigner('k', 'P-256'));
      const hex = String((signer.keyObject.get('keyval') as Map<string, string>).get('public'));
      return variant(signer, { keyObject: keyObject('ecdsa', 'ecdsa-sha2-nistp384', hex) });
    },
  ],
};

for (const [kind, [code, signer]] of Object.entries(WRONG)) {
  test(`K-05, C-04 ${kind} is refused: what counts is what the key is listed as`, async (context) => {
    const rotation = await rotating(context);
    rotation.grant('targets', [signer()]);
    await rotation.refused(code);
  });
}

test('K-05 pinned: a threshold of all these kinds reaches through the mirror’s root, which copies them value for value', async (context) => {
  const upstream = new SimulatedUpstream();
  // Without the second and third spelling of the one RSA key, which would be one key under three ids.
  const signers = Object.values(KINDS).flatMap((signer, at) => (at === 5 || at === 6 ? [] : [signer()]));
  upstream.author.keyholders.set('targets', { signers, threshold: signers.length });
  const guarded = await guardedBy(context, upstream.add('file', 'signed by six').publish());
  const guard = guarded.guard();
  assert.equal(await textOf(guard, 'file'), 'signed by six');
  assert.match((await guard.find('file')).verdict.established[0]?.text ?? '', /6 of the 6 keys/);
});
