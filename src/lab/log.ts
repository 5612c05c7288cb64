/**
 * A log as clients are shown it: entries, a checkpoint that the mirror’s log key signed, whatever witnesses said to it,
 * proofs and tiles. The mirror’s own, or one that a thief of its keys has made; what of it is believed is the clients’ to
 * say.
 */
import { inclusionProof } from '../tlog/inclusion.ts';
import type { NoteKey } from '../tlog/note.ts';
import { formatProof } from '../tlog/proof.ts';
import { parseTilePath, tileBytes, tileWidth } from '../tlog/tiles.ts';
import { completedBy, type Hash, leafHash, type StoredNodes } from '../tlog/tree.ts';

/** Entries, hashed into a tree. */
export class LabTree implements StoredNodes {
  readonly entries: readonly Buffer[];
  readonly #levels: Hash[][] = [[]];

  constructor(entries: readonly Buffer[]) {
    this.entries = entries;
    for (const [index, entry] of entries.entries()) {
      const leaf = leafHash(entry);
      this.#keep(0, index, leaf);
      for (const { level, position, hash } of completedBy(leaf, index, this)) this.#keep(level, position, hash);
    }
  }

  get size(): number {
    return this.entries.length;
  }

  node(level: number, position: number): Hash {
    const hash = this.#levels[level]?.[position];
    if (!hash) throw new RangeError(`the node ${position} of level ${level} is not complete`);
    return hash;
  }

  #keep(level: number, position: number, hash: Hash): void {
    (this.#levels[level] ??= [])[position] = hash;
  }
}

export class LabLog {
  readonly key: NoteKey;
  readonly witnesses: readonly NoteKey[];
  /** Whether an honest witness has cosigned it. */
  readonly isKnown: boolean;
  readonly #tree: LabTree;
  readonly #note: string;

  constructor(shown: Pick<LabLog, 'key' | 'witnesses' | 'isKnown'> & { tree: LabTree; note: string }) {
    this.key = shown.key;
    this.witnesses = shown.witnesses;
    this.isKnown = shown.isKnown;
    this.#tree = shown.tree;
    this.#note = shown.note;
  }

  get entries(): readonly Buffer[] {
    return this.#tree.entries;
  }

  /** What the mirror serves as a `.tlog-proof`. */
  proof(index: number): Buffer {
    const extra = this.entries[index];
    if (!extra) throw new TypeError(`the log has no entry ${index}`);
    const hashes = inclusionProof(index, this.#tree.size, this.#tree);
    return Buffer.from(formatProof({ index, hashes, checkpoint: this.#note, extra }));
  }

  /** What lies behind `/log/` for everybody. */
  find(path: string): Uint8Array | undefined {
    if (path === 'checkpoint') return Buffer.from(this.#note);
    const tile = parseTilePath(path);
    if (!tile || tile.level === 'entries') return undefined;
    const { level, index, width } = tile;
    return width <= tileWidth(level, index, this.#tree.size) ? tileBytes(level, index, width, this.#tree) : undefined;
  }
}
