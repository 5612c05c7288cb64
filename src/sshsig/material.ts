/**
 * What stands inside an SSH public key: the kinds that count, read from the wire and checked to be what they say.
 *
 * The same rules as for upstream’s keys (tuf/keys.ts): a weak key would let a signature mean less than it says, and
 * identity is the material, so that one key under two names is one key (K-02).
 * Source: RFC 4253 section 6.6 (ssh-rsa), RFC 5656 section 3.1 (ecdsa), RFC 8709 section 4 (ed25519), OpenSSH PROTOCOL.u2f.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSoundPublicKey } from '../tuf/ed25519.ts';
import { encodeHex } from '../tuf/encoding.ts';
import { type RefusalOf, WireReader } from './wire.ts';

export const KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export function isKeyType(text: string): text is KeyType {
  return (KEY_TYPES as readonly string[]).includes(text);
}

/** What verifies: the 32 bytes of a point, or a key of the runtime’s. */
export type Verifying =
  | { readonly kind: 'ed25519'; readonly point: Uint8Array }
  | { readonly kind: 'nistp256' | 'rsa'; readonly key: KeyObject };

export interface Material {
  readonly type: KeyType;
  /** `ed25519:<hex>`, `ec:P-256:<x>:<y>` or `rsa:<n>:<e>`, as the keys of metadata have it: equal for equal keys. */
  readonly identity: string;
  readonly verifying: Verifying;
  /** Of a hardware key: what it was made for, usually `ssh:`. It signs under no other name. */
  readonly application?: string;
}

/**
 * @param blob the bytes that stand in base64 in a `.pub` file
 * @throws what `refusal` makes of the clause that does not hold
 */
export function readMaterial(blob: Uint8Array, refusal: RefusalOf): Material {
  const reader = new WireReader(blob, refusal);
  const type = reader.text();
  if (isCertificateType(type)) throw refusal('is a certificate; only plain keys are believed');
  if (!isKeyType(type)) throw refusal('is of a kind that is not supported');
  const { verifying, identity } = READERS[type](reader, refusal);
  const application = type.startsWith('sk-') ? reader.text() : undefined;
  reader.end();
  return { type, identity, verifying, ...(application === undefined ? {} : { application }) };
}

/** A certificate speaks in the name of an authority that could name anybody; people are recorded by their keys here. */
export function isCertificateType(type: string): boolean {
  return /-cert-v[0-9]+@openssh\.com$/.test(type);
}

type Decoded = Pick<Material, 'verifying' | 'identity'>;
type Read = (reader: WireReader, refusal: RefusalOf) => Decoded;

const READERS: Readonly<Record<KeyType, Read>> = {
  'ssh-ed25519': ed25519,
  'sk-ssh-ed25519@openssh.com': ed25519,
  'ecdsa-sha2-nistp256': nistp256,
  'sk-ecdsa-sha2-nistp256@openssh.com': nistp256,
  'ssh-rsa': rsa,
};

function ed25519(reader: WireReader, refusal: RefusalOf): Decoded {
  const point = reader.string();
  if (point.length !== 32) throw refusal('is not a 32-byte Ed25519 key');
  // Under a point of small order everybody can sign; ssh-keygen accepts such keys (C-02).
  if (!isSoundPublicKey(point)) throw refusal('is a weak or non-canonical Ed25519 point');
  return { verifying: { kind: 'ed25519', point }, identity: `ed25519:${encodeHex(point)}` };
}

/** SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point itself (RFC 5480). */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

function nistp256(reader: WireReader, refusal: RefusalOf): Decoded {
  if (reader.text() !== 'nistp256') throw refusal('names another curve than its kind');
  const point = reader.string();
  if (point.length !== 65 || point[0] !== 4) throw refusal('is not an uncompressed P-256 point');
  const spki = Buffer.concat([P256_PREFIX, point]);
  const key = attempt(() => createPublicKey({ key: spki, format: 'der', type: 'spki' }));
  if (!key) throw refusal('is not a point on the curve P-256');
  return {
    verifying: { kind: 'nistp256', key },
    identity: `ec:P-256:${base64url(point.subarray(1, 33))}:${base64url(point.subarray(33))}`,
  };
}

function rsa(reader: WireReader, refusal: RefusalOf): Decoded {
  const [e, n] = [base64url(reader.positive()), base64url(reader.positive())];
  // 16384 bits are 2731 digits: nothing longer is handed to arithmetic.
  if (n.length > 2731) throw refusal('is an RSA key of more than 16384 bits');
  const key = attempt(() => createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }));
  const { modulusLength: bits = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {};
  if (!key || bits < 2048) throw refusal(`is an RSA key of ${String(bits)} bits; 2048 to 16384 are accepted`);
  // With the exponent 1 the padded message is its own signature, and everybody can write it.
  if (publicExponent < 3n || publicExponent % 2n === 0n) {
    throw refusal(`is an RSA key with the exponent ${String(publicExponent)}`);
  }
  return { verifying: { kind: 'rsa', key }, identity: `rsa:${n}:${e}` };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function attempt(decode: () => KeyObject): KeyObject | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
