/** Whoever has only static files makes the same proofs from them, and is not deceived by false ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consistencyProof, verifyConsistency } from '../../src/tlog/consistency.ts';
import { inclusionProof, verifyInclusion } from '../../src/tlog/inclusion.ts';
import {
  fullTile,
  readTileNodes,
  TileNodes,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
} from '../../src/tlog/tile-nodes.ts';
import { parseTilePath, type Tile, tileBytes, tilePath, tileWidth } from '../../src/tlog/tiles.ts';
import { rootOf, type StoredNodes } from '../../src/tlog/tree.ts';
import { runs } from '../property/runs.ts';
import { digestOf, inBase64 } from './go-vectors.ts';
import { GrownTree } from './grown-tree.ts';
import { refuses } from './refusing.ts';
import { SparseTree } from './sparse-tree.ts';

/** Three levels of tiles. */
const LARGEST = 66_000;
const tree = GrownTree.counting(LARGEST);

function content({ level, index, width }: Tile, nodes: StoredNodes = tree): Uint8Array {
  assert.ok(level !== 'entries');
  return tileBytes(level, index, width, nodes);
}

function filled(tiles: readonly Tile[]): TileNodes {
  const nodes = new TileNodes();
  for (const tile of tiles) nodes.add(tile, content(tile));
  return nodes;
}

/** A server of the files of a log of `size`: what does not exist at that size is not there. */
function serverOf(size: number): (path: string) => Promise<Uint8Array> {
  return (path) => {
    const tile = parseTilePath(path);
    if (!tile || tile.level === 'entries') return Promise.reject(new Error(`404 ${path}`));
    const width = tileWidth(tile.level, tile.index, size);
    return width === 0 || tile.width > width
      ? Promise.reject(new Error(`404 ${path}`))
      : Promise.resolve(content(tile));
  };
}

const sizes = fc
  .oneof(
    fc.integer({ min: 1, max: LARGEST }),
    fc.integer({ min: 65_500, max: 65_600 }),
    fc.integer({ min: 1, max: 600 }),
  )
  .chain((to) => fc.tuple(fc.constant(to), fc.integer({ min: 0, max: to - 1 })));

test('proofs and roots from a static server are those from stored nodes', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ([to, index]) => {
      const read = serverOf(to);
      const forGrowth = await readTileNodes(tilesForConsistency(index, to), read);
      assert.equal(digestOf(consistencyProof(index, to, forGrowth)), digestOf(consistencyProof(index, to, tree)));
      const forLeaf = await readTileNodes(tilesForInclusion(index, to), read);
      assert.equal(digestOf(inclusionProof(index, to, forLeaf)), digestOf(inclusionProof(index, to, tree)));
      const forRoot = await readTileNodes(tilesForRoot(to), read);
      assert.equal(inBase64(rootOf(to, forRoot)), inBase64(tree.root(to)));
    }),
    runs(60, 3000),
  );
});

test('no tile is asked for that is not needed, and none twice', () => {
  for (const [from, to] of [
    [3, 300],
    [256, 512],
    [65_537, 65_999],
    [200, 66_000],
  ] as const) {
    const tiles = tilesForConsistency(from, to);
    assert.equal(new Set(tiles.map(({ level, index, width }) => tilePath(level, index, width))).size, tiles.length);
    for (const left of tiles) {
      const nodes = filled(tiles.filter((tile) => tile !== left));
      assert.throws(() => consistencyProof(from, to, nodes), RangeError, `${String(from)} ${String(to)}`);
    }
  }
  assert.deepEqual(tilesForConsistency(0, 5000), []);
  assert.deepEqual(tilesForConsistency(70, 70), []);
  assert.deepEqual(tilesForRoot(0), []);
  assert.deepEqual(tilesForRoot(70_000), [
    { level: 2, index: 0, width: 1 },
    { level: 1, index: 1, width: 17 },
    { level: 0, index: 273, width: 112 },
  ]);
});

test('a full tile does in the place of the partial one that the server has deleted', () => {
  const tiles = tilesForConsistency(300, 700);
  assert.ok(tiles.some(({ width }) => width < 256));
  const nodes = filled(tiles.map((tile) => (tile.level === 0 ? fullTile(tile) : tile)));
  assert.equal(digestOf(consistencyProof(300, 700, nodes)), digestOf(consistencyProof(300, 700, tree)));
});

test('tiles of two tree sizes can be put together; the wider one has the hashes of both', () => {
  const narrow = { level: 0, index: 0, width: 3 };
  const wide = { level: 0, index: 0, width: 200 };
  for (const order of [
    [narrow, wide],
    [wide, narrow],
  ]) {
    const nodes = filled(order);
    assert.equal(inBase64(nodes.node(3, 24)), inBase64(tree.node(3, 24)));
    assert.throws(() => nodes.node(3, 25), /^RangeError: No tile was added for the node 25 of level 3\.$/);
    assert.throws(() => nodes.node(0, 200), /^RangeError: No tile was added for the node 200 of level 0\.$/);
  }
});

test('a false tile makes proofs that fail', () => {
  const [from, to] = [300, 1200];
  const tiles = tilesForConsistency(from, to);
  for (const [place, tile] of tiles.entries()) {
    const nodes = filled(tiles.filter((_, other) => other !== place));
    const forged = Buffer.from(content(tile));
    // Every hash, since it depends on the sizes which of them are read.
    for (let at = 0; at < forged.length; at += 32) forged[at] = (forged[at] ?? 0) ^ 1;
    nodes.add(tile, forged);
    const proof = consistencyProof(from, to, nodes);
    assert.ok(!verifyConsistency(from, tree.root(from), to, tree.root(to), proof), tilePath(tile.level, tile.index, 1));
  }
  const proof = inclusionProof(5, to, filled(tilesForInclusion(5, to)));
  assert.ok(verifyInclusion(tree.leaf(5), 5, to, proof, tree.root(to)));
});

test('a tile of the wrong length is refused', async () => {
  const tile = { level: 1, index: 2, width: 7 };
  const words = 'tile/1/002.p/7 has 223 bytes, not 224.';
  refuses('TRUST_LOG_FORMAT', words, () => new TileNodes().add(tile, new Uint8Array(223)));
  refuses('TRUST_LOG_FORMAT', /has 225 bytes/, () => new TileNodes().add(tile, new Uint8Array(225)));
  await assert.rejects(
    readTileNodes([tile], () => Promise.resolve(new Uint8Array(8192))),
    /has 8192 bytes, not 224/,
  );
  await assert.rejects(
    readTileNodes([tile], () => Promise.reject(new Error('404'))),
    /404/,
  );
  assert.throws(() => new TileNodes().add({ ...tile, level: 'entries' }, new Uint8Array(224)), RangeError);
});

test('T-05 far above 2^32 the tiles are the right ones', () => {
  const sparse = new SparseTree();
  for (const to of [2 ** 32 + 2 ** 31 + 6, 2 ** 45 + 2 ** 33 + 2, Number.MAX_SAFE_INTEGER]) {
    const [from, nodes] = [2 ** 31 + 2, new TileNodes()];
    for (const tile of tilesForConsistency(from, to)) nodes.add(tile, content(tile, sparse));
    const proof = consistencyProof(from, to, nodes);
    assert.ok(verifyConsistency(from, rootOf(from, sparse), to, rootOf(to, sparse), proof), String(to));
  }
});
