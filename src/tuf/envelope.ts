/**
 * The outside of every metadata file: `signatures` around `signed`.
 *
 * Signatures are checked over the canonical form of the parse of the received bytes, and those bytes are what is kept
 * and served (J-01). Two digests identify a file: `fileSha256` of the bytes, `signedSha256` of the signed part. Same
 * signed part in other bytes is “re-signed”; same version with another signed part is equivocation (C-03, W-07).
 * Source: TUF 1.0.34, “File formats: general principles”.
 */
import { Refusal } from '../errors.ts';
import { canonicalize } from './canonical.ts';
import { sha256 } from './digest.ts';
import { decodeHex } from './encoding.ts';
import { parseJson, type JsonObject } from './json.ts';
import type { Limits } from './limits.ts';
import { type KeyId, type Sha256, printable } from './names.ts';
import { Shape } from './shape.ts';
import type { Signature } from './signatures.ts';

export interface Envelope {
  readonly bytes: Uint8Array;
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256;
  readonly signed: JsonObject;
  /** The canonical form of `signed`: the message that signatures are over. */
  readonly message: Uint8Array;
  readonly signatures: readonly Signature[];
  /** Members beside `signed` and `signatures`: kept, covered by no signature, noted (J-07). */
  readonly unsignedMembers: readonly string[];
}

const ENVELOPE = new Set(['signatures', 'signed']);
const SIGNATURE = new Set(['keyid', 'sig']);
/** Longest signature that is decoded, hex digits: RSA with 16384 bits. */
const MAX_SIGNATURE_DIGITS = 4096;

/** @throws TRUST_JSON, TRUST_MALFORMED, TRUST_LIMIT, TRUST_DUPLICATE_SIGNATURE */
export function openEnvelope(bytes: Uint8Array, label: string, limits: Limits): Envelope {
  const shape = new Shape(parseJson(bytes, label, limits.jsonDepth), label, ENVELOPE);
  const signed = shape.map('signed');
  const message = canonicalize(signed);
  return {
    bytes,
    fileSha256: sha256(bytes),
    signedSha256: sha256(message),
    signed,
    message,
    signatures: readSignatures(shape, limits),
    unsignedMembers: [...shape.object.keys()].filter((name) => !ENVELOPE.has(name)),
  };
}

function readSignatures(shape: Shape, limits: Limits): Signature[] {
  const entries = shape.array('signatures');
  // Bounded before any cryptography: floods of signatures have stopped other verifiers.
  if (entries.length > limits.signatures) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(shape.label)} carries ${String(entries.length)} signatures, more than ${String(limits.signatures)}.`,
      {
        details: { file: shape.label, limit: 'signatures' },
      },
    );
  }
  const seen = new Set<string>();
  return entries.map((entry) => {
    const signature = new Shape(entry, `${shape.label} signature`, SIGNATURE);
    const keyId = signature.string('keyid');
    if (seen.has(keyId)) {
      throw new Refusal(
        'TRUST_DUPLICATE_SIGNATURE',
        `${printable(shape.label)} is signed twice under the key id ${printable(keyId, 12)}.`,
        {
          details: { file: shape.label, key: keyId },
        },
      );
    }
    seen.add(keyId);
    const digits = signature.string('sig');
    // An empty signature is tuf-on-ci’s placeholder; junk is somebody’s mistake. Neither spoils the good ones (W-08).
    const bytes = digits === '' || digits.length > MAX_SIGNATURE_DIGITS ? undefined : decodeHex(digits);
    return { keyId: keyId as KeyId, bytes };
  });
}
