/**
 * Checkpoints: what the log key states about the tree, and which of them others may see. A checkpoint is signed only over
 * a tree that this process computed from the leaves itself; it is released, with what the witnesses answered, in a
 * transaction of its own after the head file (Sunlight’s order). Between commit and release a crash leaves leaves without
 * a checkpoint: the next writer verifies and signs them.
 */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import {
  type Checkpoint,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type SignedCheckpoint,
} from '../tlog/checkpoint.ts';
import { verifyCosignature } from '../tlog/cosignature.ts';
import { formatNote, type NoteKey, openNote, type NoteSigner, parseSignature, signNote } from '../tlog/note.ts';
import { type Hash, isSameHash } from '../tlog/tree.ts';

/** The newest checkpoint that was released. */
export interface Released {
  readonly size: number;
  /** The signed note with the witnesses’ lines. */
  readonly note: string;
  /** The note as the log key signed it. */
  readonly plain: string;
  /** RFC 3339. */
  readonly at: string;
}

export function released(database: Database): Released | undefined {
  const row = database.one('SELECT size, note, created_at FROM checkpoint ORDER BY size DESC LIMIT 1');
  if (!row) return undefined;
  const [size, plain] = [Number(row['size']), String(row['note'])];
  return { size, plain, note: withCosignatures(database, size, plain), at: String(row['created_at']) };
}

/** Leaves that others may know of. */
export function releasedSize(database: Database): number {
  return Number(database.one('SELECT COALESCE(MAX(size), 0) AS size FROM checkpoint')?.['size']);
}

export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  const body = formatCheckpoint(checkpoint);
  return formatNote(body, [signNote(body, signer)]);
}

/** Inside a transaction: the checkpoint and what witnesses answered become what is shown. */
export function release(
  database: Database,
  { size, root }: { readonly size: number; readonly root: Hash },
  note: string,
  cosignatures: readonly string[],
  now: Date,
): void {
  database.run(
    'INSERT INTO checkpoint (size, root, note, created_at) VALUES (?, ?, ?, ?)',
    size,
    root,
    note,
    formatDate(now),
  );
  cosign(database, size, cosignatures);
}

/** Inside a transaction: what witnesses answered about a released checkpoint. */
export function cosign(database: Database, size: number, lines: readonly string[]): void {
  for (const line of new Set(lines)) database.run('INSERT INTO cosignature (size, line) VALUES (?, ?)', size, line);
}

/** What a witness cosigned last, of what was released. */
export interface LastCosigned {
  readonly size: number;
  /** By its own clock, POSIX seconds. */
  readonly time: number;
}

/** Lines that are looked through; a witness that is in none of them is asked from the beginning. */
const MOST_LINES = 1000;

/** Under this name of the log: of an earlier one, the witness has seen another log. @returns by verifier key */
export function lastCosigned(
  database: Database,
  keys: readonly NoteKey[],
  origin: string,
): ReadonlyMap<string, LastCosigned> {
  const rows = database.all(
    `SELECT s.size, s.line, c.note FROM cosignature s JOIN checkpoint c ON c.size = s.size
      WHERE instr(c.note, ?) = 1 ORDER BY s.size DESC LIMIT ?`,
    `${origin}\n`,
    MOST_LINES,
  );
  const last = new Map<string, LastCosigned>();
  for (const { size, line, note } of rows) {
    const signature = parseSignature(String(line));
    const key = keys.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    if (!key || last.has(key.text)) continue;
    const time = verifyCosignature(signature, openNote(String(note)).body, key);
    if (time !== undefined) last.set(key.text, { size: Number(size), time });
    if (last.size === keys.length) break;
  }
  return last;
}

/**
 * Inside the transaction that appended: the log key signs the tree as it is now. A crash may leave leaves that nobody was
 * shown; by this they are told from leaves that somebody else wrote into the database (S-10).
 */
export function signHead(database: Database, checkpoint: Checkpoint, signers: (origin: string) => NoteSigner): void {
  const note = signCheckpoint(checkpoint, signers(checkpoint.origin));
  database.run(
    'INSERT INTO signed_head (id, note) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET note = excluded.note',
    note,
  );
}

/** The last note of each key that this process has verified: a writer meets its own again with every commit. */
const KNOWN = new WeakMap<NoteSigner, SignedCheckpoint>();

/** @throws TRUST_LOG_FORMAT, TRUST_LOG_SIGNATURE */
export function openOwn(note: string, signer: NoteSigner): SignedCheckpoint {
  const known = KNOWN.get(signer);
  if (known?.note === note) return known;
  const opened = openCheckpoint(note, signer.key);
  KNOWN.set(signer, opened);
  return opened;
}

/** @throws STATE_LEDGER for leaves that this program did not append */
export function requireSignedHead(
  database: Database,
  { origin, size, root }: Checkpoint,
  signers: (origin: string) => NoteSigner,
): void {
  const refuse = (what: string, cause?: unknown): never => {
    throw new Refusal('STATE_LEDGER', what, { details: { size }, cause });
  };
  const note = database.one('SELECT note FROM signed_head WHERE id = 1')?.['note'];
  if (typeof note !== 'string') return refuse(`Nobody signed the ledger’s ${size} entries.`);
  let head: Checkpoint;
  try {
    head = openOwn(note, signers(origin));
  } catch (cause) {
    return refuse('What was signed of the ledger last is not its own signature.', cause);
  }
  if (head.size < size)
    refuse(`Entry ${head.size} of the ledger was not appended by this mirror: it signed the ones before.`);
  if (head.size > size || !isSameHash(head.root, root))
    refuse(`The ledger’s ${size} entries are not the ones that it signed.`);
}

/**
 * The newest checkpoint must be one that the log key signed over this very tree.
 * @throws STATE_LEDGER for a database whose leaves or checkpoint were changed
 */
export function requireOwnCheckpoint(
  database: Database,
  signers: (origin: string) => NoteSigner,
  rootAt: (size: number) => Hash,
): void {
  const newest = released(database);
  if (!newest) return;
  let root: Hash | undefined;
  try {
    // Under whichever of the log’s names: a log that lost leaves goes on under another.
    const { origin } = parseCheckpoint(openNote(newest.note).body);
    root = openOwn(newest.note, signers(origin)).root;
  } catch (cause) {
    throw new Refusal('STATE_LEDGER', `The ledger’s checkpoint of ${newest.size} entries is not one of its own.`, {
      cause,
    });
  }
  if (!isSameHash(root, rootAt(newest.size)))
    throw new Refusal('STATE_LEDGER', `The ledger’s first ${newest.size} entries are not the ones that were signed.`, {
      details: { size: newest.size },
    });
}

function withCosignatures(database: Database, size: number, note: string): string {
  const rows = database.all('SELECT line FROM cosignature WHERE size = ? ORDER BY line', size);
  return `${note}${rows.map((row) => `${String(row['line'])}\n`).join('')}`;
}
