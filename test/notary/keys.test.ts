/**
 * What a listed key really is (4, 5.2, N-02): the id must be the key’s, the kind must fit, nothing weak; and one key is one
 * key in however many certificates.
 */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { keyIdOf, keyObjectOf, readKey } from '../../src/notary/keys.ts';
import { encodePem } from '../../src/notary/pem.ts';
import { type Json, type JsonObject, jsonObject } from '../../src/tuf/json.ts';
import { refused } from '../simulator/refused.ts';
import { SMALL_ORDER } from '../tuf/ed25519-points.ts';
import { certificateOf, ec, pemFor, rsa2048 } from './certificates.ts';
import { listedKey, signerNamed, spkiOf } from './files.ts';

const p256 = ec();
const ed25519 = generateKeyPairSync('ed25519');
const raw = Buffer.from(String(ed25519.publicKey.export({ format: 'jwk' }).x), 'base64url');

/** By what it is: `public` as each kind of key has it. */
const MADE: Readonly<Record<string, Buffer>> = {
  ed25519: raw,
  ecdsa: spkiOf(p256.publicKey),
  rsa: spkiOf(rsa2048.publicKey),
  'ecdsa-x509': Buffer.from(pemFor(p256)),
  'rsa-x509': Buffer.from(pemFor(rsa2048)),
  'an Ed25519 key in DER': spkiOf(ed25519.publicKey),
  'an Ed25519 certificate': Buffer.from(pemFor(ed25519)),
  'text in PEM': Buffer.from(String(p256.publicKey.export({ type: 'spki', format: 'pem' }))),
  nothing: Buffer.alloc(0),
};

for (const kind of ['ed25519', 'ecdsa', 'rsa', 'ecdsa-x509', 'rsa-x509']) {
  test(`a key declared ${kind} must be that and nothing else`, () => {
    for (const [made, bytes] of Object.entries(MADE)) {
      if (made === kind) assert.equal(listedKey(kind, bytes).isSupported, true);
      else refused('TRUST_KEY', () => listedKey(kind, bytes));
    }
  });
}

test('ECDSA keys are on P-256, P-384 or P-521, bare or in a certificate', () => {
  for (const curve of ['P-256', 'P-384', 'P-521', 'secp224r1', 'secp256k1', 'brainpoolP256r1']) {
    const pair = ec(curve);
    for (const [kind, bytes] of [
      ['ecdsa', spkiOf(pair.publicKey)],
      ['ecdsa-x509', Buffer.from(pemFor(pair))],
    ] as const) {
      if (curve.startsWith('P-')) assert.match(listedKey(kind, bytes).fingerprint, new RegExp(`^ec:${curve}:`));
      else refused('TRUST_KEY', () => listedKey(kind, bytes));
    }
  }
});

test('N-02 one key in two certificates and bare has three ids, one fingerprint and one canonical id', () => {
  for (const [pair, kind] of [
    [p256, 'ecdsa'],
    [rsa2048, 'rsa'],
  ] as const) {
    const keys = [
      listedKey(kind, spkiOf(pair.publicKey)),
      listedKey(`${kind}-x509`, Buffer.from(pemFor(pair))),
      listedKey(`${kind}-x509`, Buffer.from(pemFor(pair, { serial: 'another' }))),
    ];
    assert.equal(new Set(keys.map(({ id }) => id)).size, 3);
    assert.equal(new Set(keys.map(({ fingerprint }) => fingerprint)).size, 1);
    assert.deepEqual(
      keys.map(({ canonicalId }) => canonicalId),
      keys.map(() => keys[0]?.id),
    );
  }
  assert.notEqual(
    listedKey('ecdsa', spkiOf(ec().publicKey)).fingerprint,
    listedKey('ecdsa', spkiOf(p256.publicKey)).fingerprint,
  );
});

test('the key of a bundle is that of its first certificate', () => {
  const authority = ec();
  const pem = encodePem(certificateOf(p256), certificateOf(authority, { isAuthority: true }));
  assert.equal(listedKey('ecdsa-x509', Buffer.from(pem)).canonicalId, keyIdOf('ecdsa', spkiOf(p256.publicKey)));
});

test('an id that is not the key’s is refused, whatever the kind', () => {
  for (const kind of ['ed25519', 'unheard-of']) {
    const object = keyObjectOf(kind, raw);
    const id = keyIdOf(kind, raw);
    assert.equal(readKey(id, object, 'root').id, id);
    for (const wrong of [id.toUpperCase(), `${id.slice(1)}0`, '', keyIdOf('ed25519', Buffer.alloc(32))]) {
      assert.match(refused('TRUST_KEY', () => readKey(wrong, object, 'root')).what, /not the key that its id names/);
    }
  }
});

test('the id covers type and public half: further members change nothing, and private may be left out', () => {
  const id = keyIdOf('ed25519', raw);
  const publicText = raw.toString('base64');
  const bare = jsonObject({ keytype: 'ed25519', scheme: 'ed25519', keyval: jsonObject({ public: publicText }) });
  const key = readKey(id, bare, 'root');
  assert.equal(key.fingerprint, listedKey('ed25519', raw).fingerprint);
  // What mirror roots copy is what upstream wrote.
  assert.equal(key.object, bare);
});

