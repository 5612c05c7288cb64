/**
 * Checkpoints (C2SP tlog-checkpoint 1.0.0): what a log commits to, as the text of a signed note. Three lines, origin, size
 * and root; further lines are allowed, opaque, and believed by nobody.
 */
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { type Note, type NoteKey, openNote, verifyNote } from './note.ts';
import { EMPTY_ROOT, type Hash, HASH_BYTES, isSameHash, isTreeSize } from './tree.ts';
import { encodeBase64, isPlainText, readDecimal, readHash, readText, refuseFormat } from './wire.ts';

export interface Checkpoint {
  /** The log’s identity; equal to the name of its key. */
  readonly origin: string;
  /** Leaves, a safe integer. */
  readonly size: number;
  readonly root: Hash;
}

export interface ParsedCheckpoint extends Checkpoint {
  /** The whole text, extension lines included: what is signed and cosigned. */
  readonly body: string;
}

/** A checkpoint that the log’s key signed. */
export interface SignedCheckpoint extends ParsedCheckpoint, Note {
  /** The note as received, every signature line included. */
  readonly note: string;
}

/** The text of a note. @throws RangeError when it could not be read back */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.includes('\n') || !isPlainText(origin) || !origin.isWellFormed()) {
    throw new RangeError('An origin is one line of text.');
  }
  if (!isTreeSize(size) || root.length !== HASH_BYTES) throw new RangeError('A checkpoint has a size and a hash.');
  return `${origin}\n${String(size)}\n${encodeBase64(root)}\n`;
}

/** Extension lines are accepted and kept in `body`. @throws TRUST_LOG_FORMAT */
export function parseCheckpoint(body: string): ParsedCheckpoint {
  const lines = readText(body, 'The checkpoint').split('\n');
  if (lines.pop() !== '') refuseFormat('The checkpoint does not end in a newline; it may be cut off.');
  const [origin, size, root] = lines;
  if (origin === undefined || size === undefined || root === undefined || lines.includes('')) {
    return refuseFormat('The checkpoint does not consist of three or more lines that are not empty.');
  }
  return {
    origin,
    size: readDecimal(size, 'The size in the checkpoint'),
    root: readHash(root, 'The root in the checkpoint'),
    body,
  };
}

/**
 * The checkpoint in a note, believed: signed by this key, and of the log that the key’s name says.
 * @throws TRUST_LOG_FORMAT, TRUST_LOG_SIGNATURE
 */
export function openCheckpoint(sent: Uint8Array | string, logKey: NoteKey): SignedCheckpoint {
  const note = openNote(sent);
  const checkpoint = parseCheckpoint(note.body);
  // A key that signs for two logs must not let one answer for the other (T-03).
  if (checkpoint.origin !== logKey.name) {
    const names = `“${printable(checkpoint.origin, 80)}”, not of “${printable(logKey.name, 80)}”`;
    throw new Refusal('TRUST_LOG_SIGNATURE', `The checkpoint is of the log ${names}.`);
  }
  verifyNote(note, [logKey]);
  if (checkpoint.size === 0 && !isSameHash(checkpoint.root, EMPTY_ROOT)) {
    refuseFormat('The checkpoint gives a tree without leaves another root than that of nothing.');
  }
  return { ...checkpoint, ...note, note: typeof sent === 'string' ? sent : Buffer.from(sent).toString('utf8') };
}
