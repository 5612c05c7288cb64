/**
 * Ed25519: one implementation and one set of rules everywhere (C-01). `@noble/ed25519` in strict mode refuses small-order
 * and non-canonical points that `node:crypto` on Node 20 accepts, for any message (C-02).
 */
import { createHash } from 'node:crypto';
import * as ed from '@noble/ed25519';

// The runtime’s SHA-512 is ten times noble’s (docs/design/performance.md). A copy: noble writes into digests.
ed.hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());

/** The 32-byte public key of a 32-byte seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return ed.getPublicKey(seed);
}

/** A deterministic RFC 8032 signature, 64 bytes. */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed.sign(message, seed);
}

/** False for anything that is not a strictly valid signature; never throws. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  try {
    // zip215 is noble’s permissive default: it accepts non-canonical encodings that other clients refuse.
    return ed.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** Whether these 32 bytes are a canonical point of large order: anything else would verify what nobody signed. */
export function isSoundPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  try {
    return !ed.Point.fromBytes(publicKey, false).isSmallOrder();
  } catch {
    return false;
  }
}
