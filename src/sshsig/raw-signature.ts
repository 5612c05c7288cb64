/**
 * Whether a key’s own signature fits: Ed25519, ECDSA and RSA as SSH spells them, with a device’s words around them.
 * Source: RFC 8709 section 6, RFC 5656 section 3.1.2, RFC 8332 section 3, OpenSSH PROTOCOL.u2f (“SSH U2F Signatures”).
 */
import { constants, createHash, type KeyObject, verify } from 'node:crypto';
import { verifyEd25519 } from '../tuf/ed25519.ts';
import { type Material, readMaterial } from './material.ts';
import type { SshPublicKey } from './public-key.ts';
import { type RefusalOf, WireReader } from './wire.ts';

/** A signature whose algorithm fits the kind of its key. */
export interface RawSignature {
  readonly key: SshPublicKey;
  /** `ssh-ed25519`, `rsa-sha2-512`, …: what the signature says it is. */
  readonly algorithm: string;
  /** The algorithm’s own signature. */
  readonly bytes: Uint8Array;
  /** Of a hardware key: the flags and the counter that its device signed. */
  readonly device?: Device;
}

interface Device {
  /** One byte, bits as in `Presence`. */
  readonly flags: number;
  /** Four bytes, unsigned. */
  readonly counter: number;
}

/**
 * Whether this key made these bytes over `signed`.
 * @throws what `refusal` makes of a signature that is not written as its algorithm demands
 */
export function isSignedBy(signature: RawSignature, signed: Uint8Array, refusal: RefusalOf): boolean {
  const { key, algorithm, bytes, device } = signature;
  const material = readMaterial(key.blob, refusal);
  const message = device ? deviceMessage(material, device, signed) : signed;
  const { verifying } = material;
  switch (verifying.kind) {
    case 'ed25519':
      return verifyEd25519(verifying.point, message, bytes);
    case 'nistp256':
      return isNistp256(verifying.key, message, new WireReader(bytes, refusal));
    case 'rsa':
      return isRsa(verifying.key, algorithm, message, bytes);
  }
}

/** What a device signs: what it was made for, flags and counter are under its signature, and cannot be changed after. */
function deviceMessage({ application = '' }: Material, { flags, counter }: Device, signed: Uint8Array): Uint8Array {
  const said = Buffer.alloc(5);
  said.writeUInt8(flags);
  said.writeUInt32BE(counter, 1);
  return Buffer.concat([digestOf(application), said, digestOf(signed)]);
}

function digestOf(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** Two numbers, each in its shortest form; put side by side at full width, so that no DER is written or read here. */
function isNistp256(key: KeyObject, message: Uint8Array, reader: WireReader): boolean {
  const pair = [reader.positive(), reader.positive()];
  reader.end();
  if (pair.some((number) => number.length > 32)) return false;
  const flat = Buffer.concat(pair.flatMap((number) => [Buffer.alloc(32 - number.length), number]));
  return attempt(() => verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, flat));
}

/** Some agents leave zeros in front away, and RFC 8332 lets a verifier put them back, as ssh-keygen does. */
function isRsa(key: KeyObject, algorithm: string, message: Uint8Array, bytes: Uint8Array): boolean {
  const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  if (bytes.length > size) return false;
  const full = Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
  const hash = algorithm === 'rsa-sha2-512' ? 'sha512' : 'sha256';
  return attempt(() => verify(hash, message, { key, padding: constants.RSA_PKCS1_PADDING }, full));
}

/** The runtime throws for numbers that no signature has. */
function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
