/**
 * The log as static files (C2SP tlog-tiles 0.1): tiles of up to 256 hashes, and bundles of as many entries.
 *
 * A tile has one path and a path one tile: anything else, down to a leading zero, is no path (nothing is normalised, so
 * no cache and no router can see two names for one thing).
 */
import type { StoredNodes } from './tree.ts';
import { parseDecimal, refuseFormat } from './wire.ts';

/** Hashes or entries of a full tile. */
export const TILE_WIDTH = 256;
/** Levels of the tree that one level of tiles spans. */
export const TILE_HEIGHT = 8;
const HIGHEST_LEVEL = 63;
/** A length is 16 bits. */
export const LONGEST_ENTRY = 65_535;

/** Tile level (hashes of full tiles one level below; level 0 are leaf hashes), or the entries themselves. */
export type TileLevel = number | 'entries';

export interface Tile {
  readonly level: TileLevel;
  /** Counted at its level. */
  readonly index: number;
  /** 1 to 255 for a partial tile, 256 for a full one. */
  readonly width: number;
}

/** `tile/0/x001/234.p/17`, below the log’s prefix. @throws RangeError when there can be no such tile */
export function tilePath(level: TileLevel, index: number, width: number): string {
  const isLevel = level === 'entries' || (Number.isInteger(level) && level >= 0 && level <= HIGHEST_LEVEL);
  const isWidth = Number.isInteger(width) && width >= 1 && width <= TILE_WIDTH;
  if (!isLevel || !isWidth || !Number.isSafeInteger(index) || index < 0) {
    throw new RangeError(`There is no tile ${index} of level ${level} and width ${width}.`);
  }
  let groups = threeDigits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups = `x${threeDigits(rest % 1000)}/${groups}`;
  }
  return `tile/${level}/${groups}${width === TILE_WIDTH ? '' : `.p/${String(width)}`}`;
}

function threeDigits(value: number): string {
  return String(value).padStart(3, '0');
}

/** The tile at a path that `tilePath` writes; undefined for any other text. */
export function parseTilePath(path: string): Tile | undefined {
  const [, levelText = '', groups = '', widthText] =
    /^tile\/([^/]+)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([^/]+))?$/.exec(path) ?? [];
  const level = levelText === 'entries' ? levelText : parseDecimal(levelText);
  const width = widthText === undefined ? TILE_WIDTH : parseDecimal(widthText);
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  if (level === undefined || (level !== 'entries' && level > HIGHEST_LEVEL)) return undefined;
  if (width === undefined || width < 1 || !Number.isSafeInteger(index)) return undefined;
  // Written again it must be the same: `x000/001` and `.p/256` are not.
  return width <= TILE_WIDTH && tilePath(level, index, width) === path ? { level, index, width } : undefined;
}

/** How wide a tile is in a tree of this size: 0 when it does not exist there yet. */
export function tileWidth(level: TileLevel, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.min(TILE_WIDTH, Math.max(0, hashes - index * TILE_WIDTH));
}

/**
 * The content of a tile of hashes: 32 × `width` bytes.
 * @throws whatever the store throws for hashes that it does not have
 */
export function tileBytes(level: number, index: number, width: number, nodes: StoredNodes): Uint8Array {
  const hashes = Array.from({ length: width }, (_, place) =>
    nodes.node(level * TILE_HEIGHT, index * TILE_WIDTH + place),
  );
  return Buffer.concat(hashes);
}

/** Entries, each after its length in two bytes. @throws RangeError for none, for more than 256, or a too long one */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH) {
    throw new RangeError(`A bundle has 1 to ${TILE_WIDTH} entries, not ${entries.length}.`);
  }
  return Buffer.concat(entries.flatMap((entry) => [lengthOf(entry), entry]));
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  if (length > LONGEST_ENTRY) throw new RangeError(`An entry has at most ${LONGEST_ENTRY} bytes, not ${length}.`);
  return Uint8Array.of(Math.floor(length / 256), length % 256);
}

/**
 * The entries of a bundle; hash them, and compare with the tree, before believing any.
 * @param width how many there must be
 * @throws TRUST_LOG_FORMAT
 */
export function parseEntryBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const [high, low] = bundle.subarray(at, at + 2);
    if (high === undefined || low === undefined) return refuseFormat('The bundle of entries ends within a length.');
    const end = at + 2 + high * 256 + low;
    if (end > bundle.length) refuseFormat('The bundle of entries ends within an entry.');
    if (entries.length === width) refuseFormat(`The bundle has more than ${width} entries.`);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== width) refuseFormat(`The bundle has ${entries.length} entries, not ${width}.`);
  return entries;
}
