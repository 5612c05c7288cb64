/**
 * The key inside a key object: what it really is, and one name for it however it is wrapped.
 *
 * Two certificates, or a certificate and a bare key, around one key are one key: stock clients count them as two, which
 * is how one person passes for a quorum (N-02, K-02). So identity is that of the decoded key, in the same words as
 * `src/tuf/keys.ts`, and every key must be in its one encoding, or two readers could disagree about what it is.
 * Source: the dialect’s description, 5.2; RFC 5480, RFC 8017.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSoundPublicKey } from '../tuf/ed25519.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { readCertificate } from './certificate.ts';
import { type Verifiers, ecdsaMethods, ed25519Methods, rsaMethods } from './methods.ts';
import { decodePem } from './pem.ts';

export interface Material {
  /** Identity of the key, e.g. `ec:P-256:x:y`; equal for every wrapping of one key. */
  readonly fingerprint: string;
  /** The keytype without any certificate. */
  readonly bareType: 'ecdsa' | 'ed25519' | 'rsa';
  /** `public` of the bare key: DER SubjectPublicKeyInfo, or the 32 bytes of an Ed25519 key. */
  readonly barePublic: Uint8Array;
  readonly verifiers: Verifiers;
}

const KINDS: ReadonlyMap<string, (publicBytes: Uint8Array) => Material | string> = new Map([
  ['ed25519', ed25519],
  ['ecdsa', (bytes: Uint8Array) => bare(bytes, ecdsa)],
  ['rsa', (bytes: Uint8Array) => bare(bytes, rsa)],
  ['ecdsa-x509', (bytes: Uint8Array) => certified(bytes, ecdsa)],
  ['rsa-x509', (bytes: Uint8Array) => certified(bytes, rsa)],
]);

export function isKnownKeytype(keytype: string): boolean {
  return KINDS.has(keytype);
}

/**
 * @param publicBytes `public`, decoded from base64
 * @returns the key, or what is wrong with it, to follow “Key x”
 */
export function decodeMaterial(keytype: string, publicBytes: Uint8Array): Material | string {
  return KINDS.get(keytype)?.(publicBytes) ?? 'is of a kind that is not known here';
}

function ed25519(raw: Uint8Array): Material | string {
  if (raw.length !== 32) return 'is not a 32-byte Ed25519 key';
  if (!isSoundPublicKey(raw)) return 'is a weak or non-canonical Ed25519 point';
  const fingerprint = `ed25519:${encodeHex(raw)}`;
  return { fingerprint, bareType: 'ed25519', barePublic: raw, verifiers: ed25519Methods(raw) };
}

function bare(spki: Uint8Array, read: (key: KeyObject) => Material | string): Material | string {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    return 'is not a DER public key';
  }
  const material = read(key);
  // Trailing bytes and compressed points: OpenSSL reads them, and Go does not.
  if (typeof material === 'object' && !Buffer.from(spki).equals(material.barePublic))
    return 'is not in its one DER form';
  return material;
}

/** The first certificate of the bundle is the key; what follows are intermediates (5.2). */
function certified(pem: Uint8Array, read: (key: KeyObject) => Material | string): Material | string {
  // Latin-1 keeps every byte apart, and PEM is ASCII.
  const [der] = decodePem(Buffer.from(pem).toString('latin1')) ?? [];
  if (!der) return 'is not a PEM bundle of certificates and nothing else';
  const certificate = readCertificate(der);
  return certificate ? read(certificate.publicKey) : 'does not start with an X.509 certificate';
}

const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

function ecdsa(key: KeyObject): Material | string {
  if (key.asymmetricKeyType !== 'ec') return 'is not an ECDSA key';
  // Asked before the export, which throws for curves that JWK does not know (C-06).
  if (!CURVES.has(key.asymmetricKeyDetails?.namedCurve ?? '')) return 'is not on the curve P-256, P-384 or P-521';
  const { crv, x, y } = key.export({ format: 'jwk' });
  const fingerprint = `ec:${String(crv)}:${String(x)}:${String(y)}`;
  return { fingerprint, bareType: 'ecdsa', barePublic: oneForm(key), verifiers: ecdsaMethods(key) };
}

function rsa(key: KeyObject): Material | string {
  if (key.asymmetricKeyType !== 'rsa') return 'is not an RSA key';
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < 2048 || bits > 16_384) return `has ${String(bits)} bits; 2048 to 16384 are accepted`;
  // With the exponent 1 the padded message is its own signature; above 2^31 − 1 Go does not read the key.
  if (publicExponent < 3n || publicExponent % 2n === 0n || publicExponent >= 2n ** 31n) {
    return `has the exponent ${String(publicExponent)}`;
  }
  const { n, e } = key.export({ format: 'jwk' });
  const fingerprint = `rsa:${String(n)}:${String(e)}`;
  return { fingerprint, bareType: 'rsa', barePublic: oneForm(key), verifiers: rsaMethods(key) };
}

/** The key written from its numbers alone: a point uncompressed, the curve by name. */
function oneForm(key: KeyObject): Uint8Array {
  const fromNumbers = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  return fromNumbers.export({ type: 'spki', format: 'der' });
}
