/**
 * A P-256 private key from its 32 bytes: the form in which keys of a mirror are stored and derived.
 * Source: RFC 5915; RFC 5208.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** PKCS #8 and SEC 1 around a scalar of P-256; the runtime computes the point. */
const PKCS8_OF_SCALAR = Buffer.from('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420', 'hex');
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

/** @throws RangeError for bytes that are not a number from 1 to the curve’s order − 1: a bug of the caller */
export function privateKeyOf(scalar: Uint8Array): KeyObject {
  // The runtime takes zero and numbers above the order, and some of its versions then sign under another key.
  if (scalar.length !== 32 || Buffer.compare(scalar, ORDER) >= 0 || scalar.every((byte) => byte === 0)) {
    throw new RangeError('a P-256 private key is a number of 32 bytes below the order of the curve, and not zero');
  }
  const der = Buffer.concat([PKCS8_OF_SCALAR, scalar]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** The public half, DER SubjectPublicKeyInfo. */
export function publicKeyInfo(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}
