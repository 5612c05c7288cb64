/**
 * Consistency proofs: that a larger tree begins with the whole smaller one, so nothing was removed or altered. Made as
 * RFC 6962 section 2.1.2 defines them, checked as RFC 9162 section 2.1.4.2 does, with the edges of C2SP tlog-witness (T-05).
 */
import { LONGEST_PROOF } from './inclusion.ts';
import {
  EMPTY_ROOT,
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

/** Empty from size 0 and between equal sizes. @throws RangeError unless 0 ≤ from ≤ to */
export function consistencyProof(from: number, to: number, nodes: StoredNodes): Hash[] {
  return consistencyRanges(from, to).map((range) => rangeHash(range, nodes));
}

/** The parts of the larger tree whose hashes the proof consists of, in its order. @throws RangeError as above */
export function consistencyRanges(from: number, to: number): Range[] {
  if (!isTreeSize(from) || !isTreeSize(to) || from > to) {
    throw new RangeError(`A tree of size ${to} does not begin with one of size ${from}.`);
  }
  if (from === 0) return [];
  const ranges: Range[] = [];
  let start = 0;
  let end = to;
  while (end !== from) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  // From the left edge the end of the smaller tree is that tree, whose root the reader knows.
  if (start > 0) ranges.push([start, end]);
  return ranges.reverse();
}

/** Whether the tree with `toRoot` begins with the tree with `fromRoot`; each size comes with its root. Never throws. */
export function verifyConsistency(
  from: number,
  fromRoot: Hash,
  to: number,
  toRoot: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isTreeSize(from) || !isTreeSize(to) || from > to || proof.length > LONGEST_PROOF) return false;
  if ([fromRoot, toRoot, ...proof].some(({ length }) => length !== HASH_BYTES)) return false;
  if (from === 0 && !isSameHash(fromRoot, EMPTY_ROOT)) return false;
  if (from === to) return proof.length === 0 && isSameHash(fromRoot, toRoot);
  // Every tree begins with the empty one.
  if (from === 0) return proof.length === 0;
  // A smaller tree of 2^k leaves is one complete subtree: the proof starts from its root, and does not repeat it.
  const [seed, ...rest] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  return seed !== undefined && leadsToBoth(seed, rest, { from, fromRoot, to, toRoot });
}

interface Claim {
  readonly from: number;
  readonly fromRoot: Hash;
  readonly to: number;
  readonly toRoot: Hash;
}

function leadsToBoth(seed: Hash, proof: readonly Hash[], { from, fromRoot, to, toRoot }: Claim): boolean {
  let own = from - 1;
  let last = to - 1;
  while (own % 2 === 1) [own, last] = [(own - 1) / 2, Math.floor(last / 2)];
  let [older, newer] = [seed, seed];
  for (const hash of proof) {
    if (last === 0) return false;
    if (own % 2 === 1 || own === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while (own % 2 === 0 && own !== 0) [own, last] = [own / 2, Math.floor(last / 2)];
    } else {
      newer = nodeHash(newer, hash);
    }
    [own, last] = [Math.floor(own / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSameHash(older, fromRoot) && isSameHash(newer, toRoot);
}

function isPowerOfTwo(size: number): boolean {
  return size === 1 || splitOf(size) * 2 === size;
}
