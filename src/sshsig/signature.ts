/**
 * Signatures that people make with `ssh-keygen -Y sign`: parsed to the last byte, and verified for one purpose.
 *
 * A signature by itself says only that a key signed these bytes for a purpose. Whose key that is, and whether it may, is
 * the other half (`findSigner`); `ssh-keygen -Y check-novalidate` stops here, and nobody should.
 *
 * Stricter than `ssh-keygen -Y verify`: the version is 1 and not below, the reserved field is empty (it is in no signed
 * byte, so anybody could write there), numbers and names have one spelling, keys are sound, and a hardware key was
 * touched. What is accepted here is accepted there (test/sshsig/verdicts.test.ts).
 * Source: OpenSSH PROTOCOL.sshsig, “Blob format”; PROTOCOL.u2f, “SSH U2F Signatures”.
 */
import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { unarmor } from './armor.ts';
import type { KeyType } from './material.ts';
import { parsePublicKeyBlob, type SshPublicKey } from './public-key.ts';
import { isSignedBy, type RawSignature } from './raw-signature.ts';
import { wireString, WireReader } from './wire.ts';

/** What the device says of the person, signed by the device. */
export interface Presence {
  /** It was touched: always so, or the signature is refused. */
  readonly isTouched: true;
  /** It checked a PIN or a finger of the person’s. */
  readonly isVerified: boolean;
  /** Signatures that the device has made, where it counts them; 0 where it does not. */
  readonly counter: number;
}

export interface SshSignature extends RawSignature {
  /** The purpose as the signature names it. Not believed before `verifySignature`. */
  readonly namespace: string;
  readonly hash: 'sha256' | 'sha512';
}

/** The key that signed, and of a hardware key what its device says. */
export interface SshSigner extends SshPublicKey {
  readonly presence?: Presence;
}

const MAGIC = Buffer.from('SSHSIG', 'ascii');

/** The algorithm comes from this table, never from the signature alone. RSA with SHA-1, `ssh-rsa`, is not in it. */
const ALGORITHMS: Readonly<Record<KeyType, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
  'sk-ssh-ed25519@openssh.com': ['sk-ssh-ed25519@openssh.com'],
  // Not the signature kind of browsers: there a web page says what is signed.
  'sk-ecdsa-sha2-nistp256@openssh.com': ['sk-ecdsa-sha2-nistp256@openssh.com'],
};

/**
 * @param armored from `-----BEGIN SSH SIGNATURE-----` to its end
 * @throws TRUST_SSH_SIGNATURE
 */
export function parseSignature(armored: string): SshSignature {
  const reader = new WireReader(unarmor(armored, unfit), unfit);
  if (!MAGIC.equals(reader.raw(MAGIC.length))) throw unfit('does not begin with SSHSIG');
  const version = reader.uint32();
  // ssh-keygen takes version 0 as well, which nobody has ever described.
  if (version !== 1) throw unfit(`has the version ${String(version)}, and only 1 is known`);
  const key = parsePublicKeyBlob(reader.string(), (what) => unfit(`names a key that ${what}`));
  const namespace = reader.text();
  if (reader.string().length > 0) throw unfit('has something in its reserved field, which is not signed');
  const hash = reader.text();
  if (hash !== 'sha256' && hash !== 'sha512') throw unfit(`is over the hash “${printable(hash, 40)}”`);
  const signature = parseRaw(reader.string(), key);
  reader.end();
  return { key, namespace, hash, ...signature };
}

function parseRaw(bytes: Uint8Array, key: SshPublicKey): Omit<RawSignature, 'key'> {
  const reader = new WireReader(bytes, unfit);
  const algorithm = reader.text();
  if (!ALGORITHMS[key.type].includes(algorithm)) {
    throw unfit(`is “${printable(algorithm, 60)}”, which a key of the kind ${key.type} does not make here`);
  }
  const raw = reader.string();
  const device = key.isHardware ? { flags: reader.byte(), counter: reader.uint32() } : undefined;
  reader.end();
  return { algorithm, bytes: raw, ...(device && { device }) };
}

/** Bits of a device’s flags. */
const TOUCHED = 0x01;
const VERIFIED = 0x04;

/**
 * The key that signed exactly `message` for exactly `namespace`. Whose key that is, `findSigner` says.
 * @throws TRUST_SSH_SIGNATURE, saying what did not fit
 */
export function verifySignature(signature: SshSignature, message: Uint8Array, namespace: string): SshSigner {
  const { key, hash, device } = signature;
  // Without a purpose of its own, a signature for anything would be one for this (Y-05).
  if (namespace === '') throw unfit('cannot be for an empty purpose');
  if (signature.namespace !== namespace) {
    throw unfit(
      `was made for the purpose “${printable(signature.namespace, 60)}”, and not for “${printable(namespace, 60)}”`,
    );
  }
  // The digest alone is signed, with the purpose: nothing signed for a login or by another program looks like it.
  const digest = createHash(hash).update(message).digest();
  const signed = Buffer.concat([MAGIC, ...[namespace, '', hash, digest].map(wireString)]);
  if (!isSignedBy(signature, signed, unfit)) {
    throw unfit(`is not one of the key ${key.fingerprint} over these bytes: one of the two was altered`);
  }
  if (!device) return key;
  // sshd demands a touch unless told otherwise; ssh-keygen -Y verify does not look. Without it, a program on the person’s
  // machine can sign as long as the device is plugged in, and nobody decided anything.
  if ((device.flags & TOUCHED) === 0) throw unfit('was made by a hardware key that nobody touched');
  const presence: Presence = {
    isTouched: true,
    isVerified: (device.flags & VERIFIED) !== 0,
    counter: device.counter,
  };
  return { ...key, presence };
}

function unfit(what: string): Refusal {
  return new Refusal('TRUST_SSH_SIGNATURE', `The SSH signature ${what}.`);
}
