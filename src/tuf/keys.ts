/**
 * Public keys as metadata lists them: a closed table from (keytype, scheme) to what the key must really be.
 *
 * The algorithm comes from the table, never from the signature or the key file (K-05): declared type, curve, digest and
 * padding must agree with the decoded key, or the file is refused. A pair that the table does not have is kept, because
 * it is upstream’s to list, but nothing it signs counts. Identity is the fingerprint of the decoded key material, so
 * that one key written as hex, PEM or a compressed point is one key (K-02); key ids are opaque labels (K-04).
 * Source: TUF 1.0.34, “File formats: keys”.
 */
import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { canonicalize } from './canonical.ts';
import { sha256 } from './digest.ts';
import { isSoundPublicKey, verifyEd25519 } from './ed25519.ts';
import { decodeHex, encodeHex } from './encoding.ts';
import type { JsonObject } from './json.ts';
import { type KeyId, printable } from './names.ts';

export interface Key {
  readonly id: KeyId;
  readonly keytype: string;
  readonly scheme: string;
  /** Identity of the key material, e.g. `ed25519:<hex>`; equal for every spelling of one key. */
  readonly fingerprint: string;
  /** False for a (keytype, scheme) outside the table: listed, but never counted. */
  readonly isSupported: boolean;
  /** The key object exactly as listed, unknown members included: what mirror roots copy value for value. */
  readonly object: JsonObject;
  /** Whether `signature` is this key’s over `message`. Never throws. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

type Verify = Key['verify'];
interface Material {
  readonly fingerprint: string;
  readonly verify: Verify;
}

const SCHEMES: ReadonlyMap<string, (publicText: string) => Material | string> = new Map([
  ['ed25519 ed25519', ed25519],
  ['ecdsa ecdsa-sha2-nistp256', (text: string) => ecdsa(text, 'P-256', 'sha256')],
  ['ecdsa-sha2-nistp256 ecdsa-sha2-nistp256', (text: string) => ecdsa(text, 'P-256', 'sha256')],
  ['ecdsa ecdsa-sha2-nistp384', (text: string) => ecdsa(text, 'P-384', 'sha384')],
  ['ecdsa-sha2-nistp384 ecdsa-sha2-nistp384', (text: string) => ecdsa(text, 'P-384', 'sha384')],
  ['rsa rsassa-pss-sha256', (text: string) => rsa(text, verifyPss)],
  ['rsa rsa-pkcs1v15-sha256', (text: string) => rsa(text, verifyPkcs1)],
]);

/** Whether a key so declared can count; others are listed and kept. */
export function isKnownKind(keytype: string, scheme: string): boolean {
  return SCHEMES.has(`${keytype} ${scheme}`);
}

/**
 * Decodes one entry of a `keys` object whose shape has been checked.
 * @throws TRUST_KEY when the material does not fit the declared type, or is weak
 */
export function decodeKey(id: KeyId, keytype: string, scheme: string, publicText: string, object: JsonObject): Key {
  const decode = SCHEMES.get(`${keytype} ${scheme}`);
  if (!decode) {
    const fingerprint = `unsupported:${sha256(canonicalize(object))}`;
    return { id, keytype, scheme, object, fingerprint, isSupported: false, verify: () => false };
  }
  const material = decodeOnce(`${keytype} ${scheme} ${publicText}`, () => decode(publicText));
  if (typeof material === 'string') {
    throw new Refusal('TRUST_KEY', `Key ${printable(id, 12)} (${keytype}, ${scheme}) ${material}.`, {
      details: { key: id },
    });
  }
  return { id, keytype, scheme, object, isSupported: true, ...material };
}

/** Keys that are remembered as decoded; more than the roots of any repository list. */
const MOST_DECODED = 512;
/** A key of 16384 bits in PEM is shorter; white space around it may be endless, and is not kept. */
const LONGEST_DECODED_CHARACTERS = 8192;
const decoded = new Map<string, Material>();

/**
 * The same text gives the same key. A root chain lists a handful of keys over and over, and decoding one costs the runtime
 * more than verifying a signature with it; what is no key is looked at each time.
 */
function decodeOnce(text: string, decode: () => Material | string): Material | string {
  const known = decoded.get(text);
  if (known) return known;
  const material = decode();
  if (typeof material === 'string' || text.length > LONGEST_DECODED_CHARACTERS) return material;
  const remembered = { fingerprint: material.fingerprint, verify: remembering(material.verify) };
  const [oldest] = decoded.keys();
  if (decoded.size >= MOST_DECODED && oldest !== undefined) decoded.delete(oldest);
  decoded.set(text, remembered);
  return remembered;
}

/** Signatures that one key remembers, and the longest message for which that is cheaper than verifying again. */
const MOST_REMEMBERED = 16;
const LONGEST_REMEMBERED_BYTES = 65_536;

/**
 * The same key, message and signature give the same answer, so a good one is not computed twice: a client that keeps its
 * roots verifies the same few files at every refresh. The whole message counts, by its digest; bad ones are not kept.
 */
function remembering(check: Verify): Verify {
  const good = new Set<string>();
  return (message, signature) => {
    if (message.length > LONGEST_REMEMBERED_BYTES) return check(message, signature);
    const name = `${sha256(message)} ${encodeHex(signature)}`;
    if (good.has(name)) return true;
    if (!check(message, signature)) return false;
    const [oldest] = good;
    if (good.size >= MOST_REMEMBERED && oldest !== undefined) good.delete(oldest);
    good.add(name);
    return true;
  };
}

function ed25519(text: string): Material | string {
  const raw = text.startsWith('-----') ? rawEd25519(text) : decodeHex(text);
  if (raw?.length !== 32) return 'is not a 32-byte Ed25519 key';
  if (!isSoundPublicKey(raw)) return 'is a weak or non-canonical Ed25519 point';
  return {
    fingerprint: `ed25519:${encodeHex(raw)}`,
    verify: (message, signature) => verifyEd25519(raw, message, signature),
  };
}

function rawEd25519(pem: string): Uint8Array | undefined {
  const key = decodePem(pem);
  if (key?.asymmetricKeyType !== 'ed25519') return undefined;
  const x = key.export({ format: 'jwk' }).x;
  return x === undefined ? undefined : Buffer.from(x, 'base64url');
}

const OPENSSL_NAMES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1' } as const;

function ecdsa(text: string, curve: 'P-256' | 'P-384', digest: string): Material | string {
  const key = text.startsWith('-----') ? decodePem(text) : decodePoint(text, curve);
  if (key?.asymmetricKeyType !== 'ec') return `is not an ${curve} public key`;
  // Asked before the export, which throws for curves that JWK does not know (C-06).
  if (key.asymmetricKeyDetails?.namedCurve !== OPENSSL_NAMES[curve]) return `is not on the curve ${curve}`;
  const jwk = key.export({ format: 'jwk' });
  return {
    fingerprint: `ec:${curve}:${String(jwk.x)}:${String(jwk.y)}`,
    // The digest is named: left to the default, Node verifies P-384 with SHA-256 (C-04).
    verify: (message, signature) => attempt(() => verify(digest, message, { key, dsaEncoding: 'der' }, signature)),
  };
}

/** A bare curve point in hex, as Sigstore’s first roots have them; wrapped into SPKI for the runtime. */
function decodePoint(text: string, curve: 'P-256' | 'P-384'): KeyObject | undefined {
  const point = decodeHex(text);
  const size = curve === 'P-256' ? 32 : 48;
  if (!point || (point.length !== 1 + size && point.length !== 1 + 2 * size)) return undefined;
  const curveOid = curve === 'P-256' ? '06082a8648ce3d030107' : '06052b81040022';
  const algorithm = der(0x30, Buffer.from(`06072a8648ce3d0201${curveOid}`, 'hex'));
  const spki = der(0x30, Buffer.concat([algorithm, der(0x03, Buffer.concat([Buffer.of(0), point]))]));
  return decodeSpki(() => createPublicKey({ key: spki, format: 'der', type: 'spki' }));
}

/** One DER element; the contents here are always shorter than 128 bytes. */
function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}

