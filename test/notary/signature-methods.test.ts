/** Which signatures count, method by method (5.3, N-03): the table of what stock clients take, and nothing beside it. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { countNotarySigners } from '../../src/notary/signatures.ts';
import type { NotaryKey } from '../../src/notary/keys.ts';
import { ec, pemFor, rsa2048 } from './certificates.ts';
import { listedKey, pss, rawEcdsa, spkiOf } from './files.ts';

const MESSAGE = Buffer.from('what was signed');
const ed25519 = generateKeyPairSync('ed25519');
const raw = Buffer.from(String(ed25519.publicKey.export({ format: 'jwk' }).x), 'base64url');
const edKey = listedKey('ed25519', raw);
const bareAndCertified = (pair: ReturnType<typeof ec>, kind: string): NotaryKey[] => [
  listedKey(kind, spkiOf(pair.publicKey)),
  listedKey(`${kind}-x509`, Buffer.from(pemFor(pair))),
];

test('ecdsa: r and s in fixed width over SHA-256, for every curve', () => {
  for (const [curve, size] of [
    ['P-256', 64],
    ['P-384', 96],
    ['P-521', 132],
  ] as const) {
    const pair = ec(curve);
    const honest = rawEcdsa(pair, MESSAGE);
    assert.equal(honest.length, size);
    for (const key of bareAndCertified(pair, 'ecdsa')) {
      assert.ok(counts(key, 'ecdsa', honest), curve);
      assert.ok(!counts(key, 'ecdsa', rawEcdsa(pair, MESSAGE, 'sha384')));
      assert.ok(!counts(key, 'ecdsa', rawEcdsa(pair, MESSAGE, 'sha512')));
      // DER is the other dialect’s.
      assert.ok(!counts(key, 'ecdsa', sign('sha256', MESSAGE, pair.privateKey)));
      assert.ok(!counts(key, 'ecdsa', Buffer.concat([honest, Buffer.of(0)])));
      assert.ok(!counts(key, 'ecdsa', honest.subarray(1)));
    }
  }
});

test('eddsa: 64 bytes over the message', () => {
  const honest = sign(null, MESSAGE, ed25519.privateKey);
  assert.ok(counts(edKey, 'eddsa', honest));
  assert.ok(!counts(edKey, 'ed25519', honest));
  assert.ok(!counts(edKey, 'eddsa', honest.subarray(1)));
  assert.ok(!counts(edKey, 'eddsa', Buffer.alloc(64)));
});

test('rsapss: SHA-256 with a salt of exactly 32 bytes', () => {
  for (const key of bareAndCertified(rsa2048, 'rsa')) {
    assert.ok(counts(key, 'rsapss', pss(rsa2048, MESSAGE, 32)));
    for (const salt of [0, 20, 31, 33, 222])
      assert.ok(!counts(key, 'rsapss', pss(rsa2048, MESSAGE, salt)), String(salt));
    assert.ok(!counts(key, 'rsapss', pss(rsa2048, MESSAGE, 32, 'sha384')));
    assert.ok(!counts(key, 'rsapss', sign('sha256', MESSAGE, rsa2048.privateKey)));
  }
});

test('rsapkcs1v15: SHA-256', () => {
  for (const key of bareAndCertified(rsa2048, 'rsa')) {
    assert.ok(counts(key, 'rsapkcs1v15', sign('sha256', MESSAGE, rsa2048.privateKey)));
    assert.ok(!counts(key, 'rsapkcs1v15', sign('sha1', MESSAGE, rsa2048.privateKey)));
    assert.ok(!counts(key, 'rsapkcs1v15', pss(rsa2048, MESSAGE, 32)));
  }
});

test('K-05 a key has the methods of its kind and no other', () => {
  const pair = ec();
  const made: readonly (readonly [NotaryKey, Uint8Array, readonly string[]])[] = [
    [listedKey('ecdsa', spkiOf(pair.publicKey)), rawEcdsa(pair, MESSAGE), ['ecdsa']],
    [edKey, sign(null, MESSAGE, ed25519.privateKey), ['eddsa']],
    [listedKey('rsa', spkiOf(rsa2048.publicKey)), pss(rsa2048, MESSAGE, 32), ['rsapss']],
  ];
  const named = ['ecdsa', 'eddsa', 'rsapss', 'rsapkcs1v15', 'pycrypto-pkcs#1 pss', '', 'constructor'];
  for (const [key, signature, own] of made) {
    assert.deepEqual(
      named.filter((method) => counts(key, method, signature)),
      own,
    );
  }
});

test('names of methods are read in any case, and of ASCII only', () => {
  const honest = sign(null, MESSAGE, ed25519.privateKey);
  assert.ok(counts(edKey, 'EdDSA', honest));
  assert.ok(!counts(edKey, 'eddsa ', honest));
  const plain = sign('sha256', MESSAGE, rsa2048.privateKey);
  const key = listedKey('rsa', spkiOf(rsa2048.publicKey));
  assert.ok(counts(key, 'RSAPKCS1v15', plain));
  assert.ok(!counts(key, 'rsap\u212acs1v15', plain));
});

function counts(key: NotaryKey, method: string, bytes: Uint8Array): boolean {
  const signatures = [{ keyId: key.id, method, bytes }];
  const answer = countNotarySigners({ keys: [key], threshold: 1 }, MESSAGE, signatures) === 1;
  assert.equal(countNotarySigners({ keys: [key], threshold: 1 }, Buffer.from('another'), signatures), 0);
  return answer;
}
