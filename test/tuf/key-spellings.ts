/** Key pairs of every kind, and the ways in which metadata has been seen to spell their public halves. */
import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { newAuthority } from '../acquire/certificates.ts';

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const rsa2048 = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** By name of what they really are. */
export const PAIRS: Readonly<Record<string, Pair>> = {
  ed25519: generateKeyPairSync('ed25519'),
  ed448: generateKeyPairSync('ed448'),
  x25519: generateKeyPairSync('x25519'),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  'P-224': generateKeyPairSync('ec', { namedCurve: 'secp224r1' }),
  secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  brainpool: generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }),
  rsa: rsa2048,
  'rsa-pss': generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
};

export function pairNamed(name: string): Pair {
  const pair = PAIRS[name];
  if (!pair) throw new TypeError(`no key pair ${name}`);
  return pair;
}

export function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'spki', format: 'pem' }));
}

export function rawEd25519(key: KeyObject): Buffer {
  return Buffer.from(String(key.export({ format: 'jwk' }).x), 'base64url');
}

/** A curve point in hex: `04 x y`, or `02|03 x` when compressed. */
export function pointOf(key: KeyObject, form: 'compressed' | 'uncompressed'): string {
  const { x, y } = key.export({ format: 'jwk' });
  const [left, right] = [x, y].map((part) => Buffer.from(String(part), 'base64url')) as [Buffer, Buffer];
  const parity = 2 + ((right.at(-1) ?? 0) & 1);
  const bytes = form === 'uncompressed' ? [Buffer.of(4), left, right] : [Buffer.of(parity), left];
  return Buffer.concat(bytes).toString('hex');
}

/** Every accepted spelling of one key. */
export const SPELLINGS: Readonly<Record<string, (key: KeyObject) => readonly string[]>> = {
  'ed25519 ed25519': (key) => [
    rawEd25519(key).toString('hex'),
    rawEd25519(key).toString('hex').toUpperCase(),
    pemOf(key),
    pemOf(key).replaceAll('\n', '\r\n'),
    pemOf(key).trimEnd(),
  ],
  'ecdsa ecdsa-sha2-nistp256': ecSpellings,
  'ecdsa-sha2-nistp256 ecdsa-sha2-nistp256': ecSpellings,
  'ecdsa ecdsa-sha2-nistp384': ecSpellings,
  'ecdsa-sha2-nistp384 ecdsa-sha2-nistp384': ecSpellings,
  'rsa rsassa-pss-sha256': (key) => [pemOf(key), pemOf(key).replaceAll('\n', '\r\n'), pemOf(key).trimEnd()],
  'rsa rsa-pkcs1v15-sha256': (key) => [pemOf(key), pemOf(key).replaceAll('\n', '\r\n')],
};

/** PEM that the runtime would take for a public key, and metadata must not hold. */
export function foreignPem(pair: Pair): Readonly<Record<string, string>> {
  const pkcs8 = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return {
    'a private key': pkcs8,
    'a certificate': newAuthority('certificate as key').certificate,
    'a public key and then a private one': `${pemOf(pair.publicKey)}${pkcs8}`,
    'two public keys': `${pemOf(pair.publicKey)}${pemOf(pair.publicKey)}`,
    'text before the block': `# key\n${pemOf(pair.publicKey)}`,
    'a broken block': pemOf(pair.publicKey).replace(/\n[^\n]+\n-----END/, '\n-----END'),
    'an empty block': '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n',
  };
}

function ecSpellings(key: KeyObject): readonly string[] {
  const hex = pointOf(key, 'uncompressed');
  return [hex, hex.toUpperCase(), pointOf(key, 'compressed'), pemOf(key), pemOf(key).replaceAll('\n', '\r\n')];
}
