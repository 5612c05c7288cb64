/**
 * Personal data, apart from the ledger: names, reasons, folders, people’s keys and signatures. A leaf carries only a
 * commitment, SHA-256(0x73 ‖ salt ‖ JSON text), or a digest; the value lies in this second file and can be erased
 * without breaking a single proof. Opening a value for an auditor means showing value and salt.
 */
import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { Database, type DatabaseOptions } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { randomSecret } from '../platform/random.ts';
import { sha256 } from '../tuf/digest.ts';
import { canonicalText } from './events/leaf.ts';

/** What a sealed value is: for the erasure of one kind, and for exports. */
export type SealedKind = 'name' | 'reason' | 'place' | 'account' | 'comment' | 'signature' | 'public-key' | 'message';

export interface SealedValue {
  readonly digest: string;
  readonly kind: SealedKind;
  /** Hex; empty for what is found by its own digest. */
  readonly salt: string;
  readonly value: string;
}

const PREFIX = Uint8Array.of(0x73);
const SCHEMA = `
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS sealed (
    digest TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,
    salt   TEXT NOT NULL,
    value  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`;

export class SealedStore {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Opens the file, and makes it when it is not there: an erased store is a legal state. */
  static async open(path: string, disk: Disk, options: DatabaseOptions = {}): Promise<SealedStore> {
    if (!(await disk.exists(path))) await disk.create(path, new Uint8Array());
    await disk.refuseUnlessPrivate(path);
    const database = new Database(path, options);
    database.script(SCHEMA);
    return new SealedStore(database);
  }

  /** @returns the commitment; two seals of one value have different ones, so that equal values cannot be told */
  seal(kind: SealedKind, value: string, salt: Uint8Array = randomSecret(32)): string {
    const digest = commitment(salt, value);
    this.#insert({ digest, kind, salt: Buffer.from(salt).toString('hex'), value });
    return digest;
  }

  /** Keeps what is found by its own digest: keys and signatures. */
  keep(kind: 'signature' | 'public-key', value: string): string {
    const digest = sha256(Buffer.from(value, 'utf8'));
    this.#insert({ digest, kind, salt: '', value });
    return digest;
  }

  /** @returns undefined for what was erased. @throws STATE_SEALED for what is not what was sealed */
  open(digest: string): SealedValue | undefined {
    const row = this.#database.one('SELECT digest, kind, salt, value FROM sealed WHERE digest = ?', digest);
    if (!row) return undefined;
    const [kind, salt, value] = [String(row['kind']) as SealedKind, String(row['salt']), String(row['value'])];
    const actual = salt === '' ? sha256(Buffer.from(value, 'utf8')) : commitment(Buffer.from(salt, 'hex'), value);
    if (actual !== digest)
      throw new Refusal('STATE_SEALED', `The sealed value ${digest.slice(0, 12)} is not what was sealed.`, {
        details: { digest },
      });
    return { digest, kind, salt, value };
  }

  /**
   * Erases one value for good. Overwriting its cell is not enough: copies stay where pages were split, so the file is
   * written anew and the write-ahead log emptied.
   * @returns whether it was there
   * @throws STATE_LOCKED while somebody still reads the file as it was; to be done again
   */
  erase(digest: string): boolean {
    const erased = this.#database.run('DELETE FROM sealed WHERE digest = ?', digest) > 0;
    this.#database.run('VACUUM');
    const emptied = this.#database.one('PRAGMA wal_checkpoint(TRUNCATE)');
    if (emptied?.['busy'] !== 0)
      throw new Refusal(
        'STATE_LOCKED',
        'Another process reads the sealed store, so that nothing can be erased for good.',
      );
    return erased;
  }

  /** Several values in one commit. */
  together<Result>(work: () => Result): Result {
    return this.#database.transaction(work);
  }

  all(): SealedValue[] {
    const rows = this.#database.all('SELECT digest FROM sealed ORDER BY digest');
    return rows.flatMap((row) => this.open(String(row['digest'])) ?? []);
  }

  close(): void {
    this.#database.close();
  }

  #insert({ digest, kind, salt, value }: SealedValue): void {
    this.#database.run(
      'INSERT INTO sealed (digest, kind, salt, value) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING',
      digest,
      kind,
      salt,
      value,
    );
  }
}

/** SHA-256(0x73 ‖ salt ‖ RFC 8785 JSON of the text), lower-case hex. */
export function commitment(salt: Uint8Array, value: string): string {
  return createHash('sha256').update(PREFIX).update(salt).update(canonicalText(value)).digest('hex');
}
