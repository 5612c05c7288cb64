/**
 * One master secret becomes many Ed25519 seeds: one per repository, role and epoch.
 *
 * A signature made for one repository or role must mean nothing in another (Y-05), yet a holder should keep one file,
 * not a thousand. Whoever has a derived seed can compute neither the master secret nor a sibling.
 *
 * The derivation, exactly, so that any other implementation can reproduce it (vector: test/sign/derive-vector.test.ts):
 *
 *     seed = HKDF-SHA-256(ikm, salt, info, L = 32)                                                     (RFC 5869)
 *     ikm  = the master secret, 32 bytes
 *     salt = the 26 ASCII bytes "countersign/derive-seed/v1"
 *     info = field(repository) ‖ field(role) ‖ epoch
 *     field(text) = length of text in bytes, 2 bytes big-endian ‖ text as UTF-8
 *     role  = "root" | "snapshot" | "timestamp" | "notary-root"; and of the ledger, whose repository is "log": "checkpoint" | "attestation"
 *     epoch = 4 bytes big-endian, from 1; rotating a role’s key means the next epoch
 *
 * The seed is the 32-byte secret key of RFC 8032. Lengths come first, so no two different triples share their bytes:
 * with plain concatenation, repository "a" and role "broot" would have been repository "ab" and role "root".
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { MirrorRole } from '../tuf/names.ts';

/** What one key is for: one purpose each, so that no signature can be taken for another (Y-05). */
export type KeyPurpose = MirrorRole | 'notary-root' | 'checkpoint' | 'attestation';

/** Length of a master secret and of a derived seed, bytes. */
export const SECRET_BYTES = 32;
/** The epoch of keys that were never rotated. */
export const FIRST_EPOCH = 1;

const PROTOCOL = new TextEncoder().encode('countersign/derive-seed/v1');

/**
 * The seed of one repository’s key in one role and epoch.
 *
 * @param secret master secret, 32 bytes; not changed and not kept
 * @param epoch whole number from 1 to 2^32−1
 * @returns 32 bytes that the caller owns and zeroes after use (Y-02)
 * @throws RangeError when the secret or the epoch is out of range: a bug of the caller
 */
export function deriveSeed(secret: Uint8Array, repository: string, role: KeyPurpose, epoch: number): Uint8Array {
  if (secret.length !== SECRET_BYTES) throw new RangeError('a master secret has 32 bytes');
  if (!Number.isInteger(epoch) || epoch < FIRST_EPOCH || epoch > 0xffff_ffff) {
    throw new RangeError(`epoch ${epoch} is not a whole number from 1 to 2^32-1`);
  }
  const info = Buffer.concat([field(repository), field(role), uint(epoch, 4)]);
  return hkdf(sha256, secret, PROTOCOL, info, SECRET_BYTES);
}

/** The order of P-256 (SEC 2, 2.4.2): private keys are below it. */
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

/**
 * The private key of a collection's root certificates, for P-256: the seed of the first epoch that is one. One seed in four
 * thousand million is none.
 * @returns 32 bytes that the caller owns and zeroes after use (Y-02)
 */
export function deriveRootScalar(secret: Uint8Array, repository: string): Uint8Array {
  for (let epoch = FIRST_EPOCH; ; epoch++) {
    const scalar = deriveSeed(secret, repository, 'notary-root', epoch);
    if (scalar.some((byte) => byte !== 0) && Buffer.compare(scalar, ORDER) < 0) return scalar;
  }
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint(bytes.length, 2), bytes]);
}

function uint(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width);
  // Throws when the value needs more than `width` bytes, so a length can never wrap around.
  bytes.writeUIntBE(value, 0, width);
  return bytes;
}
