/**
 * Proofs computed from tiles: whoever can fetch static files needs no server that makes proofs.
 *
 * Nothing in a tile is believed. The proof that comes out is checked against the roots of signed checkpoints, so a false
 * tile makes a proof that fails, and no more.
 */
import { consistencyRanges } from './consistency.ts';
import { inclusionRanges } from './inclusion.ts';
import { TILE_HEIGHT, TILE_WIDTH, type Tile, tilePath, tileWidth } from './tiles.ts';
import { type Hash, HASH_BYTES, nodeHash, type Range, type StoredNodes, type Subtree, subtreesIn } from './tree.ts';
import { refuseFormat } from './wire.ts';

/** The tiles, as they are in a tree of size `to`, that `consistencyProof(from, to, …)` reads. */
export function tilesForConsistency(from: number, to: number): Tile[] {
  return tilesOf(consistencyRanges(from, to), to);
}

/** The tiles that `inclusionProof(index, size, …)` reads. */
export function tilesForInclusion(index: number, size: number): Tile[] {
  return tilesOf(inclusionRanges(index, size), size);
}

/** The tiles that `rootOf(size, …)` reads. */
export function tilesForRoot(size: number): Tile[] {
  return tilesOf([[0, size]], size);
}

/** The full tile in the place of a partial one: servers may delete partial tiles once it exists. */
export function fullTile(tile: Tile): Tile {
  return { ...tile, width: TILE_WIDTH };
}

function pathOf({ level, index, width }: Tile): string {
  return tilePath(level, index, width);
}

function tilesOf(ranges: readonly Range[], size: number): Tile[] {
  const tiles = ranges.flatMap(subtreesIn).map((subtree) => {
    const { level, index } = placeOf(subtree);
    return { level, index, width: tileWidth(level, index, size) };
  });
  return [...new Map(tiles.map((tile) => [pathOf(tile), tile])).values()];
}

interface Place {
  /** Tile level and index. */
  readonly level: number;
  readonly index: number;
  /** First hash in the tile below the subtree, and how many there are. */
  readonly first: number;
  readonly count: number;
}

/** Where the hashes of a subtree’s lowest stored level are: always in one tile. */
function placeOf({ level, position }: Subtree): Place {
  const count = 2 ** (level % TILE_HEIGHT);
  // `position * count` may be beyond 2^53 for no tree that has a size: it counts leaves, or fewer.
  const first = position * count;
  const index = Math.floor(first / TILE_WIDTH);
  return { level: Math.floor(level / TILE_HEIGHT), index, first: first - index * TILE_WIDTH, count };
}

/** Nodes that are computed from the tiles that were added. */
export class TileNodes implements StoredNodes {
  readonly #tiles = new Map<string, Uint8Array>();

  /** @throws TRUST_LOG_FORMAT when the content is not as long as the tile is wide */
  add(tile: Tile, content: Uint8Array): void {
    if (tile.level === 'entries') throw new RangeError('A bundle of entries has no hashes.');
    if (content.length !== tile.width * HASH_BYTES) {
      refuseFormat(`${pathOf(tile)} has ${content.length} bytes, not ${tile.width * HASH_BYTES}.`);
    }
    const place = `${tile.level}/${tile.index}`;
    const known = this.#tiles.get(place);
    // A tile only grows; the wider one has the hashes of both.
    if (known === undefined || known.length < content.length) this.#tiles.set(place, content);
  }

  /** @throws RangeError when the tile of this node was not added */
  node(level: number, position: number): Hash {
    const { level: tileLevel, index, first, count } = placeOf({ level, position });
    const content = this.#tiles.get(`${tileLevel}/${index}`);
    const end = (first + count) * HASH_BYTES;
    if (content === undefined || content.length < end) {
      throw new RangeError(`No tile was added for the node ${position} of level ${level}.`);
    }
    return hashOver(content.subarray(first * HASH_BYTES, end));
  }
}

/** The hash over hashes that stand one after the other; their number is a power of two. */
function hashOver(hashes: Uint8Array): Hash {
  if (hashes.length === HASH_BYTES) return hashes;
  const middle = hashes.length / 2;
  return nodeHash(hashOver(hashes.subarray(0, middle)), hashOver(hashes.subarray(middle)));
}

/**
 * Reads tiles, all at once, by whatever fetches them.
 * @param read the content at a path below the log’s prefix, or a rejection, which is passed on
 * @throws TRUST_LOG_FORMAT when a content is not as long as its tile is wide
 */
export async function readTileNodes(
  tiles: readonly Tile[],
  read: (path: string) => Promise<Uint8Array>,
): Promise<TileNodes> {
  const contents = await Promise.all(tiles.map(async (tile) => ({ tile, content: await read(pathOf(tile)) })));
  const nodes = new TileNodes();
  for (const { tile, content } of contents) nodes.add(tile, content);
  return nodes;
}
