/**
 * People’s public keys, as `ssh-keygen` and `ssh-add -L` print them: one line of kind, base64 and perhaps a comment.
 *
 * The comment says nothing: whoever hands in a key may write anybody’s name there, so it is dropped.
 * Source: sshd(8), “AUTHORIZED_KEYS FILE FORMAT”, of which options are refused here; RFC 4253 section 6.6.
 */
import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { decodeBase64 } from '../tuf/encoding.ts';
import { printable } from '../tuf/names.ts';
import { isCertificateType, isKeyType, KEY_TYPES, type KeyType, readMaterial } from './material.ts';
import type { RefusalOf } from './wire.ts';

export interface SshPublicKey {
  readonly type: KeyType;
  /** The key on the wire: what is signed into a signature, and what the fingerprint is of. */
  readonly blob: Uint8Array;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /**
   * Identity of the material, e.g. `ed25519:<hex>`: equal for a key and the same key dressed as a hardware key, whose
   * fingerprints differ. Who counts people’s keys, or looks whether a key is used twice, compares this (K-02, Y-05).
   */
  readonly material: string;
  /** Whether signing needs a device, and a touch of it: the kinds whose names start with `sk-`. */
  readonly isHardware: boolean;
  /** `type base64`, without a comment. */
  readonly line: string;
}

/** A key of 16384 bits is 2.8 kB in base64; comments may be long. */
const LONGEST_LINE = 16_384;

/**
 * One line of a `.pub` file.
 * @throws TRUST_KEY for anything else: several lines, options in front, a certificate, a weak key or an unknown kind
 */
export function parsePublicKeyLine(text: string): SshPublicKey {
  const line = text.replace(/\r?\n$/, '');
  if (line.length > LONGEST_LINE || /[\r\n]/.test(line)) throw unfit('is more than one line');
  const [type = '', base64 = ''] = line.replace(/^[ \t]+/, '').split(/[ \t]+/, 2);
  if (isCertificateType(type)) {
    throw unfit(`is a certificate (${printable(type, 60)}); record the plain key that it is for`);
  }
  if (!isKeyType(type)) throw unfit(`is of the kind “${printable(type, 60)}”, and not one of ${KEY_TYPES.join(', ')}`);
  const blob = decodeBase64(base64);
  if (!blob) throw unfit('is not padded base64');
  const key = parsePublicKeyBlob(blob);
  // Both are shown to people, and each alone decides in some program.
  if (key.type !== type) throw unfit(`says ${type} in front, and ${key.type} inside`);
  return key;
}

/**
 * The bytes that stand in base64 in a `.pub` file.
 * @param refusal what is thrown for a key that does not count; TRUST_KEY unless the caller has a better word
 */
export function parsePublicKeyBlob(blob: Uint8Array, refusal: RefusalOf = unfit): SshPublicKey {
  const { type, identity } = readMaterial(blob, refusal);
  return {
    type,
    blob,
    fingerprint: fingerprintOf(blob),
    material: identity,
    isHardware: type.startsWith('sk-'),
    line: `${type} ${Buffer.from(blob).toString('base64')}`,
  };
}

function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function unfit(what: string): Refusal {
  return new Refusal('TRUST_KEY', `The SSH public key ${what}.`, {
    next: 'Give a public key as ssh-keygen writes it into a .pub file: Ed25519, ECDSA P-256, RSA from 2048 bits, or a hardware key.',
  });
}
