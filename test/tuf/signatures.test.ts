/**
 * Which signatures count (C-01, C-03, C-04, C-05, W-08): one rule per kind of key, for honest ones and for each of those on
 * which verifiers are known to differ.
 */
import assert from 'node:assert/strict';
import { constants, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import * as ed from '@noble/ed25519';
import { signEd25519, publicKeyOf, verifyEd25519 } from '../../src/tuf/ed25519.ts';
import { decodeBase64, decodeHex } from '../../src/tuf/encoding.ts';
import { openEnvelope } from '../../src/tuf/envelope.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import { type Key, decodeKey } from '../../src/tuf/keys.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import type { KeyId } from '../../src/tuf/names.ts';
import { seedNamed } from '../simulator/keys.ts';
import { refused } from '../simulator/refused.ts';
import { negated } from './ecdsa-signature.ts';
import { GROUP_ORDER, NON_CANONICAL, SMALL_ORDER, bytesOf, littleEndian, withLargeS } from './ed25519-points.ts';
import { pairNamed, pemOf, rsa2048 } from './key-spellings.ts';

const MESSAGE = Buffer.from('what was signed');
const OTHER = Buffer.from('what was not');
const seed = seedNamed('signatures');
const publicKey = publicKeyOf(seed);

test('honest Ed25519 signatures count here as they do in the runtime', () => {
  const { publicKey: theirs, privateKey } = pairNamed('ed25519');
  const raw = Buffer.from(String(theirs.export({ format: 'jwk' }).x), 'base64url');
  assert.ok(verifyEd25519(raw, MESSAGE, sign(null, MESSAGE, privateKey)));
  assert.ok(!verifyEd25519(raw, OTHER, sign(null, MESSAGE, privateKey)));
  assert.ok(verify(null, MESSAGE, edKey(publicKey), signEd25519(seed, MESSAGE)));
});

test('C-01 an Ed25519 signature with S + L, or with S = L, counts for nothing', () => {
  const honest = signEd25519(seed, MESSAGE);
  assert.ok(verifyEd25519(publicKey, MESSAGE, honest));
  assert.ok(!verifyEd25519(publicKey, MESSAGE, withLargeS(honest)));
  assert.ok(!verifyEd25519(publicKey, MESSAGE, Buffer.concat([honest.subarray(0, 32), bytesOf(GROUP_ORDER)])));
});

test('C-01 an R that is not canonical, or of small order, counts for nothing', () => {
  const { s } = withSmallOrderR(`01${'00'.repeat(31)}`);
  // So that the test means something: the signature equation holds for this R, and the permissive rules accept it.
  const identity = Buffer.concat([Buffer.from(SMALL_ORDER[0] ?? '', 'hex'), bytesOf(s)]);
  assert.ok(ed.verify(identity, MESSAGE, publicKey, { zip215: true }));
  for (const r of NON_CANONICAL) {
    const forged = Buffer.concat([Buffer.from(r, 'hex'), bytesOf(withSmallOrderR(r).s)]);
    assert.ok(!verifyEd25519(publicKey, MESSAGE, forged), r);
  }
});

test('C-02 no signature verifies under a small-order key, whatever the runtime thinks of it', () => {
  for (const key of [...SMALL_ORDER, ...NON_CANONICAL]) {
    for (const r of SMALL_ORDER) {
      const signature = Buffer.concat([Buffer.from(r, 'hex'), bytesOf(0n)]);
      assert.ok(!verifyEd25519(Buffer.from(key, 'hex'), MESSAGE, signature));
    }
  }
});

test('C-06 an Ed25519 signature or key of a wrong length is a “no” and not a crash', () => {
  const honest = signEd25519(seed, MESSAGE);
  for (const length of [0, 1, 32, 63]) assert.ok(!verifyEd25519(publicKey, MESSAGE, honest.subarray(0, length)));
  assert.ok(!verifyEd25519(publicKey, MESSAGE, Buffer.concat([honest, Buffer.alloc(1)])));
  for (const length of [0, 31, 33, 64]) assert.ok(!verifyEd25519(Buffer.alloc(length, 1), MESSAGE, honest));
});

test('C-03 an ECDSA signature counts with s and with n − s, so signatures are no identity of content', () => {
  const key = ecKey('P-256');
  const honest = sign('sha256', MESSAGE, pairNamed('P-256').privateKey);
  assert.ok(key.verify(MESSAGE, honest));
  assert.ok(key.verify(MESSAGE, negated(honest)));
  assert.notDeepEqual(negated(honest), honest);
});

test('C-03 an ECDSA signature that is not strict DER counts for nothing', () => {
  const honest = sign('sha256', MESSAGE, pairNamed('P-256').privateKey);
  const body = honest.subarray(2);
  const loose = [
    Buffer.concat([honest, Buffer.of(0)]),
    Buffer.concat([Buffer.of(0x30, 0x81, body.length), body]),
    Buffer.concat([Buffer.of(0x30, body.length + 1, 0x02, (body[1] ?? 0) + 1, 0x00), body.subarray(2)]),
    Buffer.alloc(0),
    honest.subarray(0, -1),
    sign('sha256', MESSAGE, { key: pairNamed('P-256').privateKey, dsaEncoding: 'ieee-p1363' }),
  ];
  for (const signature of loose) assert.ok(!ecKey('P-256').verify(MESSAGE, signature));
});

test('C-04 P-256 signs SHA-256 and P-384 signs SHA-384; the other digest counts for nothing', () => {
  for (const [curve, digest, other] of [
    ['P-256', 'sha256', 'sha384'],
    ['P-384', 'sha384', 'sha256'],
  ] as const) {
    const { privateKey } = pairNamed(curve);
    assert.ok(ecKey(curve).verify(MESSAGE, sign(digest, MESSAGE, privateKey)));
    assert.ok(!ecKey(curve).verify(MESSAGE, sign(other, MESSAGE, privateKey)));
    assert.ok(!ecKey(curve).verify(MESSAGE, sign('sha512', MESSAGE, privateKey)));
  }
});

test('C-04 RSA-PSS counts with a salt as long as the digest or as fits, and with no other', () => {
  const key = decode('rsa rsassa-pss-sha256', pemOf(rsa2048.publicKey));
  const signed = (saltLength: number, digest = 'sha256'): Buffer =>
    sign(digest, MESSAGE, { key: rsa2048.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  for (const salt of [32, 222, constants.RSA_PSS_SALTLEN_MAX_SIGN]) assert.ok(key.verify(MESSAGE, signed(salt)));
  for (const salt of [0, 1, 20, 31, 33, 64, 221]) assert.ok(!key.verify(MESSAGE, signed(salt)), String(salt));
  assert.ok(!key.verify(MESSAGE, signed(32, 'sha1')));
  assert.ok(!key.verify(MESSAGE, signed(48, 'sha384')));
});

test('K-05 an RSA signature counts only with the padding that the key’s scheme names', () => {
  const [pss, pkcs1] = ['rsa rsassa-pss-sha256', 'rsa rsa-pkcs1v15-sha256'].map((declared) =>
    decode(declared, pemOf(rsa2048.publicKey)),
  ) as [Key, Key];
  const plain = sign('sha256', MESSAGE, rsa2048.privateKey);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const salted = sign('sha256', MESSAGE, { key: rsa2048.privateKey, padding, saltLength: 32 });
  assert.deepEqual([pkcs1.verify(MESSAGE, plain), pkcs1.verify(MESSAGE, salted)], [true, false]);
  assert.deepEqual([pss.verify(MESSAGE, salted), pss.verify(MESSAGE, plain)], [true, false]);
  assert.ok(!pkcs1.verify(MESSAGE, sign('sha1', MESSAGE, rsa2048.privateKey)));
});

test('C-05 hex and base64 are decoded whole or not at all', () => {
  for (const text of ['0', 'abc', '0g', 'ab ', ' ab', 'abzz-junk', '0xab', 'é1', 'ab\n', 'ａｂ']) {
    assert.equal(decodeHex(text), undefined, JSON.stringify(text));
  }
  assert.deepEqual(decodeHex('AbCd'), Buffer.from([0xab, 0xcd]));
  for (const text of ['YQ', 'YQ=', 'YR==', 'Y Q==', 'YQ==\n', 'YQ==x', '-_==', 'YQ===', '!!!!']) {
    assert.equal(decodeBase64(text), undefined, JSON.stringify(text));
  }
  assert.deepEqual(decodeBase64('YQ=='), Buffer.from('a'));
});

test('C-05, W-08 a signature with junk behind it, an empty one or a huge one has no bytes and never counts', () => {
  const honest = Buffer.from(signEd25519(seed, MESSAGE)).toString('hex');
  const texts = [
    honest,
    honest.toUpperCase(),
    `${honest}zz-junk`,
    `${honest}0`,
    `${honest} `,
    '',
    'ab'.repeat(500_000),
  ];
  const entries = texts.map((sig, at) => `{"keyid":"${String(at)}","sig":"${sig}"}`).join();
  const { signatures } = openEnvelope(Buffer.from(`{"signatures":[${entries}],"signed":{}}`), 'file', DEFAULT_LIMITS);
  assert.deepEqual(
    signatures.map(({ bytes }) => bytes?.length),
    [64, 64, ...new Array<undefined>(5)],
  );
});

test('R-02 more signatures than the limit are refused before any of them is looked at', () => {
  const entries = Array.from({ length: 65 }, (_, at) => `{"keyid":"${String(at)}","sig":""}`).join();
  const file = Buffer.from(`{"signatures":[${entries}],"signed":{}}`);
  refused('TRUST_LIMIT', () => openEnvelope(file, 'file', DEFAULT_LIMITS));
});

/** S for which the equation holds with this R, were R decoded permissively: possible because R adds nothing (order ≤ 8). */
function withSmallOrderR(r: string): { s: bigint } {
  const { scalar } = ed.utils.getExtendedPublicKey(seed);
  const hash = ed.hashes.sha512?.(Buffer.concat([Buffer.from(r, 'hex'), publicKey, MESSAGE])) ?? new Uint8Array();
  return { s: ((littleEndian(hash) % GROUP_ORDER) * scalar) % GROUP_ORDER };
}

function ecKey(curve: 'P-256' | 'P-384'): Key {
  const scheme = curve === 'P-256' ? 'ecdsa-sha2-nistp256' : 'ecdsa-sha2-nistp384';
  return decode(`ecdsa ${scheme}`, pemOf(pairNamed(curve).publicKey));
}

function edKey(raw: Uint8Array): { key: { kty: string; crv: string; x: string }; format: 'jwk' } {
  return { key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') }, format: 'jwk' };
}

function decode(declared: string, text: string): Key {
  const [keytype = '', scheme = ''] = declared.split(' ');
  return decodeKey('id' as KeyId, keytype, scheme, text, jsonObject({}));
}
