/**
 * Keys of a mirror that can say yes in the Notary dialect, behind the same few members for every kind.
 *
 * Snapshot and timestamp may be Ed25519 or ECDSA; root must be an ECDSA key in a certificate, or stock clients drop it.
 * Source: the dialect’s description, 1, 5.2 and 5.3.
 */
import { type KeyObject, sign } from 'node:crypto';
import { publicKeyOf, signEd25519 } from '../tuf/ed25519.ts';
import type { JsonObject } from '../tuf/json.ts';
import type { KeyId } from '../tuf/names.ts';
import { decodeMaterial } from './key-material.ts';
import { keyIdOf, keyObjectOf } from './keys.ts';
import { privateKeyOf, publicKeyInfo } from './scalar.ts';

export interface NotarySigner {
  readonly keyId: KeyId;
  /** The public key as root lists it. Shared between callers: never changed. */
  readonly keyObject: JsonObject;
  readonly method: 'eddsa' | 'ecdsa';
  /** The signature as this method encodes it, 64 bytes, over exactly this message. */
  sign(message: Uint8Array): Uint8Array;
}

/** A signer whose secret lies in this process and can be taken from it. */
export interface LocalNotarySigner extends NotarySigner {
  /** Gives the secret up (Y-02); signing afterwards is a bug and throws. */
  forget(): void;
}

/** @param seed 32-byte secret key of RFC 8032; the signer takes it over, and `forget` zeroes it */
export function notarySignerFromSeed(seed: Uint8Array): LocalNotarySigner {
  const publicBytes = publicKeyOf(seed);
  return signerFor(
    'ed25519',
    publicBytes,
    'eddsa',
    (message) => signEd25519(seed, message),
    () => seed.fill(0),
  );
}

/**
 * @param scalar 32-byte P-256 private key; not kept
 * @throws RangeError for one that cannot be: a bug of the caller
 */
export function notarySignerFromScalar(scalar: Uint8Array): LocalNotarySigner {
  const key = privateKeyOf(scalar);
  return signerFor('ecdsa', publicKeyInfo(key), 'ecdsa', signRaw(key));
}

/**
 * A root key: the same, listed as its certificate.
 * @param certificatePem what `issueRootCertificate` made for this scalar
 * @throws RangeError when it is another key’s: clients would find no signature under it
 */
export function notaryRootSigner(scalar: Uint8Array, certificatePem: string): LocalNotarySigner {
  const key = privateKeyOf(scalar);
  const publicBytes = Buffer.from(certificatePem, 'utf8');
  const material = decodeMaterial('ecdsa-x509', publicBytes);
  if (typeof material === 'string' || !Buffer.from(material.barePublic).equals(publicKeyInfo(key))) {
    throw new RangeError('the certificate is not this key’s');
  }
  return signerFor('ecdsa-x509', publicBytes, 'ecdsa', signRaw(key));
}

function signerFor(
  keytype: string,
  publicBytes: Uint8Array,
  method: NotarySigner['method'],
  signMessage: (message: Uint8Array) => Uint8Array,
  wipe?: () => void,
): LocalNotarySigner {
  const keyId = keyIdOf(keytype, publicBytes);
  let secret: typeof signMessage | undefined = signMessage;
  return {
    keyId,
    keyObject: keyObjectOf(keytype, publicBytes),
    method,
    sign(message) {
      // A zeroed seed is a valid key that everybody knows; nothing may ever be signed with it.
      if (!secret) throw new Error(`the key ${keyId} was given up before signing`);
      return secret(message);
    },
    forget() {
      secret = undefined;
      wipe?.();
    },
  };
}

/** r‖s, each padded to 32 bytes; DER is what TUF 1.0 writes, and stock clients refuse it. */
function signRaw(key: KeyObject): (message: Uint8Array) => Uint8Array {
  return (message) => sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
}
