/**
 * What a listed key really is (K-02, K-05, C-02, C-06): one key however it is spelled, declared kind and material that
 * agree, nothing weak, and never a crash.
 */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type Key, decodeKey } from '../../src/tuf/keys.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import type { KeyId } from '../../src/tuf/names.ts';
import { refused } from '../simulator/refused.ts';
import { SMALL_ORDER, NON_CANONICAL } from './ed25519-points.ts';
import { PAIRS, SPELLINGS, foreignPem, pairNamed, pemOf, pointOf, rawEd25519, rsa2048 } from './key-spellings.ts';

/** The closed table: what a declared (keytype, scheme) must really be. */
const REALLY: Readonly<Record<string, string>> = {
  'ed25519 ed25519': 'ed25519',
  'ecdsa ecdsa-sha2-nistp256': 'P-256',
  'ecdsa-sha2-nistp256 ecdsa-sha2-nistp256': 'P-256',
  'ecdsa ecdsa-sha2-nistp384': 'P-384',
  'ecdsa-sha2-nistp384 ecdsa-sha2-nistp384': 'P-384',
  'rsa rsassa-pss-sha256': 'rsa',
  'rsa rsa-pkcs1v15-sha256': 'rsa',
};

test('K-02 every spelling of one key has one fingerprint, and another key has another', () => {
  for (const [declared, actual] of Object.entries(REALLY)) {
    const { publicKey } = pairNamed(actual);
    const fingerprints = SPELLINGS[declared]?.(publicKey).map((text) => decode(declared, text).fingerprint) ?? [];
    assert.ok(fingerprints.length >= 2, declared);
    assert.equal(new Set(fingerprints).size, 1, declared);
  }
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const fingerprint = (pem: string): string => decode('ecdsa ecdsa-sha2-nistp256', pem).fingerprint;
  assert.notEqual(fingerprint(pemOf(other)), fingerprint(pemOf(pairNamed('P-256').publicKey)));
});

test('K-02 one ECDSA key is one key under both of its keytypes, one RSA key under both of its schemes', () => {
  const fingerprint = (declared: string, pem: string): string => decode(declared, pem).fingerprint;
  const p256 = pemOf(pairNamed('P-256').publicKey);
  assert.equal(
    fingerprint('ecdsa ecdsa-sha2-nistp256', p256),
    fingerprint('ecdsa-sha2-nistp256 ecdsa-sha2-nistp256', p256),
  );
  const rsa = pemOf(rsa2048.publicKey);
  assert.equal(fingerprint('rsa rsassa-pss-sha256', rsa), fingerprint('rsa rsa-pkcs1v15-sha256', rsa));
});

for (const [declared, accepted] of Object.entries(REALLY)) {
  test(`K-05 a key declared (${declared.replace(' ', ', ')}) must be ${accepted} and nothing else`, () => {
    for (const [actual, { publicKey }] of Object.entries(PAIRS)) {
      const spellings = [
        pemOf(publicKey),
        ...(/^P-(256|384|521)$/.test(actual) ? [pointOf(publicKey, 'uncompressed')] : []),
      ];
      for (const text of spellings) {
        if (actual === accepted && !(declared.startsWith('rsa') && !text.startsWith('-'))) decode(declared, text);
        else refused('TRUST_KEY', () => decode(declared, text));
      }
    }
    refused('TRUST_KEY', () => decode(declared, accepted === 'ed25519' ? 'zz'.repeat(32) : 'aa'.repeat(32)));
  });
}

test('K-05 certificates, private keys and PEM with anything around it are no public keys', () => {
  for (const [declared, actual] of Object.entries(REALLY)) {
    for (const [what, pem] of Object.entries(foreignPem(pairNamed(actual)))) {
      assert.doesNotMatch(refused('TRUST_KEY', () => decode(declared, pem)).what, /BEGIN/, what);
    }
  }
  // So that the test means something: the runtime does take them.
  assert.equal(createPublicKey(foreignPem(rsa2048)['a certificate'] ?? '').asymmetricKeyType, 'ec');
});

test('a pair of keytype and scheme outside the table is kept, and nothing that it signs counts', () => {
  for (const [keytype, scheme] of [
    ['ed25519', 'ed25519ph'],
    ['ecdsa', 'ed25519'],
    ['rsa', 'ecdsa-sha2-nistp256'],
    ['ed448', 'ed448'],
    ['constructor', '__proto__'],
    ['', ''],
  ] as const) {
    const key = decodeKey('id' as KeyId, keytype, scheme, 'anything', jsonObject({ keytype, scheme }));
    assert.equal(key.isSupported, false);
    assert.equal(key.verify(Buffer.from('x'), Buffer.alloc(64)), false);
  }
});

test('C-02 small-order and non-canonical Ed25519 points are no keys, in hex and in PEM', () => {
  for (const hex of [...SMALL_ORDER, ...NON_CANONICAL]) {
    assert.match(refused('TRUST_KEY', () => decode('ed25519 ed25519', hex)).what, /weak or non-canonical/);
    const x = Buffer.from(hex, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    refused('TRUST_KEY', () => decode('ed25519 ed25519', pemOf(key)));
  }
});

test('C-06 keys of a wrong length, off the curve or badly written are refused and never crash', () => {
  const p256 = pointOf(pairNamed('P-256').publicKey, 'uncompressed');
  const hex = rawEd25519(pairNamed('ed25519').publicKey).toString('hex');
  for (const text of ['', hex.slice(1), hex.slice(2), `${hex}00`, `${hex} `, ` ${hex}`, `0x${hex}`, 'é'.repeat(32)]) {
    refused('TRUST_KEY', () => decode('ed25519 ed25519', text));
  }
  for (const text of ['', '04', p256.slice(2), `${p256}00`, `05${p256.slice(2)}`, `04${'11'.repeat(64)}`, '00']) {
    refused('TRUST_KEY', () => decode('ecdsa ecdsa-sha2-nistp256', text));
  }
});

test('RSA keys below 2048 bits, or with an exponent under which anybody can sign, are weak', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  assert.match(refused('TRUST_KEY', () => decode('rsa rsassa-pss-sha256', pemOf(short))).what, /1024 bits/);
  const { n } = rsa2048.publicKey.export({ format: 'jwk' });
  for (const e of ['AQ', 'Ag', 'AA', 'AQAC']) {
    const key = createPublicKey({ key: { kty: 'RSA', n: String(n), e }, format: 'jwk' });
    assert.match(refused('TRUST_KEY', () => decode('rsa rsa-pkcs1v15-sha256', pemOf(key))).what, /exponent/);
  }
});

function decode(declared: string, text: string): Key {
  const [keytype = '', scheme = ''] = declared.split(' ');
  return decodeKey('id' as KeyId, keytype, scheme, text, jsonObject({}));
}
