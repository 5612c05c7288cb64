/**
 * Bytes of the record for the read path: the last used ones stay in memory, bounded by their size, because one
 * repository can have 16,384 roles and 130 MB of metadata. The reader compares bytes with their digest before
 * they come in here, so a flipped bit is an error and never an answer (W-10).
 */
import type { LedgerReader } from '../ledger/reader.ts';
import type { Sha256 } from '../tuf/names.ts';

const DEFAULT_BYTES = 64_000_000;

export class RecordBodies {
  readonly #reader: LedgerReader;
  readonly #maxBytes: number;
  /** Least recently used first. Keyed by content, so no repository can be answered with another’s bytes (H-09). */
  readonly #kept = new Map<Sha256, Buffer>();
  #keptBytes = 0;

  constructor(reader: LedgerReader, maxBytes = DEFAULT_BYTES) {
    this.#reader = reader;
    this.#maxBytes = maxBytes;
  }

  /** The bytes with this digest. @throws STATE_DAMAGED */
  read(digest: Sha256): Buffer {
    const kept = this.#kept.get(digest);
    if (kept) {
      this.#kept.delete(digest);
      this.#kept.set(digest, kept);
      return kept;
    }
    const bytes = this.#reader.bytes(digest);
    // One large file must not push everything else out.
    if (bytes.length <= this.#maxBytes / 4) this.#keep(digest, bytes);
    return bytes;
  }

  #keep(digest: Sha256, bytes: Buffer): void {
    this.#kept.set(digest, bytes);
    this.#keptBytes += bytes.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#keptBytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= length;
    }
  }
}
