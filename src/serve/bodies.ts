/**
 * Bytes of the record for the read path: the last used ones stay in memory, bounded by their size, because one
 * repository can have 16,384 roles and 130 MB of metadata. The reader compares bytes with their digest before
 * they come in here, so a flipped bit is an error and never an answer (W-10).
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { Sha256 } from '../tuf/names.ts';
import { RecentlyUsed } from './recently-used.ts';

const DEFAULT_BYTES = 64_000_000;

export class RecordBodies {
  readonly #reader: LedgerReader;
  /** Keyed by content, so no repository can be answered with another’s bytes (H-09). */
  readonly #kept: RecentlyUsed<Sha256, Buffer>;

  constructor(reader: LedgerReader, maxBytes = DEFAULT_BYTES) {
    this.#reader = reader;
    this.#kept = new RecentlyUsed(maxBytes, ({ length }) => length);
  }

  /** The bytes with this digest. @throws STATE_DAMAGED */
  read(digest: Sha256): Buffer {
    return this.#kept.get(digest, () => this.#reader.bytes(digest));
  }
}
