/**
 * Inclusion proofs: that one leaf is at one index of the tree with this root. Made as RFC 6962 section 2.1.1 defines them,
 * checked as RFC 9162 section 2.1.3.2 does, from hashes and two numbers only.
 */
import {
  type Hash,
  HASH_BYTES,
  isSameHash,
  isTreeSize,
  nodeHash,
  type Range,
  rangeHash,
  splitOf,
  type StoredNodes,
} from './tree.ts';

/** No proof is longer, whatever the tree: larger sizes than 2^63 are written nowhere (T-05). */
export const LONGEST_PROOF = 63;

/**
 * The sibling of the leaf first, the child of the root last.
 * @throws RangeError when there is no such leaf in a tree of that size
 */
export function inclusionProof(index: number, size: number, nodes: StoredNodes): Hash[] {
  return inclusionRanges(index, size).map((range) => rangeHash(range, nodes));
}

/** The parts of the tree whose hashes the proof consists of, in its order. @throws RangeError as above */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) {
    throw new RangeError(`There is no leaf ${index} in a tree of size ${size}.`);
  }
  const ranges: Range[] = [];
  let start = 0;
  for (let end = size; end - start > 1;) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  return ranges.reverse();
}

/**
 * Whether the proof leads from this leaf hash at this index to this root. Never throws; a proof of the wrong length fails.
 * @param size from the same signed checkpoint as `root`: a root alone does not say how large its tree is
 */
export function verifyInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) return false;
  // Shorter or longer “hashes” could move bytes from one side of a node to the other.
  if (proof.length > LONGEST_PROOF || [leaf, ...proof].some(({ length }) => length !== HASH_BYTES)) return false;
  let own = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    // At the root already: what is left over proves nothing.
    if (last === 0) return false;
    if (own % 2 === 1 || own === last) {
      hash = nodeHash(sibling, hash);
      // The last leaf of an uneven tree has no sibling on some levels, and goes up unchanged.
      while (own % 2 === 0 && own !== 0) [own, last] = [own / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [own, last] = [Math.floor(own / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSameHash(hash, root);
}
