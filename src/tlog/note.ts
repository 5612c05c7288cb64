/**
 * Signed notes (C2SP signed-note 1.0.0): text, an empty line, and one line for each signature.
 *
 * Everything is exact (T-06): the text ends at the LAST empty line; a key is chosen by name and id together; lines of
 * unknown keys are ignored, but a failing line of a known key refuses the whole note. The key id is four bytes long and
 * no proof of anything: anybody can make a key that has it, and gets a signature that fails.
 */
import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { isSoundPublicKey, verifyEd25519 } from '../tuf/ed25519.ts';
import { decodeBase64, encodeHex } from '../tuf/encoding.ts';
import { printable } from '../tuf/names.ts';
import { encodeBase64, isPlainText, readText, refuseFormat } from './wire.ts';

/** Signature types: of notes by anybody, and of checkpoints by witnesses (`cosignature.ts`). */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

/** At least 16 must be accepted; golang.org/x/mod/sumdb/note has the same bound. */
const MOST_SIGNATURES = 100;
/** An em dash; an en dash or a hyphen looks alike and begins no signature. */
const LINE_START = '\u2014 ';

export interface NoteKey {
  /** Non-empty, without Unicode spaces and “+”; of a log key it is the log’s origin. */
  readonly name: string;
  /** Eight lower-case hexadecimal digits. */
  readonly keyId: string;
  /** `ED25519` or `COSIGNATURE`. */
  readonly type: number;
  /** 32 bytes, a sound Ed25519 point. */
  readonly publicKey: Uint8Array;
  /** The verifier key (“vkey”): `name+id+base64(type ‖ key)`. */
  readonly text: string;
}

export interface NoteSignature {
  readonly name: string;
  /** Eight lower-case hexadecimal digits. */
  readonly keyId: string;
  /** What follows the id: 64 bytes for Ed25519, 8 + 64 for a cosignature, anything for types that are unknown here. */
  readonly bytes: Uint8Array;
  /** The whole line as it was written, without its newline. */
  readonly line: string;
}

export interface Note {
  /** The signed text, with its final newline and without the empty line. */
  readonly body: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSigner {
  readonly key: NoteKey;
  /** An Ed25519 signature, 64 bytes, by the private key. */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** @throws TRUST_LOG_FORMAT when the name cannot be one, the type is unknown here or the key is not sound */
export function noteKey(name: string, type: number, publicKey: Uint8Array): NoteKey {
  const shown = printable(name, 80);
  if (!isKeyName(name)) refuseFormat(`“${shown}” cannot be the name of a note key.`);
  if (type !== ED25519 && type !== COSIGNATURE) {
    refuseFormat(`The note key ${shown} has the signature type ${type}; 1 and 4, both Ed25519, are known here.`);
  }
  // With a weak point anybody can write signatures that verify, for any text.
  if (!isSoundPublicKey(publicKey)) refuseFormat(`The note key ${shown} is not a sound Ed25519 key.`);
  const material = Buffer.concat([Uint8Array.of(type), publicKey]);
  const keyId = createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8);
  return { name, keyId, type, publicKey, text: `${name}+${keyId}+${encodeBase64(material)}` };
}

/**
 * @param vkey `name+id+base64(type ‖ key)`; an id that is not the key’s is refused, because it would never match
 * @param type the only signature type that will do, if there is one
 * @throws TRUST_LOG_FORMAT
 */
export function parseNoteKey(vkey: string, type?: number): NoteKey {
  // Base64 has “+” too: the first two separate.
  const [, name, keyId, encoded] = /^([^+]+)\+([^+]+)\+(.+)$/.exec(vkey) ?? [];
  const material = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || material?.[0] === undefined) {
    return refuseFormat(`“${printable(vkey, 80)}” is not a note key: name+id+key.`);
  }
  const key = noteKey(name, material[0], material.subarray(1));
  if (key.keyId !== keyId)
    refuseFormat(`The id of the note key ${printable(name, 80)} belongs to another key or name.`);
  if (type !== undefined && key.type !== type) {
    refuseFormat(`The note key ${printable(name, 80)} has the signature type ${key.type}, not ${type}.`);
  }
  return key;
}

function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}+]+$/u.test(name) && name.isWellFormed() && isPlainText(name);
}

