/** Pins with an officer’s signature, as they are handed to a command: the pin, and beside it a file of the same name and `.sig`. */
import { Option } from 'commander';
import { resolve } from 'node:path';
import { readSignedPin, type SignedPin, type SshPublicKey } from '../client/pin/officer.ts';
import { isRefusal, Refusal } from '../errors.ts';
import { readNamedFile } from '../platform/named-file.ts';
import type { Invocation } from './invocation.ts';
import { readPublicKey } from './public-key-file.ts';

export interface OfficerGiven {
  /** The file with the officer’s public key. */
  readonly officer?: string;
}

/** Signatures are far below this. */
const MOST_BYTES = 16_384;

export function officerOption(description: string): Option {
  return new Option('--officer <file>', description);
}

export function signaturePath(pin: string): string {
  return `${pin}.sig`;
}

/** @throws USAGE_FILE, also for a private key; TRUST_KEY for what is no public key that counts */
export function readOfficerFile(invocation: Invocation, path: string): Promise<SshPublicKey> {
  return readPublicKey(resolve(invocation.surroundings.workingDirectory, path));
}

/**
 * @param path of the pin file @param bytes what is in it
 * @throws TRUST_SSH_SIGNATURE when the signature is absent or not the officer’s over these bytes; CONFIG_PIN as every pin
 */
export async function readSignedPinFile(
  path: string,
  bytes: Uint8Array,
  officer: SshPublicKey,
): Promise<SignedPin & { readonly signature: string }> {
  const signature = (await readSignature(signaturePath(path), officer)).toString('utf8');
  return { ...readSignedPin(bytes, signature, officer.line), signature };
}

async function readSignature(path: string, { fingerprint }: SshPublicKey): Promise<Buffer> {
  try {
    return await readNamedFile(path, MOST_BYTES);
  } catch (cause) {
    if (!isRefusal(cause, 'USAGE_FILE')) throw cause;
    const what = `The officer ${fingerprint} must have signed this pin, and there is no signature: ${cause.what}`;
    throw new Refusal('TRUST_SSH_SIGNATURE', what, {
      details: { officer: fingerprint },
      next: 'Ask the officer to sign it (countersign guard pin sign PIN --key FILE), and put the .sig file beside the pin.',
      cause,
    });
  }
}

/** Without an officer nobody’s signature is asked for; whoever put one there should not think that it was looked at. */
export async function remarkUnchecked(invocation: Invocation, pin: string): Promise<void> {
  if (!(await invocation.disk.exists(signaturePath(pin)))) return;
  invocation.remark(`${signaturePath(pin)} was not checked: this guard has no officer (--officer).`);
}
