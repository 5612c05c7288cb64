/** Which root a client takes that knows nothing yet: the table of what was measured (6.1), N-02 and N-04. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { writeNotary } from '../../src/notary/documents.ts';
import { parseNotaryRoot } from '../../src/notary/metadata.ts';
import { encodePem } from '../../src/notary/pem.ts';
import { isNameFor, requireFirstRoot, rootKeysFor } from '../../src/notary/root-certificates.ts';
import { keyIdOf, keyObjectOf } from '../../src/notary/keys.ts';
import { requireNotaryThreshold } from '../../src/notary/signatures.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import type { JsonObject } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { type KeyId, ROOT } from '../../src/tuf/names.ts';
import { refused } from '../simulator/refused.ts';
import { type Pair, type Wanted, certificateOf, ec, pemFor, rsa2048 } from './certificates.ts';
import { json, keysOf, pss, rawEcdsa, rootWith, spkiOf } from './files.ts';

const GUN = 'registry.example.com/team/app';
const NOW = new Date('2027-01-01T00:00:00Z');
const pair = ec();
const hours = (count: number): string => `${new Date(NOW.getTime() + count * 3_600_000).toISOString().slice(0, 19)}Z`;

/** A root key, and how it signs. */
interface RootKey {
  readonly keytype: string;
  readonly publicBytes: Uint8Array;
  readonly pair: Pair;
}

for (const [what, keys] of [
  ['P-256', [certified()]],
  ['P-384', [certified({}, ec('P-384'))]],
  ['P-521', [certified({}, ec('P-521'))]],
  ['RSA with 2048 bits', [certified({}, rsa2048)]],
  ['the collection’s own name', [certified({ commonNames: [GUN] })]],
  ['registry.example.com/team/*', [certified({ commonNames: ['registry.example.com/team/*'] })]],
  ['registry.example.com/team/ap*', [certified({ commonNames: ['registry.example.com/team/ap*'] })]],
  ['registry.example.com/team/app*', [certified({ commonNames: ['registry.example.com/team/app*'] })]],
  ['an asterisk alone', [certified({ commonNames: ['*'] })]],
  ['a beginning in 12 hours', [certified({ from: hours(12) })]],
  ['an end right now', [certified({ until: hours(0) })]],
  ['an intermediate behind it', [bundled(certificateOf(pair), authority())]],
  ['a bare key beside it', [certified(), bare(ec())]],
] as const) {
  test(`taken: a certificate with ${what}`, () => {
    const parsed = rootOf(keys, 1, keys.slice(0, 1));
    requireFirstRoot(parsed, GUN, NOW);
  });
}

for (const [what, key, reason] of [
  ['that is no certificate but a bare key', bare(pair), /holds no certificate/],
  ['for the host only', certified({ commonNames: ['registry.example.com'] }), /is for “registry/],
  ['in other letter case', certified({ commonNames: [GUN.toUpperCase()] }), /is for/],
  ['for what is below the collection', certified({ commonNames: [`${GUN}/*`] }), /is for/],
  ['for another prefix', certified({ commonNames: ['registry.example.com/other/*'] }), /is for/],
  ['with an asterisk in the middle', certified({ commonNames: ['registry.*/team/app'] }), /is for/],
  ['without a common name', certified({ commonNames: [] }), /not exactly one common name/],
  ['with two common names', certified({ commonNames: ['another', GUN] }), /not exactly one common name/],
  ['of an authority', certified({ isAuthority: true }), /of an authority/],
  ['with a second leaf', bundled(certificateOf(pair), certificateOf(ec())), /two certificates/],
  ['behind its intermediate', bundled(authority(pair), certificateOf(pair)), /of an authority/],
  ['that has expired', certified({ until: hours(-1) }), /expired on/],
  ['that begins in 30 hours', certified({ from: hours(30) }), /not valid before/],
  ['that ends before it begins', certified({ from: hours(12), until: hours(6) }), /ends before/],
  ['signed over SHA-1', certified({ digest: 'sha1' }), /SHA-1/],
  ['of RSA, signed over SHA-1', certified({ digest: 'sha1' }, rsa2048), /SHA-1/],
  ['in PEM with CRLF', spelled((pem) => pem.replaceAll('\n', '\r\n')), /64 columns/],
  ['in PEM without the final LF', spelled((pem) => pem.trimEnd()), /64 columns/],
  ['in PEM with 76 columns', spelled(inColumns(76)), /64 columns/],
  ['in PEM with an empty line', spelled((pem) => pem.replace('-----\nM', '-----\n\nM')), /64 columns/],
] as const) {
  test(`not taken: a certificate ${what}; the root itself verifies`, () => {
    const parsed = rootOf([key], 1);
    // Upstream’s roots are not judged by their certificates: an old one may be good, and what it says is information.
    requireNotaryThreshold(ROOT, parsed.payload.roles.root, parsed.envelope.message, parsed.envelope.signatures);
    assert.match(refused('TRUST_SIGNATURES', () => requireFirstRoot(parsed, GUN, NOW)).what, reason);
  });
}