test('a private half that is published makes the key everybody’s', () => {
  const { keyObject, keyId } = signerNamed('published');
  const keyval = new Map(keyObject.get('keyval') as JsonObject).set('private', 'AAAA');
  const what = refused('TRUST_KEY', () => readKey(keyId, new Map(keyObject).set('keyval', keyval), 'root')).what;
  assert.match(what, /private half/);
  assert.doesNotMatch(what, /AAAA/);
});

test('a kind that is not known is kept beside the others, and signs for nobody', () => {
  for (const kind of ['ed25519-x509', 'ecdsa-sha2-nistp256', 'ECDSA', '', 'constructor']) {
    const key = listedKey(kind, raw);
    assert.equal(key.isSupported, false);
    assert.equal(key.verifiers.size, 0);
  }
});

test('public must be padded standard base64, in keys of every kind: stock clients cannot read the file otherwise', () => {
  const text = raw.toString('base64');
  for (const kind of ['ed25519', 'unheard-of']) {
    for (const bad of [
      '-----BEGIN PUBLIC KEY-----\n',
      text.slice(0, -1),
      `${text}\n`,
      text.replaceAll('=', ''),
      '_-==',
    ]) {
      assert.match(refused('TRUST_KEY', () => readKey('id', keyWith(kind, bad), 'root')).what, /not in padded base64/);
    }
    for (const bad of [null, 1, ['AAAA']]) {
      refused('TRUST_MALFORMED', () => readKey('id', keyWith(kind, bad), 'root'));
    }
  }
});

test('weak keys are refused: short RSA, an exponent under which anybody can sign, small-order points', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  assert.match(refused('TRUST_KEY', () => listedKey('rsa', spkiOf(short.publicKey))).what, /1024 bits/);
  refused('TRUST_KEY', () => listedKey('rsa-x509', Buffer.from(pemFor(short))));
  const { n } = rsa2048.publicKey.export({ format: 'jwk' });
  for (const e of ['AQ', 'Ag', 'AQAAAAE']) {
    const key = createPublicKey({ key: { kty: 'RSA', n: String(n), e }, format: 'jwk' });
    assert.match(refused('TRUST_KEY', () => listedKey('rsa', spkiOf(key))).what, /exponent/);
  }
  for (const point of SMALL_ORDER) refused('TRUST_KEY', () => listedKey('ed25519', Buffer.from(point, 'hex')));
});

test('a key in another encoding than its one is refused: it would have another id, and Go does not read it', () => {
  const spki = spkiOf(p256.publicKey);
  const { x, y } = p256.publicKey.export({ format: 'jwk' });
  const parity = 2 + ((Buffer.from(String(y), 'base64url').at(-1) ?? 0) & 1);
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
  const compressed = Buffer.concat([head, Buffer.of(parity), Buffer.from(String(x), 'base64url')]);
  // So that the test means something: the runtime reads both.
  createPublicKey({ key: compressed, format: 'der', type: 'spki' });
  assert.match(refused('TRUST_KEY', () => listedKey('ecdsa', compressed)).what, /one DER form/);
  refused('TRUST_KEY', () => listedKey('ecdsa', Buffer.concat([spki, Buffer.of(0)])));
});

test('a certificate with anything around or behind it is no key', () => {
  const pem = pemFor(p256);
  const der = Buffer.from(certificateOf(p256));
  const pkcs8 = String(p256.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const [what, text] of [
    ['text before it', `key\n${pem}`],
    ['text after it', `${pem}key\n`],
    ['a private key', pkcs8],
    ['a private key behind it', `${pem}${pkcs8}`],
    ['a byte behind its DER', encodePem(Buffer.concat([der, Buffer.of(0)]))],
    ['its end cut off', encodePem(der.subarray(0, -1))],
    ['no content', '-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n'],
    ['twenty of it', pem.repeat(20)],
  ] as const) {
    const { what: message } = refused('TRUST_KEY', () => listedKey('ecdsa-x509', Buffer.from(text)));
    assert.doesNotMatch(message, /BEGIN/, what);
  }
});

test('certificates of delegations are containers: expired, of an authority, without a name, with CRLF, they still hold a key', () => {
  for (const wanted of [
    { until: '2026-02-01T00:00:00Z' },
    { isAuthority: true },
    { commonNames: [] },
    { commonNames: ['a', 'b'] },
    { digest: 'sha1' },
  ] as const) {
    assert.equal(listedKey('ecdsa-x509', Buffer.from(pemFor(p256, wanted))).isSupported, true);
  }
  assert.equal(listedKey('ecdsa-x509', Buffer.from(pemFor(p256).replaceAll('\n', '\r\n'))).isSupported, true);
});

test('C-06 certificates with any one byte changed are read or refused, and never crash', () => {
  const der = Buffer.from(certificateOf(p256));
  for (let at = 0; at < der.length; at++) {
    for (const byte of [0x00, 0x80, 0xff]) {
      const damaged = Buffer.from(der);
      damaged[at] = byte;
      try {
        listedKey('ecdsa-x509', Buffer.from(encodePem(damaged)));
      } catch (error) {
        refused('TRUST_KEY', () => {
          throw error;
        });
      }
    }
  }
});

function keyWith(keytype: string, publicText: Json): JsonObject {
  return jsonObject({ keytype, keyval: jsonObject({ private: null, public: publicText }) });
}
