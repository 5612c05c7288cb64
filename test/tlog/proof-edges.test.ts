/** T-05: the edges that proofs are attacked at: empty trees, equal sizes, lengths, and numbers that are none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consistencyProof, verifyConsistency } from '../../src/tlog/consistency.ts';
import { inclusionProof, verifyInclusion } from '../../src/tlog/inclusion.ts';
import { completedBy, EMPTY_ROOT, isSameHash, nodeHash, rangeHash, rootOf, treeRoot } from '../../src/tlog/tree.ts';
import { encodeHex } from '../../src/tuf/encoding.ts';
import { GrownTree } from './grown-tree.ts';

const tree = GrownTree.counting(70);
const [one, two] = [tree.root(1), tree.root(2)];

test('T-05 the empty tree has the digest of nothing as its root', () => {
  const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  assert.deepEqual(
    [encodeHex(EMPTY_ROOT), encodeHex(treeRoot([])), encodeHex(rootOf(0, tree))],
    [digest, digest, digest],
  );
});

test('T-05 every tree begins with the empty one, without a proof', () => {
  assert.deepEqual(consistencyProof(0, 5, tree), []);
  assert.ok(verifyConsistency(0, EMPTY_ROOT, 5, tree.root(5), []));
  assert.ok(verifyConsistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, []));
  assert.ok(!verifyConsistency(0, EMPTY_ROOT, 5, tree.root(5), [one]), 'with a proof');
  assert.ok(!verifyConsistency(0, one, 5, tree.root(5), []), 'with another root');
  assert.ok(!verifyConsistency(0, EMPTY_ROOT, 0, one, []), 'growing to nothing with another root');
  assert.ok(!verifyConsistency(0, one, 0, one, []), 'agreeing on another root');
  assert.ok(!verifyConsistency(1, one, 0, EMPTY_ROOT, []), 'shrinking to nothing');
  assert.ok(!verifyConsistency(0, EMPTY_ROOT, 5, new Uint8Array(), []), 'growing to no hash');
});

test('T-05 equal sizes need equal roots and no proof', () => {
  assert.deepEqual(consistencyProof(7, 7, tree), []);
  assert.ok(verifyConsistency(7, tree.root(7), 7, tree.root(7), []));
  assert.ok(!verifyConsistency(7, tree.root(7), 7, tree.root(8), []));
  assert.ok(!verifyConsistency(7, tree.root(7), 7, tree.root(7), [one]));
  assert.ok(!verifyConsistency(4, tree.root(4), 4, tree.root(4), [tree.root(4)]));
});

test('T-05 a growing log with an empty proof shows nothing, for powers of two neither', () => {
  for (const from of [1, 2, 3, 4, 64]) {
    assert.ok(!verifyConsistency(from, tree.root(from), 65, tree.root(65), []), String(from));
    assert.ok(!verifyConsistency(from, tree.root(from), 65, tree.root(from), []), String(from));
  }
});

test('T-05 a tree of one leaf needs no proof, and takes none', () => {
  assert.deepEqual(inclusionProof(0, 1, tree), []);
  assert.ok(verifyInclusion(tree.leaf(0), 0, 1, [], one));
  assert.ok(!verifyInclusion(tree.leaf(0), 0, 1, [one], one));
  assert.ok(!verifyInclusion(tree.leaf(1), 0, 1, [], one));
});

test('T-05 hashes beyond the root of the stated size lead to no larger tree', () => {
  // The root of two leaves, stated to be of one: the proof would be right, one level higher.
  assert.ok(!verifyInclusion(tree.leaf(1), 0, 1, [tree.leaf(0)], two));
  const longer = [tree.leaf(2), ...inclusionProof(0, 2, tree)];
  assert.ok(!verifyInclusion(tree.leaf(0), 0, 2, longer.toReversed(), tree.root(3)));
  // Both roots hashed once more with the same hash: the trees would be parts of others.
  const [older, newer] = [nodeHash(tree.leaf(9), tree.root(3)), nodeHash(tree.leaf(9), tree.root(5))];
  const proof = consistencyProof(3, 5, tree);
  assert.ok(verifyConsistency(3, tree.root(3), 5, tree.root(5), proof));
  assert.ok(!verifyConsistency(3, older, 5, newer, [...proof, tree.leaf(9)]));
});

test('T-05 no leaf has the size as its index, or a number that is none', () => {
  const proof = inclusionProof(1, 2, tree);
  const size = 2;
  assert.ok(verifyInclusion(tree.leaf(1), 1, size, proof, two));
  for (const index of [2, 3, -1, 0.5, NaN, Infinity, 2 ** 53, 1 + 2 ** 32]) {
    assert.ok(!verifyInclusion(tree.leaf(1), index, size, proof, two), String(index));
    assert.throws(() => inclusionProof(index, size, tree), RangeError, String(index));
  }
  for (const bad of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    assert.ok(!verifyInclusion(tree.leaf(1), 1, bad, proof, two), String(bad));
    assert.ok(!verifyConsistency(1, one, bad, two, [tree.leaf(1)]), String(bad));
    assert.ok(!verifyConsistency(bad, one, 2, two, [tree.leaf(1)]), String(bad));
    assert.throws(() => consistencyProof(bad, 2, tree), RangeError, String(bad));
    assert.throws(() => consistencyProof(1, bad, tree), RangeError, String(bad));
    assert.throws(() => rootOf(bad, tree), RangeError, String(bad));
    assert.throws(() => completedBy(one, bad, tree), RangeError, String(bad));
  }
  assert.throws(() => consistencyProof(3, 2, tree), RangeError);
  assert.throws(() => rangeHash([3, 6], tree), RangeError);
});

test('T-05 hashes of any other length than 32 bytes are none', () => {
  // 31 bytes of the leaf and 33 of the sibling would be the same 64 bytes under the node’s prefix.
  const both = Buffer.concat([tree.leaf(0), tree.leaf(1)]);
  assert.ok(verifyInclusion(both.subarray(0, 32), 0, 2, [both.subarray(32)], two));
  assert.ok(!verifyInclusion(both.subarray(0, 31), 0, 2, [both.subarray(31)], two));
  assert.ok(!verifyInclusion(both.subarray(0, 33), 0, 2, [both.subarray(33)], two));
  assert.ok(!verifyInclusion(Buffer.alloc(0), 0, 1, [], Buffer.alloc(0)));
  assert.ok(verifyConsistency(1, both.subarray(0, 32), 2, two, [both.subarray(32)]));
  assert.ok(!verifyConsistency(1, both.subarray(0, 31), 2, two, [both.subarray(31)]));
});

test('two empty strings are no agreement of hashes', () => {
  assert.ok(isSameHash(EMPTY_ROOT, Buffer.from(EMPTY_ROOT)));
  assert.ok(!isSameHash(EMPTY_ROOT, one));
  assert.ok(!isSameHash(new Uint8Array(), new Uint8Array()));
});

test('T-05 more than 63 hashes are no proof', () => {
  const long = Array.from({ length: 64 }, () => one);
  assert.ok(!verifyInclusion(one, 0, Number.MAX_SAFE_INTEGER, long, two));
  assert.ok(!verifyConsistency(1, one, Number.MAX_SAFE_INTEGER, two, long));
});

test('an entry that looks like a node does not take its place', () => {
  const node = Buffer.concat([tree.leaf(0), tree.leaf(1)]);
  const forged = GrownTree.of([]);
  assert.notEqual(encodeHex(treeRoot([node])), encodeHex(two));
  assert.throws(() => forged.root(1), /not complete/);
});
