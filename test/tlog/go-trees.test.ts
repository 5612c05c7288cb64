/** Trees and proofs are those of Go’s sumdb/tlog: every size to 1025, every proof at the edges, and sizes far above 2^32. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consistencyProof, verifyConsistency } from '../../src/tlog/consistency.ts';
import { inclusionProof, verifyInclusion } from '../../src/tlog/inclusion.ts';
import { completedBy, Frontier, rootOf, type StoredNodes } from '../../src/tlog/tree.ts';
import { tileBytes, parseTilePath, tilePath, tileWidth } from '../../src/tlog/tiles.ts';
import { digestOf, goLines, inBase64 } from './go-vectors.ts';
import { GrownTree } from './grown-tree.ts';
import { SparseTree } from './sparse-tree.ts';

const counting = GrownTree.counting(1025);
const sparse = new SparseTree();

test('the root of every size from 0 to 1025 is Go’s, from stored nodes and leaf by leaf', () => {
  const frontier = new Frontier();
  const lines = goLines('root');
  assert.equal(lines.length, 1026);
  for (const [size, root] of lines) {
    assert.equal(inBase64(counting.root(Number(size))), root, size);
    assert.equal(inBase64(frontier.root()), root, size);
    assert.equal(frontier.size, Number(size));
    if (frontier.size < counting.size) frontier.append(counting.leaf(frontier.size));
  }
});

test('around every power of two, all inclusion and consistency proofs are Go’s', () => {
  for (const [word = '', digest] of goLines('all-inclusion')) {
    const size = Number(word);
    const proofs = Array.from({ length: size }, (_, index) => inclusionProof(index, size, counting));
    assert.equal(digestOf(proofs.flat()), digest, word);
  }
  for (const [word = '', digest] of goLines('all-consistency')) {
    const size = Number(word);
    const proofs = Array.from({ length: size }, (_, index) => consistencyProof(index + 1, size, counting));
    assert.equal(digestOf(proofs.flat()), digest, word);
  }
});

test('a proof of Go’s is accepted as it stands', () => {
  const lines = [goLines('counting-inclusion'), goLines('counting-consistency')];
  assert.deepEqual(
    lines.map(({ length }) => length),
    [29, 29],
  );
  for (const [index, size, ...words] of lines[0] ?? []) {
    const proof = words.map((word) => Buffer.from(word, 'base64'));
    const leaf = counting.leaf(Number(index));
    assert.ok(verifyInclusion(leaf, Number(index), Number(size), proof, counting.root(Number(size))), size);
  }
  for (const [from, to, ...words] of lines[1] ?? []) {
    const proof = words.map((word) => Buffer.from(word, 'base64'));
    const [older, newer] = [counting.root(Number(from)), counting.root(Number(to))];
    assert.ok(verifyConsistency(Number(from), older, Number(to), newer, proof), `${String(from)} ${String(to)}`);
  }
});

test('T-05 far above 2^32 roots and proofs are Go’s too, and verify', () => {
  const roots = goLines('sparse-root').map(([size, root]) => [Number(size), root] as const);
  assert.equal(roots.at(-1)?.[0], Number.MAX_SAFE_INTEGER);
  for (const [size, root] of roots) assert.equal(inBase64(rootOf(size, sparse)), root, String(size));
  for (const [first, second, digest] of goLines('sparse-inclusion')) {
    const [index, size] = [Number(first), Number(second)];
    const proof = inclusionProof(index, size, sparse);
    assert.equal(digestOf(proof), digest);
    assert.ok(verifyInclusion(sparse.node(0, index), index, size, proof, rootOf(size, sparse)), second);
    assert.ok(!verifyInclusion(sparse.node(0, index), index - 2 ** 31, size, proof, rootOf(size, sparse)), second);
  }
  for (const [first, second, digest] of goLines('sparse-consistency')) {
    const [from, to] = [Number(first), Number(second)];
    const proof = consistencyProof(from, to, sparse);
    assert.equal(digestOf(proof), digest);
    assert.ok(verifyConsistency(from, rootOf(from, sparse), to, rootOf(to, sparse), proof), second);
  }
});

test('T-05 far above 2^32 a leaf completes the right subtrees', () => {
  for (const index of [2 ** 32 + 1, 2 ** 33 - 1, 2 ** 45 + 2 ** 33 + 1, 2 ** 52 - 1]) {
    const completed = completedBy(sparse.node(0, index), index, sparse);
    assert.deepEqual(
      completed.map(({ level, position, hash }) => [level, position, inBase64(hash)]),
      completed.map(({ level }, place) => {
        const position = Math.floor(index / 2 ** (place + 1));
        return [place + 1, position, inBase64(sparse.node(level, position))];
      }),
    );
    assert.equal((index + 1) % 2 ** completed.length, 0);
    assert.notEqual((index + 1) % 2 ** (completed.length + 1), 0);
  }
});

test('tiles have the content and the paths that Go gives them', () => {
  for (const [size, path = '', digest] of goLines('tile')) {
    const tile = parseTilePath(path);
    assert.ok(tile && tile.level !== 'entries', path);
    assert.equal(digestOf([tileBytes(tile.level, tile.index, tile.width, counting)]), digest, path);
    // Go lists the full tiles of a tree, and each partial one at its right edge.
    assert.equal(tileWidth(tile.level, tile.index, Number(size)), tile.width, path);
  }
  for (const [word = '', index, width, path] of goLines('path')) {
    const level = word === 'entries' ? word : Number(word);
    assert.equal(tilePath(level, Number(index), Number(width)), path);
  }
});

test('a leaf completes exactly the subtrees that end with it', () => {
  const asked: string[] = [];
  const nodes: StoredNodes = {
    node: (level, position) => {
      asked.push(`${String(level)}/${String(position)}`);
      return counting.node(level, position);
    },
  };
  const frontier = new Frontier();
  for (let index = 0; index < 12; index++) frontier.append(counting.leaf(index));
  const copy = frontier.clone();
  copy.append(counting.leaf(12));
  assert.equal(inBase64(frontier.root()), inBase64(rootOf(12, nodes)));
  assert.deepEqual(asked, ['3/0', '2/2']);
  assert.equal(inBase64(copy.root()), inBase64(counting.root(13)));
});
