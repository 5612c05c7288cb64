/**
 * Signature methods: which kind of key may sign how, as a closed table.
 *
 * The method is named beside the signature and is therefore the sender’s word; it only ever picks among what this key may
 * do (K-05). Encodings differ from TUF 1.0: ECDSA is raw r‖s over SHA-256 for every curve, and the PSS salt is exactly as
 * long as the digest (N-03). Source: the dialect’s description, 5.3.
 */
import { constants, type KeyObject, verify } from 'node:crypto';
import { verifyEd25519 } from '../tuf/ed25519.ts';

/** Whether the signature is this key’s over the message. Never throws. */
export type Verify = (message: Uint8Array, signature: Uint8Array) => boolean;
export type Verifiers = ReadonlyMap<string, Verify>;

/** The method of this name as files spell it, any case (5.3). */
export function methodNamed(name: string): string {
  // ASCII only: Unicode’s lower case would turn the Kelvin sign into a “k”.
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** @param raw the 32-byte public key */
export function ed25519Methods(raw: Uint8Array): Verifiers {
  return new Map([['eddsa', (message, signature) => verifyEd25519(raw, message, signature)]]);
}

export function ecdsaMethods(key: KeyObject): Verifiers {
  const check: Verify = (message, signature) =>
    // The digest is named: left to the default, the runtime chooses by curve (C-04).
    attempt(() => verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature));
  return new Map([['ecdsa', check]]);
}

export function rsaMethods(key: KeyObject): Verifiers {
  const padded = (options: { padding: number; saltLength?: number }): Verify => {
    return (message, signature) => attempt(() => verify('sha256', message, { key, ...options }, signature));
  };
  return new Map([
    // The runtime’s default takes a salt of any length; stock clients refuse all but 32 (C-04).
    ['rsapss', padded({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })],
    ['rsapkcs1v15', padded({ padding: constants.RSA_PKCS1_PADDING })],
  ]);
}

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
