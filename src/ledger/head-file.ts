/**
 * A small file outside the database, on another volume where configured: the last signed checkpoint, and how far each
 * root chain has gone. A record that is older than its head file was restored from a backup: signing on it could reuse
 * versions and fork the log (S-06). It is written after each commit and before the checkpoint is shown to anybody.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { jsonObject, parseJson, stringifyJson } from '../tuf/json.ts';
import { isSha256 } from '../tuf/names.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { type NoteSigner, openNote } from '../tlog/note.ts';
import { isSameHash, type Hash, rootOf } from '../tlog/tree.ts';
import { openOwn } from './checkpoints.ts';
import { decodeLeaf } from './events/leaf.ts';
import { leafBytes, logSize, storedNodes } from './log-rows.ts';

/** A thousand repositories’ root versions fit many times over. */
const MOST_BYTES = 1_000_000;

export interface Remembered {
  /** Entries of the ledger. */
  readonly size: number;
  /** Its root; for a head file of the plain record, the digest of the last event instead. */
  readonly root: Hash | { readonly plainSha256: string };
  /** The signed checkpoint; absent in a head file of the plain record. */
  readonly note: string | undefined;
  /** Repository id → version of its newest root. */
  readonly roots: ReadonlyMap<string, number>;
}

export class HeadFile {
  readonly path: string;
  readonly #disk: Disk;

  constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
  }

  async read(): Promise<Remembered | undefined> {
    if (!(await this.#disk.exists(this.path))) return undefined;
    const value = parseJson(await this.#disk.read(this.path, MOST_BYTES), 'the head file');
    const remembered = value instanceof Map ? remember(value) : undefined;
    if (!remembered)
      throw new Refusal('STATE_DAMAGED', `The head file ${this.path} is not one that this program writes.`);
    return remembered;
  }

  async write(note: string, roots: ReadonlyMap<string, number>): Promise<void> {
    const text = stringifyJson(jsonObject({ checkpoint: note, roots: new Map(roots) }));
    await this.#disk.write(this.path, Buffer.from(`${text}\n`));
  }

  /**
   * Brings the head file of a plain record up to date, which a crash left behind by a commit. Once the record is translated
   * nobody can tell any more which of its events the head file remembers.
   */
  async followPlainRecord(database: Database): Promise<void> {
    const remembered = await this.read();
    if (!remembered || remembered.root instanceof Uint8Array) return;
    const last = database.one('SELECT idx, sha256 FROM event ORDER BY idx DESC LIMIT 1');
    const known = database.one('SELECT sha256 FROM event WHERE idx = ?', remembered.size - 1);
    const events = Number(last?.['idx']) + 1;
    // Anything else was restored or altered, and is refused when something is to be signed.
    if (known?.['sha256'] !== remembered.root.plainSha256 || events <= remembered.size) return;
    const versions = database.all('SELECT repository, root_version FROM current ORDER BY repository');
    const roots = new Map(versions.map((row) => [String(row['repository']), Number(row['root_version'])]));
    const text = stringifyJson(jsonObject({ events, roots, sha256: String(last?.['sha256']) }));
    await this.#disk.write(this.path, Buffer.from(`${text}\n`));
  }

  /**
   * @param signers the log key under each of the log’s names: a head file is believed because it signed it
   * @throws STATE_RESTORED when the record lacks, or contradicts, what the head file remembers, or there is none
   */
  async refuseRestored(database: Database, signers: (origin: string) => NoteSigner): Promise<void> {
    const size = logSize(database);
    const remembered = await this.read();
    if (!remembered) {
      // An unmounted volume must not look like a first start.
      if (size > 0)
        throw new Refusal(
          'STATE_RESTORED',
          `The record holds ${size} events, and its head file ${this.path} is missing.`,
        );
      return;
    }
    requireSigned(this.path, remembered, signers);
    if (size < remembered.size) {
      throw new Refusal('STATE_RESTORED', `The record holds ${size} events, and it held ${remembered.size} before.`, {
        details: { events: size, remembered: remembered.size },
      });
    }
    if (isContinued(database, remembered)) return;
    throw new Refusal(
      'STATE_RESTORED',
      `The record’s first ${remembered.size} events are not the ones that were there before.`,
      { details: { events: remembered.size } },
    );
  }
}

function remember(value: ReadonlyMap<string, unknown>): Remembered | undefined {
  const roots = value.get('roots');
  if (!(roots instanceof Map)) return undefined;
  const versions = new Map([...roots].map(([repository, version]) => [String(repository), Number(version)]));
  const [note, events, digest] = [value.get('checkpoint'), value.get('events'), value.get('sha256')];
  if (typeof note === 'string') {
    try {
      const { size, root } = parseCheckpoint(openNote(note).body);
      return { size, root, note, roots: versions };
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
  // As the plain record wrote it, before there was a tree.
  if (typeof events !== 'number' || typeof digest !== 'string' || !isSha256(digest)) return undefined;
  return { size: events, root: { plainSha256: digest }, note: undefined, roots: versions };
}

/** Whoever cut the record would otherwise write a head file that remembers no more than is left. */
function requireSigned(path: string, { note }: Remembered, signers: (origin: string) => NoteSigner): void {
  if (note === undefined) return;
  try {
    const { origin } = parseCheckpoint(openNote(note).body);
    openOwn(note, signers(origin));
  } catch (cause) {
    throw new Refusal('STATE_RESTORED', `The head file ${path} is not one that the log’s key signed.`, { cause });
  }
}

function isContinued(database: Database, { size, root }: Remembered): boolean {
  if (root instanceof Uint8Array) return isSameHash(rootOf(size, storedNodes(database)), root);
  const genesis = decodeLeaf(leafBytes(database, 0), 0);
  return genesis.type === 'genesis' && genesis.body.plain_record_sha256 === root.plainSha256;
}
