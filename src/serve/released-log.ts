/**
 * The log up to one released checkpoint, as static files (C2SP tlog-tiles): what others may know of it, and no leaf more.
 *
 *   checkpoint · tile/L/N[.p/W]                 for everybody: hashes of leaves with a nonce tell nothing but their number
 *   tile/entries/N[.p/W]                        for auditors only: what happened, in full
 *
 * A path has one spelling, and an empty tile does not exist.
 */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { inclusionProof, verifyInclusion } from '../tlog/inclusion.ts';
import { openNote } from '../tlog/note.ts';
import { formatProof } from '../tlog/proof.ts';
import { entryBundle, parseTilePath, TILE_HEIGHT, TILE_WIDTH, tileWidth } from '../tlog/tiles.ts';
import { type Hash, isSameHash, leafHash, nodeHash, subtreesIn } from '../tlog/tree.ts';
import { type Answer, BYTES_TYPE, prepareMade, TEXT_TYPE } from './answer.ts';

type LogReader = LedgerReader['log'];

/** Who asks, and so what exists. */
export type Audience = 'everybody' | 'auditors';

export class ReleasedLog {
  readonly size: number;
  /** The signed note with the witnesses’ lines. */
  readonly note: string;
  readonly checkpoint: Answer;
  readonly #log: LogReader;
  readonly #root: Hash;
  /** By leaf; for each repository that is asked for, those of its newest timestamp and publication. */
  readonly #proofs = new Map<number, Answer>();

  private constructor(log: LogReader, size: number, note: string) {
    this.#log = log;
    this.size = size;
    this.note = note;
    this.#root = parseCheckpoint(openNote(note).body).root;
    this.checkpoint = prepareMade('log', Buffer.from(note), 'revalidated', TEXT_TYPE);
  }

  /** The newest released checkpoint; `previous` while it still is that. Undefined before the first. */
  static read(log: LogReader, previous: ReleasedLog | undefined): ReleasedLog | undefined {
    const released = log.released();
    // The note as well as the size: a witness’s line is news.
    if (!released || released.note === previous?.note) return released && previous;
    return new ReleasedLog(log, released.size, released.note);
  }

  /** What lies behind `/log/`. @throws STATE_LEDGER for hashes that do not belong together */
  find(path: string, audience: Audience): Answer | undefined {
    if (path === 'checkpoint') return this.checkpoint;
    const tile = parseTilePath(path);
    if (!tile || tile.width > tileWidth(tile.level, tile.index, this.size)) return undefined;
    const { level, index, width } = tile;
    if (level !== 'entries') return prepareMade('log', this.#tile(level, index, width), 'immutable', BYTES_TYPE);
    if (audience !== 'auditors') return undefined;
    const bundle = entryBundle(this.#log.leaves(index * TILE_WIDTH, width));
    return prepareMade('log', Buffer.from(bundle), 'restricted', BYTES_TYPE);
  }

  /** Caches keep a tile for a year: one flipped bit would be wrong for every client behind them (W-10). */
  #tile(level: number, index: number, width: number): Buffer {
    const first = index * TILE_WIDTH;
    const hashes = this.#log.hashes(level * TILE_HEIGHT, first, width);
    for (const { level: height, position } of subtreesIn([first, first + width])) {
      const start = position * 2 ** height - first;
      const above = hashOver(hashes.slice(start, start + 2 ** height));
      if (isSameHash(above, this.#log.node(level * TILE_HEIGHT + height, position))) continue;
      throw new Refusal('STATE_LEDGER', `The ledger’s tile ${level}/${index} is not what was appended.`, {
        details: { level, index },
      });
    }
    return Buffer.concat(hashes);
  }

  /**
   * The proof of one leaf (`.tlog-proof`), with its bytes.
   * @throws STATE_LEDGER instead of a proof that would not verify
   */
  proof(index: number): string {
    const { bytes } = this.#log.entry(index);
    const hashes = inclusionProof(index, this.size, this.#log);
    if (!verifyInclusion(leafHash(bytes), index, this.size, hashes, this.#root))
      throw new Refusal('STATE_LEDGER', `Entry ${index} of the ledger is not under its checkpoint.`, {
        details: { entry: index, size: this.size },
      });
    return formatProof({ index, hashes, checkpoint: this.note, extra: bytes });
  }

  /** Makes a proof once for this checkpoint, when somebody asks: never for a thousand repositories that nobody asks for. */
  remember(index: number, make: () => Answer): Answer {
    const known = this.#proofs.get(index);
    if (known) return known;
    const made = make();
    this.#proofs.set(index, made);
    return made;
  }
}

/** Over the hashes of a complete subtree. */
function hashOver(hashes: readonly Hash[]): Hash {
  const [only, second] = hashes;
  if (only !== undefined && second === undefined) return only;
  const middle = hashes.length / 2;
  return nodeHash(hashOver(hashes.slice(0, middle)), hashOver(hashes.slice(middle)));
}
