/**
 * A pin that an officer answers for: signed by one person’s SSH key, for the purpose of pins, over its exact bytes. Whoever
 * can write the pin, and not sign it, cannot have a guard believe somebody else.
 *
 * The officer’s key is given from outside, once, and never taken from the signature: a signature names a key itself, and
 * anybody’s would do.
 */
import { Refusal } from '../../errors.ts';
import { PURPOSES } from '../../sshsig/namespaces.ts';
import { parsePublicKeyLine, type SshPublicKey } from '../../sshsig/public-key.ts';
import { parseSignature, type SshSigner, verifySignature } from '../../sshsig/signature.ts';
import { readAnyPin } from './pin-file.ts';
import type { Pin } from './pin.ts';

export type { SshPublicKey, SshSigner };

export interface SignedPin {
  readonly pin: Pin;
  /** The key that signed; `presence` tells of a hardware key whether a PIN was asked. */
  readonly signer: SshSigner;
}

/** What a pin is signed for: the namespace of its signature. */
export const PIN_PURPOSE = PURPOSES.pin;

/** An officer’s public key, a line as in a `.pub` file. @throws TRUST_KEY */
export function readOfficerKey(text: string): SshPublicKey {
  return parsePublicKeyLine(text);
}

/**
 * Reads a pin after its signature was verified; nothing of an unsigned one is looked at.
 * @param bytes the pin file, exact
 * @param signature what `countersign guard pin sign` or `ssh-keygen -Y sign -n pin.v1@countersign` made, armoured
 * @param officer the officer’s public key, a line as in a `.pub` file
 * @throws TRUST_SSH_SIGNATURE when it is not this officer’s, for another purpose, or over other bytes; TRUST_KEY for what
 * is no key; CONFIG_PIN as `readPin`
 */
export function readSignedPin(bytes: Uint8Array, signature: string, officer: string): SignedPin {
  const expected = readOfficerKey(officer);
  const signer = signerOf(bytes, signature);
  // The whole key: the material of a hardware key in a file is not the officer’s device.
  if (signer.line !== expected.line) {
    const [actual, recorded] = [signer.fingerprint, expected.fingerprint];
    throw new Refusal(
      'TRUST_SSH_SIGNATURE',
      `The pin is signed by the key ${actual}, and the officer’s is ${recorded}.`,
      { details: { expected: recorded, actual } },
    );
  }
  return { pin: readAnyPin(bytes), signer };
}

/** Whoever signed these bytes as a pin: anybody can, so this says nothing about whether they may. @throws TRUST_SSH_SIGNATURE */
export function signerOf(bytes: Uint8Array, signature: string): SshSigner {
  return verifySignature(parseSignature(signature), bytes, PIN_PURPOSE);
}