function rsa(text: string, verifyWith: (key: KeyObject, bits: number) => Verify): Material | string {
  const key = decodePem(text);
  if (key?.asymmetricKeyType !== 'rsa') return 'is not an RSA public key';
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < 2048 || bits > 16_384) return `has ${String(bits)} bits; 2048 to 16384 are accepted`;
  // With the exponent 1 the padded message is its own signature, and everybody can write it.
  if (publicExponent < 3n || publicExponent % 2n === 0n) return `has the exponent ${String(publicExponent)}`;
  const jwk = key.export({ format: 'jwk' });
  return { fingerprint: `rsa:${String(jwk.n)}:${String(jwk.e)}`, verify: verifyWith(key, bits) };
}

/** PSS with a salt as long as the digest, or as long as fits (securesystemslib 0.24 signed so); no other (C-04). */
function verifyPss(key: KeyObject, bits: number): Verify {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const longestSalt = Math.ceil((bits - 1) / 8) - 32 - 2;
  return (message, signature) =>
    [32, longestSalt].some((saltLength) =>
      attempt(() => verify('sha256', message, { key, padding, saltLength }, signature)),
    );
}

function verifyPkcs1(key: KeyObject): Verify {
  const padding = constants.RSA_PKCS1_PADDING;
  return (message, signature) => attempt(() => verify('sha256', message, { key, padding }, signature));
}

/** One SPKI block and nothing else: the runtime would also take certificates and private keys. */
function decodePem(text: string): KeyObject | undefined {
  if (!/^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(text)) return undefined;
  return decodeSpki(() => createPublicKey({ key: text, format: 'pem' }));
}

function decodeSpki(decode: () => KeyObject): KeyObject | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
