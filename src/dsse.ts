/**
 * Dead simple signing envelopes (DSSE 1.0): how the server states what it saw, in the form that in-toto tools read.
 *
 * Signed is the pre-authentication encoding, never the payload alone: `DSSEv1 SP LEN(type) SP type SP LEN(body) SP body`,
 * with lengths in bytes of UTF-8. Counting characters instead let others change the type after signing (T-01).
 */
import { sha256 } from './tuf/digest.ts';
import { verifyEd25519 } from './tuf/ed25519.ts';
import { decodeBase64 } from './tuf/encoding.ts';

/** in-toto statements. */
export const IN_TOTO = 'application/vnd.in-toto+json';

/** One signature: `keyid` is a hint, lower-case hex SHA-256 of the SPKI; `sig` is base64. */
export interface DsseSignature {
  readonly keyid: string;
  readonly sig: string;
}

export interface DsseEnvelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly DsseSignature[];
}

/** The bytes that are signed. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

export function dsseEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signatures: readonly DsseSignature[],
): DsseEnvelope {
  return { payload: Buffer.from(payload).toString('base64'), payloadType, signatures };
}

/** Whether this key signed exactly this payload under exactly this type. */
export function isSignedDsse(
  payloadType: string,
  payload: Uint8Array,
  { sig }: DsseSignature,
  publicKey: Uint8Array,
): boolean {
  const signature = decodeBase64(sig);
  return (
    signature !== undefined && verifyEd25519(publicKey, preAuthenticationEncoding(payloadType, payload), signature)
  );
}

/** DER prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The 44 bytes that `openssl pkey -pubin` reads. */
export function spkiOf(publicKey: Uint8Array): Uint8Array {
  return Buffer.concat([SPKI_PREFIX, publicKey]);
}

/** Lower-case hex SHA-256 of the SPKI. */
export function dsseKeyId(publicKey: Uint8Array): string {
  return sha256(spkiOf(publicKey));
}
