/**
 * The outside of every Notary file: `signed`, and `signatures` that each name a method.
 *
 * The signature is over the canonical form of the parse, never over the received bytes of `signed`: publishers write
 * `<`, `>` and `&` escaped on the wire and sign them unescaped (3.1). The canonical form is that of `src/tuf/canonical.ts`.
 * Go reads numbers as floats, takes the last of two equal members and ignores their case; whoever signs so is refused,
 * because what we display and log would not be what every client reads (N-10).
 * Source: the dialect’s description, 3.1 and 5.1.
 */
import { Refusal } from '../errors.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { decodeBase64 } from '../tuf/encoding.ts';
import { type Json, type JsonObject, parseJson } from '../tuf/json.ts';
import type { Limits } from '../tuf/limits.ts';
import { type KeyId, type Sha256, printable } from '../tuf/names.ts';
import { refuseShape, Shape } from '../tuf/shape.ts';
import type { NotarySignature } from './signatures.ts';

export type NotaryType = 'Root' | 'Targets' | 'Snapshot' | 'Timestamp';

export interface NotaryEnvelope {
  /** As received: what is kept and served. */
  readonly bytes: Uint8Array;
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256;
  readonly signed: JsonObject;
  /** The canonical form of `signed`: the message that signatures are over. It may be no JSON at all. */
  readonly message: Uint8Array;
  readonly signatures: readonly NotarySignature[];
  /** Members beside `signed` and `signatures`: kept, covered by no signature, noted (J-07). */
  readonly unsignedMembers: readonly string[];
}

const ENVELOPE = new Set(['signatures', 'signed']);
const SIGNATURE = new Set(['keyid', 'method', 'sig']);
const SIGNED = new Set([
  ...['_type', 'version', 'expires', 'consistent_snapshot', 'keys', 'roles', 'meta', 'targets', 'delegations'],
]);

/**
 * @param bytes the received file, whole; the caller bounds the size
 * @param label what it is, for messages
 * @throws TRUST_JSON, TRUST_MALFORMED, TRUST_TYPE, TRUST_LIMIT
 */
export function openNotaryEnvelope(
  bytes: Uint8Array,
  label: string,
  type: NotaryType,
  limits: Limits,
): { envelope: NotaryEnvelope; signed: Shape } {
  const shape = new Shape(parseJson(bytes, label, limits.jsonDepth), label, ENVELOPE);
  const signed = new Shape(shape.map('signed'), label, SIGNED);
  requireType(signed, label, type);
  const message = canonicalize(signed.object);
  const envelope = {
    bytes,
    fileSha256: sha256(bytes),
    signedSha256: sha256(message),
    signed: signed.object,
    message,
    signatures: readSignatures(shape, limits),
    unsignedMembers: [...shape.object.keys()].filter((name) => !ENVELOPE.has(name)),
  };
  return { envelope, signed };
}

/** Compared before anything else is believed: no role passes as another (W-06), no dialect as the other (N-03). */
function requireType(signed: Shape, label: string, type: NotaryType): void {
  const actual = signed.string('_type');
  if (actual === type) return;
  const isOther = actual === type.toLowerCase();
  const found = isOther ? 'which is how TUF writes it and not Notary v1' : `where ${type} was asked for`;
  throw new Refusal('TRUST_TYPE', `${printable(label)} is of type “${printable(actual, 20)}”, ${found}.`, {
    details: { file: label, type: printable(actual, 20) },
  });
}

function readSignatures(shape: Shape, limits: Limits): NotarySignature[] {
  const entries = shape.array('signatures');
  // Bounded before any cryptography: floods of signatures have stopped other verifiers.
  if (entries.length > limits.signatures) {
    throw new Refusal(
      'TRUST_LIMIT',
      `${printable(shape.label)} carries ${String(entries.length)} signatures, more than ${String(limits.signatures)}.`,
      { details: { file: shape.label, limit: 'signatures' } },
    );
  }
  return entries.map((entry) => readSignature(entry, `${shape.label} signature`));
}

function readSignature(entry: Json, label: string): NotarySignature {
  const signature = new Shape(entry, label, SIGNATURE);
  // Go cannot read a file with broken base64 anywhere, so no stock client could; junk that decodes just never counts.
  const bytes = decodeBase64(signature.string('sig')) ?? refuseShape(label, 'is not in padded base64');
  return { keyId: signature.string('keyid') as KeyId, method: signature.string('method'), bytes };
}
