/**
 * A tree of any size up to 2^53−1: all leaves are the entry “-”, but for a few marked ones, so that every node can be computed
 * when it is asked for. `test/interop/tlog/trees.go` has the same one.
 */
import { type Hash, leafHash, nodeHash, type StoredNodes } from '../../src/tlog/tree.ts';

/** Leaves that are entries of their own: the index in decimal. */
export const MARKED = [3, 2 ** 31 + 1, 2 ** 32, 2 ** 32 + 2 ** 31 + 5, 2 ** 45 + 2 ** 33 + 1, 2 ** 53 - 2];

export class SparseTree implements StoredNodes {
  /** By level, the subtree without marked leaves. */
  readonly #plain: Hash[] = [leafHash(Buffer.from('-'))];

  node(level: number, position: number): Hash {
    const marked = MARKED.find((index) => Math.floor(index / 2 ** level) === position);
    if (marked === undefined) return this.#plainAt(level);
    if (level === 0) return leafHash(Buffer.from(String(marked)));
    return nodeHash(this.node(level - 1, position * 2), this.node(level - 1, position * 2 + 1));
  }

  #plainAt(level: number): Hash {
    const known = this.#plain[level];
    if (known !== undefined) return known;
    const half = this.#plainAt(level - 1);
    return (this.#plain[level] = nodeHash(half, half));
  }
}
