/**
 * A person’s signature, verified for one purpose: the one place where the gate looks at SSHSIG. The bytes are looked up at
 * the moment of judging, because they may have been erased, and because nothing that was once judged is believed later.
 */
import { isRefusal } from '../errors.ts';
import { canonicalBytes } from '../ledger/events/leaf.ts';
import type { Purpose } from '../sshsig/namespaces.ts';
import { parseSignature, verifySignature } from '../sshsig/signature.ts';
import type { Signed, Signatures } from './records.ts';

export interface SigningKey {
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** It needed a device, and a touch. */
  readonly isHardware: boolean;
}

export interface SignedStatement {
  readonly statement: object;
  /** The key that the statement names. */
  readonly key: string | null;
  readonly signature: Signed | null;
  readonly purpose: Purpose;
}

/** @throws TRUST_SSH_SIGNATURE */
export function verifyPerson(armored: string, message: Uint8Array, purpose: Purpose): SigningKey {
  const { fingerprint, isHardware } = verifySignature(parseSignature(armored), message, purpose);
  return { fingerprint, isHardware };
}

/** Why a statement is not signed by the key that it names; undefined when it is. */
export function whyUnsigned(
  { statement, key, signature, purpose }: SignedStatement,
  signatures: Signatures,
  isHardwareOnly: boolean,
): string | undefined {
  const armored = signature === null ? undefined : signatures(signature.sshsig_sha256);
  if (armored === undefined) return 'its signature is not there';
  try {
    const signer = verifyPerson(armored, canonicalBytes(statement), purpose);
    if (signer.fingerprint !== key) return 'another key signed it';
    return isHardwareOnly && !signer.isHardware ? 'the policy asks for a hardware key' : undefined;
  } catch (error) {
    // What cannot be read is no signature; everything else is a mistake of this program and must be heard.
    if (!isRefusal(error, 'TRUST_SSH_SIGNATURE')) throw error;
    return error.what;
  }
}
