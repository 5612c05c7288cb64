/**
 * The Merkle tree of RFC 6962 (section 2.1) with SHA-256: hashes, complete subtrees, roots.
 *
 * Leaves and nodes are hashed under different prefixes; without them a node could be passed off as an entry. Sizes and
 * indexes are safe integers: halves and powers are computed by division, never by shifts, which stop at 2^32 (T-05).
 */
import { createHash } from 'node:crypto';

/** A SHA-256 digest: 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** The root of the tree without leaves: the digest of nothing. */
export const EMPTY_ROOT: Hash = createHash('sha256').digest();

/** Position `position`, counted at its level, of the subtrees of 2^level leaves; level 0 is a leaf. */
export interface Subtree {
  readonly level: number;
  readonly position: number;
}

/** Where hashes are kept. Only complete subtrees are asked for: those never change while a log grows. */
export interface StoredNodes {
  /** @throws whatever the store throws when it has no such node. */
  node(level: number, position: number): Hash;
}

export function leafHash(entry: Uint8Array): Hash {
  return createHash('sha256').update(LEAF_PREFIX).update(entry).digest();
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}

/** Equal, and both really hashes: two empty strings are no agreement. */
export function isSameHash(one: Hash, other: Hash): boolean {
  return one.length === HASH_BYTES && Buffer.compare(one, other) === 0;
}

/** Whether a number can be a tree size. */
export function isTreeSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

/** The complete subtrees, of level 1 and above, that appending leaf number `index` completes: smallest first. */
export function completedBy(leaf: Hash, index: number, nodes: StoredNodes): (Subtree & { readonly hash: Hash })[] {
  if (!isTreeSize(index)) throw new RangeError(`There is no leaf number ${index}.`);
  const completed: (Subtree & { readonly hash: Hash })[] = [];
  let hash = leaf;
  let position = index;
  for (let level = 1; position % 2 === 1; level++) {
    hash = nodeHash(nodes.node(level - 1, position - 1), hash);
    position = (position - 1) / 2;
    completed.push({ level, position, hash });
  }
  return completed;
}

/** The root of the first `size` leaves. @throws RangeError when that is no size. */
export function rootOf(size: number, nodes: StoredNodes): Hash {
  if (!isTreeSize(size)) throw new RangeError(`There is no tree of size ${size}.`);
  return size === 0 ? EMPTY_ROOT : rangeHash([0, size], nodes);
}

/** Leaves from `start` up to, but without, `end`: a part that the tree is split into, never any two numbers. */
export type Range = readonly [start: number, end: number];

/** The hash over the leaves of one part of a tree. */
export function rangeHash(range: Range, nodes: StoredNodes): Hash {
  return foldRight(subtreesIn(range).map(({ level, position }) => nodes.node(level, position)));
}

/** The complete subtrees that a part consists of, from left to right and from large to small. */
export function subtreesIn([start, end]: Range): Subtree[] {
  const found: Subtree[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    while (2 ** (level + 1) <= end - at) level++;
    const position = at / 2 ** level;
    if (!Number.isSafeInteger(position)) throw new RangeError(`[${start}, ${end}) is no part of a tree.`);
    found.push({ level, position });
    at += 2 ** level;
  }
  return found;
}

/** Where a tree of so many leaves (two or more) is split: the largest power of two below. */
export function splitOf(leaves: number): number {
  let left = 1;
  while (left * 2 < leaves) left *= 2;
  return left;
}

function foldRight(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** Roots of a tree that grows leaf by leaf, in a memory of at most 53 hashes: how a whole log is verified. */
export class Frontier {
  #size = 0;
  /** Complete subtrees from left to right, one for each bit of the size. */
  #peaks: Hash[] = [];

  get size(): number {
    return this.#size;
  }

  append(leaf: Hash): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#peaks.pop();
      if (left !== undefined) hash = nodeHash(left, hash);
    }
    this.#peaks.push(hash);
    this.#size++;
  }

  root(): Hash {
    return this.#size === 0 ? EMPTY_ROOT : foldRight(this.#peaks);
  }

  /** One that grows on its own from here. */
  clone(): Frontier {
    const copy = new Frontier();
    copy.#size = this.#size;
    copy.#peaks = [...this.#peaks];
    return copy;
  }
}

/** The root over these leaf hashes. */
export function treeRoot(leaves: Iterable<Hash>): Hash {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}