for (const [what, key] of [
  ['an Ed25519 certificate as ecdsa-x509', mislabelled('ecdsa-x509')],
  ['an RSA certificate as ecdsa-x509', { ...certified({}, rsa2048), keytype: 'ecdsa-x509' }],
  ['an ECDSA certificate with the keytype of a bare key', { ...certified(), keytype: 'ecdsa' }],
  ['RSA with 1024 bits', certified({}, generateKeyPairSync('rsa', { modulusLength: 1024 }))],
  ['text before the certificate', spelled((pem) => `Certificate:\n${pem}`)],
] as const) {
  test(`not even read: ${what}`, () => {
    refused('TRUST_KEY', () => rootOf([key], 1));
  });
}

test('an Ed25519 certificate under a kind of its own is kept, and counts for nobody', () => {
  const parsed = rootOf([mislabelled('ed25519-x509'), certified()], 1);
  assert.equal(rootKeysFor(parsed.payload.roles.root, GUN, NOW).dropped.length, 1);
  requireFirstRoot(parsed, GUN, NOW);
});

test('a threshold of two needs two certificates that are both for this collection', () => {
  const [one, two] = [certified(), certified({}, ec())];
  const foreign = certified({ commonNames: ['another/*'] }, ec());
  requireFirstRoot(rootOf([one, two], 2), GUN, NOW);
  requireFirstRoot(rootOf([one, two], 1, [two]), GUN, NOW);
  refused('TRUST_SIGNATURES', () => requireFirstRoot(rootOf([one, two], 2, [two]), GUN, NOW));
  refused('TRUST_SIGNATURES', () => requireFirstRoot(rootOf([one, foreign], 2), GUN, NOW));
});

test('N-02 two certificates around one key are one signer, and cannot make a threshold of two', () => {
  const [one, again, other] = [certified(), certified({ serial: 'again' }), certified({}, ec())];
  refused('TRUST_THRESHOLD_VALUE', () => rootOf([one, again], 2));
  refused('TRUST_SIGNATURES', () => requireFirstRoot(rootOf([one, again, other], 2, [one, again]), GUN, NOW));
  requireFirstRoot(rootOf([one, again, other], 2, [again, other]), GUN, NOW);
});

test('N-04 the common name is the only place where a collection is named', () => {
  for (const [name, gun, is] of [
    ['a/b', 'a/b', true],
    ['a/b', 'a/bc', false],
    ['a/*', 'a/b/c', true],
    ['a/*', 'a', false],
    ['a/*', 'a/', true],
    ['*', 'a', true],
    ['a*b*', 'a*bc', true],
    ['', '', true],
    ['', 'a', false],
  ] as const) {
    assert.equal(isNameFor(name, gun), is, `${name} ${gun}`);
  }
});

function certified(wanted: Wanted = {}, of: Pair = pair): RootKey {
  const keytype = of.privateKey.asymmetricKeyType === 'rsa' ? 'rsa-x509' : 'ecdsa-x509';
  return { keytype, publicBytes: Buffer.from(pemFor(of, wanted)), pair: of };
}

function bundled(...certificates: readonly Uint8Array[]): RootKey {
  return { keytype: 'ecdsa-x509', publicBytes: Buffer.from(encodePem(...certificates)), pair };
}

function authority(of: Pair = ec()): Uint8Array {
  return certificateOf(of, { isAuthority: true, commonNames: ['authority'] });
}

function bare(of: Pair): RootKey {
  return { keytype: 'ecdsa', publicBytes: spkiOf(of.publicKey), pair: of };
}

function spelled(spelling: (pem: string) => string): RootKey {
  return { ...certified(), publicBytes: Buffer.from(spelling(pemFor(pair))) };
}

function inColumns(width: number): (pem: string) => string {
  return (pem) => {
    const base64 = pem.replace(/-----[A-Z ]+-----|\n/g, '');
    const lines = base64.match(new RegExp(`.{1,${String(width)}}`, 'g'))?.join('\n') ?? '';
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  };
}

function mislabelled(keytype: string): RootKey {
  const of = generateKeyPairSync('ed25519');
  return { keytype, publicBytes: Buffer.from(pemFor(of)), pair: of };
}

/** A root with these root keys, signed by these of them. */
function rootOf(keys: readonly RootKey[], threshold: number, signing = keys): ReturnType<typeof parseNotaryRoot> {
  const idOf = ({ keytype, publicBytes }: RootKey): KeyId => keyIdOf(keytype, publicBytes);
  const others = rootWith() as { keys: object; roles: object };
  const listed = keys.map((key) => ({ keyId: idOf(key), keyObject: keyObjectOf(key.keytype, key.publicBytes) }));
  const signed = json({
    ...others,
    keys: { ...others.keys, ...(keysOf(...listed) as object) },
    roles: { ...others.roles, root: { keyids: keys.map(idOf), threshold } },
  }) as JsonObject;
  const message = canonicalize(signed);
  const signatures = signing.map((key) => ({ keyId: idOf(key), ...signatureOf(key.pair, message) }));
  return parseNotaryRoot(writeNotary(signed, signatures), 'root', DEFAULT_LIMITS);
}

function signatureOf(of: Pair, message: Uint8Array): { method: string; bytes: Uint8Array } {
  const kind = of.privateKey.asymmetricKeyType;
  if (kind === 'rsa') return { method: 'rsapss', bytes: pss(of, message, 32) };
  if (kind === 'ed25519') return { method: 'eddsa', bytes: sign(null, message, of.privateKey) };
  return { method: 'ecdsa', bytes: rawEcdsa(of, message) };
}
