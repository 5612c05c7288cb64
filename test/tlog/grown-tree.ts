/** A tree that keeps every node it ever completed, as the ledger does. */
import { completedBy, type Hash, leafHash, rootOf, type StoredNodes } from '../../src/tlog/tree.ts';

export class GrownTree implements StoredNodes {
  readonly #levels: Hash[][] = [[]];

  static of(leaves: Iterable<Hash>): GrownTree {
    const tree = new GrownTree();
    for (const leaf of leaves) tree.append(leaf);
    return tree;
  }

  /** Entries are their numbers in decimal: “0”, “1”, … as in the programs in Go that made the vectors. */
  static counting(size: number): GrownTree {
    return GrownTree.of(Array.from({ length: size }, (_, index) => leafHash(Buffer.from(String(index)))));
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  append(leaf: Hash): void {
    const index = this.size;
    this.#levels[0]?.push(leaf);
    for (const { level, position, hash } of completedBy(leaf, index, this))
      (this.#levels[level] ??= [])[position] = hash;
  }

  leaf(index: number): Hash {
    return this.node(0, index);
  }

  root(size = this.size): Hash {
    return rootOf(size, this);
  }

  node(level: number, position: number): Hash {
    const hash = this.#levels[level]?.[position];
    if (hash === undefined) throw new Error(`The node ${String(position)} of level ${String(level)} is not complete.`);
    return hash;
  }
}
