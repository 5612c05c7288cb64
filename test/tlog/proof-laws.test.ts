/** Laws of proofs, on trees of up to 5000 leaves: the true one verifies, and whatever is changed about it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consistencyProof, consistencyRanges, verifyConsistency } from '../../src/tlog/consistency.ts';
import { inclusionProof, inclusionRanges, verifyInclusion } from '../../src/tlog/inclusion.ts';
import { Frontier, type Hash, leafHash, type Range } from '../../src/tlog/tree.ts';
import { runs } from '../property/runs.ts';
import { inBase64 } from './go-vectors.ts';
import { GrownTree } from './grown-tree.ts';

const LARGEST = 5000;
const tree = GrownTree.counting(LARGEST);
const foreign = leafHash(Buffer.from('in no tree'));
/** A size, and a number below it. */
const place = fc
  .integer({ min: 1, max: LARGEST })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(size - 1), fc.nat(255), fc.nat(63)));

function flipped(hash: Hash, bit: number): Hash {
  const changed = Buffer.from(hash);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

/** Every way to alter a list of hashes that was thought of, each at a place that `at` chooses. */
function alterations(proof: readonly Hash[], at: number, bit: number): Record<string, Hash[]> {
  const chosen = proof.length === 0 ? 0 : at % proof.length;
  const hash = proof[chosen];
  const next = proof[chosen + 1];
  return {
    'one hash longer': [...proof, foreign],
    'one hash longer at the beginning': [foreign, ...proof],
    ...(hash && {
      'a bit flipped': proof.with(chosen, flipped(hash, bit)),
      'a hash missing': proof.toSpliced(chosen, 1),
      'a hash doubled': proof.toSpliced(chosen, 0, hash),
      'a hash cut short': proof.with(chosen, hash.subarray(0, 31)),
      'a hash drawn out': proof.with(chosen, Buffer.concat([hash, Buffer.of(0)])),
    }),
    ...(hash && next && { 'two swapped': proof.toSpliced(chosen, 2, next, hash) }),
  };
}

test('every inclusion proof verifies; nothing about it can be changed', () => {
  fc.assert(
    fc.property(place, ([size, index, other, bit, at]) => {
      const [leaf, root] = [tree.leaf(index), tree.root(size)];
      const proof = inclusionProof(index, size, tree);
      assert.ok(verifyInclusion(leaf, index, size, proof, root));
      for (const [what, altered] of Object.entries(alterations(proof, at, bit)))
        assert.ok(!verifyInclusion(leaf, index, size, altered, root), what);
      assert.ok(!verifyInclusion(flipped(leaf, bit), index, size, proof, root), 'another leaf');
      assert.ok(!verifyInclusion(leaf, index, size, proof, flipped(root, bit)), 'another root');
      for (const wrong of [index - 1, index + 1, other])
        if (wrong !== index) assert.ok(!verifyInclusion(leaf, wrong, size, proof, root), 'another index');
      for (const wrong of [size - 1, size + 1, other + 1]) {
        if (wrong === size) continue;
        const isTaken = verifyInclusion(leaf, index, wrong, proof, root);
        // The root does not say how large the tree is: trees with the same steps to this leaf cannot be told apart.
        const isAlike = wrong > index && steps(inclusionRanges(index, wrong)) === steps(inclusionRanges(index, size));
        assert.equal(isTaken, isAlike, `size ${String(wrong)}`);
        if (wrong <= LARGEST)
          assert.ok(!verifyInclusion(leaf, index, wrong, proof, tree.root(wrong)), 'that tree’s root');
      }
    }),
    runs(250, 20_000),
  );
});

/** On which side each hash of a proof joins: `r` to the right of what is known so far. */
function steps(ranges: readonly Range[]): string {
  return ranges.map(([start], place) => (start > (ranges[place - 1]?.[0] ?? -1) ? 'r' : 'l')).join('');
}

test('every consistency proof verifies; nothing about it can be changed', () => {
  fc.assert(
    fc.property(place, ([to, below, other, bit, at]) => {
      const from = below + 1;
      const [older, newer] = [tree.root(from), tree.root(to)];
      const proof = consistencyProof(from, to, tree);
      assert.ok(verifyConsistency(from, older, to, newer, proof));
      for (const [what, altered] of Object.entries(alterations(proof, at, bit)))
        assert.ok(!verifyConsistency(from, older, to, newer, altered), what);
      assert.ok(!verifyConsistency(from, flipped(older, bit), to, newer, proof), 'another old root');
      assert.ok(!verifyConsistency(from, older, to, flipped(newer, bit), proof), 'another new root');
      // Every tree begins with the empty one, so that a false 0 needs its own root to be told apart.
      for (const wrong of [from - 1, from + 1, other + 1]) {
        if (wrong === from) continue;
        assert.ok(!verifyConsistency(wrong, older, to, newer, proof), `from ${String(wrong)}`);
        const itsRoot = tree.root(Math.min(wrong, LARGEST));
        if (wrong > 0)
          assert.ok(!verifyConsistency(wrong, itsRoot, to, newer, proof), `from ${String(wrong)}, its root`);
      }
      for (const wrong of [to - 1, to + 1, other + 1]) {
        if (wrong === to || wrong > LARGEST) continue;
        assert.ok(!verifyConsistency(from, older, wrong, tree.root(wrong), proof), `to ${String(wrong)}`);
      }
      if (from < to) assert.ok(!verifyConsistency(to, newer, from, older, proof), 'backwards');
    }),
    runs(250, 20_000),
  );
});

test('a tree in which one leaf was altered, left out or put in is consistent with no larger true one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(299), fc.nat(40), (from, place, more) => {
      const leaves = Array.from({ length: from }, (_, index) => tree.leaf(index));
      const at = place % from;
      for (const altered of [
        leaves.with(at, foreign),
        leaves.toSpliced(at % (from - 1), 1),
        leaves.toSpliced(at, 0, foreign),
      ]) {
        const rewritten = GrownTree.of(altered);
        const to = altered.length + more;
        const proof = consistencyProof(altered.length, to, tree);
        assert.ok(!verifyConsistency(altered.length, rewritten.root(), to, tree.root(to), proof));
      }
    }),
    runs(60, 3000),
  );
});

test('leaf by leaf and from stored nodes, the root is the same, and a copy grows on its own', () => {
  fc.assert(
    fc.property(fc.nat(700), fc.nat(50), (size, more) => {
      const frontier = new Frontier();
      for (let index = 0; index < size; index++) frontier.append(tree.leaf(index));
      const copy = frontier.clone();
      for (let index = size; index < size + more; index++) copy.append(tree.leaf(index));
      assert.equal(inBase64(frontier.root()), inBase64(tree.root(size)));
      assert.equal(inBase64(copy.root()), inBase64(tree.root(size + more)));
    }),
    runs(40, 2000),
  );
});

test('no consistency proof asks for more than the tree has', () => {
  fc.assert(
    fc.property(place, ([to, below]) => {
      const ranges = consistencyRanges(below + 1, to);
      assert.ok(ranges.every(([start, end]) => 0 <= start && start < end && end <= to));
    }),
    runs(200, 20_000),
  );
});