/** Takes a note apart; nothing of it is verified. @throws TRUST_LOG_FORMAT */
export function openNote(sent: Uint8Array | string): Note {
  const text = readText(sent, 'The note');
  const end = text.lastIndexOf('\n\n');
  if (end < 0) refuseFormat('The note has no empty line that separates text and signatures.');
  const lines = text.slice(end + 2).split('\n');
  if (lines.pop() !== '') refuseFormat('The note does not end in a newline; it may be cut off.');
  if (lines.length === 0) refuseFormat('The note has no signature.');
  if (lines.length > MOST_SIGNATURES) refuseFormat(`The note has more than ${MOST_SIGNATURES} signatures.`);
  return { body: text.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

/** One signature line without its newline. @throws TRUST_LOG_FORMAT */
export function parseSignature(line: string): NoteSignature {
  const [name, encoded, more] = line.slice(LINE_START.length).split(' ');
  const blob = encoded === undefined ? undefined : decodeBase64(encoded);
  const isLine = line.startsWith(LINE_START) && name !== undefined && isKeyName(name) && more === undefined;
  // Four bytes of id, and something that is signed with.
  if (!isLine || blob === undefined || blob.length < 5) {
    return refuseFormat(`“${printable(line, 80)}” is not a signature line of a note.`);
  }
  return { name, keyId: encodeHex(blob.subarray(0, 4)), bytes: blob.subarray(4), line };
}

/** The signature line of these bytes: what `parseSignature` reads. */
export function signatureLine({ name, keyId }: NoteKey, bytes: Uint8Array): string {
  return `${LINE_START}${name} ${encodeBase64(Buffer.concat([Buffer.from(keyId, 'hex'), bytes]))}`;
}

/** The line, without newline, of an Ed25519 signature over the body. @throws RangeError for a body that is none */
export function signNote(body: string, { key, sign }: NoteSigner): string {
  requireBody(body);
  if (key.type !== ED25519) throw new RangeError(`The key ${key.name} does not sign notes.`);
  return signatureLine(key, sign(Buffer.from(body)));
}

/** The whole text of a note. @throws RangeError when the body is none or there is no line; TRUST_LOG_FORMAT for bad lines */
export function formatNote(body: string, lines: readonly string[]): string {
  requireBody(body);
  if (lines.length === 0) throw new RangeError('A note has at least one signature.');
  return `${body}\n${lines.map((line) => `${parseSignature(line).line}\n`).join('')}`;
}

function requireBody(body: string): void {
  if (!body.endsWith('\n') || !isPlainText(body) || !body.isWellFormed()) {
    throw new RangeError('The text of a note ends in a newline and has no control characters.');
  }
}

/** The lines that claim to be this key’s: name and id both. */
export function signaturesOf({ signatures }: Note, { name, keyId }: NoteKey): NoteSignature[] {
  return signatures.filter((signature) => signature.name === name && signature.keyId === keyId);
}

/**
 * @param keys known Ed25519 keys
 * @returns those of the keys that signed, at least one
 * @throws TRUST_LOG_SIGNATURE when none did, or a line of one of them fails, whatever else is good
 */
export function verifyNote(note: Note, keys: readonly NoteKey[]): NoteKey[] {
  const signed = keys.filter((key) => {
    if (key.type !== ED25519) throw new RangeError(`The key ${key.name} does not sign notes.`);
    const lines = signaturesOf(note, key);
    for (const { bytes } of lines) {
      if (!verifyEd25519(key.publicKey, Buffer.from(note.body), bytes)) refuseSignature(key, 'does not verify');
    }
    return lines.length > 0;
  });
  if (signed.length === 0) {
    const names = keys.map(({ name, keyId }) => `${printable(name, 80)} (${keyId})`).join(', ');
    throw new Refusal('TRUST_LOG_SIGNATURE', `The note is not signed by ${names}.`);
  }
  return signed;
}

/** @throws TRUST_LOG_SIGNATURE always */
export function refuseSignature({ name, keyId }: NoteKey, problem: string): never {
  throw new Refusal('TRUST_LOG_SIGNATURE', `The signature of ${printable(name, 80)} (${keyId}) ${problem}.`, {
    details: { key: keyId },
  });
}
