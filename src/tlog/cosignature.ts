/**
 * Cosignatures (C2SP tlog-cosignature 1.0, Ed25519): a witness states that at a time this was the largest tree of the log
 * it had seen, and that it grew from every earlier one.
 *
 * The time is signed with the rest, so it is the only one near a checkpoint that somebody else vouches for (T-04). The
 * name of the witness is not signed: who cosigned is decided by the key, never by the name on the line (T-02).
 */
import { verifyEd25519 } from '../tuf/ed25519.ts';
import { COSIGNATURE, type NoteKey, noteKey, type NoteSignature, parseSignature, signatureLine } from './note.ts';

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/**
 * What a witness signs.
 * @param time POSIX seconds
 * @param body the whole text of the checkpoint, with extension lines and final newline
 */
export function cosignedBytes(time: number, body: string): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${String(time)}\n${body}`);
}

/**
 * The signature line of a witness, without newline.
 * @param time POSIX seconds; zero would mean that no time is stated
 * @param name of the witness, as in its key
 * @param sign an Ed25519 signature by the key of `publicKey`
 * @throws RangeError for a time that is none; TRUST_LOG_FORMAT for a name or key that is none
 */
export function signCosignature(
  body: string,
  time: number,
  name: string,
  sign: (bytes: Uint8Array) => Uint8Array,
  publicKey: Uint8Array,
): string {
  if (!isTime(time)) throw new RangeError(`${time} is not a time in POSIX seconds.`);
  const stated = Buffer.alloc(TIME_BYTES);
  stated.writeBigUInt64BE(BigInt(time));
  return signatureLine(noteKey(name, COSIGNATURE, publicKey), Buffer.concat([stated, sign(cosignedBytes(time, body))]));
}

/**
 * When this witness cosigned this text, POSIX seconds; undefined when it did not: another key’s line, another text, another
 * time. Whether a failing line refuses more than itself is for the caller to say (`countWitnesses` does).
 * @param signature a line, or one taken apart by `openNote`
 * @throws TRUST_LOG_FORMAT when the line is none
 */
export function verifyCosignature(signature: NoteSignature | string, body: string, key: NoteKey): number | undefined {
  if (key.type !== COSIGNATURE) throw new RangeError(`The key ${key.name} does not cosign.`);
  const { name, keyId, bytes } = typeof signature === 'string' ? parseSignature(signature) : signature;
  if (name !== key.name || keyId !== key.keyId || bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  const time = Number(Buffer.from(bytes.subarray(0, TIME_BYTES)).readBigUInt64BE());
  // Rounded to another number, a time beyond 2^53 would not be the one that was signed.
  if (!isTime(time)) return undefined;
  return verifyEd25519(key.publicKey, cosignedBytes(time, body), bytes.subarray(TIME_BYTES)) ? time : undefined;
}

function isTime(time: number): boolean {
  return Number.isSafeInteger(time) && time > 0;
}
