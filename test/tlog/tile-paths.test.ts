/** Tiles and bundles of entries: one path for each, one content for each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  entryBundle,
  LONGEST_ENTRY,
  parseEntryBundle,
  parseTilePath,
  tileBytes,
  type TileLevel,
  tilePath,
  tileWidth,
} from '../../src/tlog/tiles.ts';
import { runs } from '../property/runs.ts';
import { GrownTree } from './grown-tree.ts';
import { refuses } from './refusing.ts';

const level = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const));

test('every tile has a path that leads back to it', () => {
  const index = fc.oneof(fc.maxSafeNat(), fc.nat(2000));
  fc.assert(
    fc.property(level, index, fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      assert.deepEqual(parseTilePath(tilePath(level, index, width)), { level, index, width });
    }),
    runs(500, 50_000),
  );
});

test('the example of the specification', () => {
  assert.equal(tilePath(0, 1_234_067, 256), 'tile/0/x001/x234/067');
  assert.deepEqual(parseTilePath('tile/entries/x001/x234/067.p/8'), { level: 'entries', index: 1_234_067, width: 8 });
});

const NO_PATHS = [
  ...[
    '',
    'tile',
    'tile/',
    'tile/0',
    'tile/0/',
    '/tile/0/000',
    'tile/0/000/',
    'tile//000',
    'tiles/0/000',
    'x/tile/0/000',
  ],
  ...[
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000/000',
    'tile/0/x000/x001/000',
    'tile/0/001/000',
    'tile/0/x001',
  ],
  ...[
    'tile/0/X001/000',
    'tile/0/x001/x000',
    'tile/0/x1/000',
    'tile/0/-01',
    'tile/0/+01',
    'tile/0/0x1',
    'tile/0/１２３',
  ],
  ...['tile/00/000', 'tile/01/000', 'tile/64/000', 'tile/100/000', 'tile/-1/000', 'tile/1.0/000', 'tile/data/000'],
  ...['tile/Entries/000', 'tile/ 0/000', 'tile/8/0/000', 'tile/0/000.p', 'tile/0/000.p/', 'tile/0/000.p/0'],
  ...[
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/257',
    'tile/0/000.p/-1',
    'tile/0/000.p/1/',
    'tile/0/000.p/1.p/1',
  ],
  ...[
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x001/x000/x000/x000/x000/x000/000',
    'tile/0/000\n',
    'tile/0/000?x=1',
  ],
  ...['tile/0/%30%30%30', 'tile/0/../0/000', 'tile/0/x001%2f000'],
];

test('nothing else is a path', () => {
  assert.deepEqual(
    NO_PATHS.filter((path) => parseTilePath(path) !== undefined),
    [],
  );
  assert.equal(parseTilePath('tile/0/x009/x007/x199/x254/x740/991')?.index, Number.MAX_SAFE_INTEGER);
});

test('a path is written for tiles only', () => {
  const wrong: [TileLevel, number, number][] = [
    ...([-1, 64, 0.5, NaN] as const).map((level): [TileLevel, number, number] => [level, 0, 1]),
    ...([-1, 0.5, 2 ** 53] as const).map((index): [TileLevel, number, number] => [0, index, 1]),
    ...([0, 257, 1.5, -1] as const).map((width): [TileLevel, number, number] => ['entries', 0, width]),
  ];
  for (const [level, index, width] of wrong)
    assert.throws(
      () => tilePath(level, index, width),
      RangeError,
      `${String(level)} ${String(index)} ${String(width)}`,
    );
});

test('a tree of 70,000 has the tiles that the specification counts', () => {
  const widths = (level: TileLevel, ...indexes: number[]): number[] =>
    indexes.map((index) => tileWidth(level, index, 70_000));
  assert.deepEqual(widths(0, 0, 272, 273, 274), [256, 256, 112, 0]);
  assert.deepEqual(widths('entries', 0, 272, 273, 274), [256, 256, 112, 0]);
  assert.deepEqual(widths(1, 0, 1, 2), [256, 17, 0]);
  assert.deepEqual(widths(2, 0, 1), [1, 0]);
  assert.deepEqual(widths(3, 0), [0]);
  assert.deepEqual([tileWidth(0, 0, 256), tileWidth(1, 0, 256), tileWidth(1, 0, 255)], [256, 1, 0]);
});

test('widths are right far above 2^32, and there is nothing beyond the largest tree', () => {
  const size = Number.MAX_SAFE_INTEGER;
  assert.equal(tileWidth(0, 2 ** 45 - 1, size), 255);
  assert.equal(tileWidth(0, 2 ** 45, size), 0);
  assert.equal(tileWidth(4, 2 ** 13 - 1, size), 255);
  assert.deepEqual([tileWidth(6, 0, size), tileWidth(7, 0, size), tileWidth(63, 0, size)], [31, 0, 0]);
  assert.equal(tileWidth(0, Number.MAX_SAFE_INTEGER, size), 0);
});

test('a tile is the hashes of its level, one after the other', () => {
  const tree = GrownTree.counting(600);
  const first = Buffer.from(tileBytes(1, 0, 2, tree));
  assert.deepEqual(first, Buffer.concat([tree.root(256), tree.node(8, 1)]));
  const last = Buffer.from(tileBytes(0, 2, 88, tree));
  assert.deepEqual([last.length, last.subarray(87 * 32)], [88 * 32, Buffer.from(tree.leaf(599))]);
  assert.throws(() => tileBytes(0, 2, 89, tree), /not complete/);
});

test('entries come out of a bundle as they went in', () => {
  const entry = fc.uint8Array({ maxLength: 700 });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 256 }), (entries) => {
      const read = parseEntryBundle(entryBundle(entries), entries.length);
      assert.deepEqual(
        read.map((one) => Buffer.from(one)),
        entries.map((one) => Buffer.from(one)),
      );
    }),
    runs(40, 1000),
  );
  const longest = new Uint8Array(LONGEST_ENTRY).fill(7);
  assert.deepEqual(parseEntryBundle(entryBundle([longest]), 1)[0]?.length, 65_535);
  assert.deepEqual(Buffer.from(entryBundle([new Uint8Array(258)])).subarray(0, 2), Buffer.of(1, 2));
});

test('a bundle that is cut off, too long or too short is refused', () => {
  const bundle = entryBundle([Buffer.from('one'), Buffer.from('two')]);
  refuses('TRUST_LOG_FORMAT', /ends within an entry/, () => parseEntryBundle(bundle.subarray(0, 9), 2));
  refuses('TRUST_LOG_FORMAT', /ends within a length/, () => parseEntryBundle(bundle.subarray(0, 6), 2));
  refuses('TRUST_LOG_FORMAT', /1 entries, not 2/, () => parseEntryBundle(bundle.subarray(0, 5), 2));
  refuses('TRUST_LOG_FORMAT', /more than 1 entries/, () => parseEntryBundle(bundle, 1));
  refuses('TRUST_LOG_FORMAT', /0 entries, not 2/, () => parseEntryBundle(new Uint8Array(), 2));
});

test('what no bundle can hold is not put into one', () => {
  assert.throws(() => entryBundle([]), RangeError);
  assert.throws(() => entryBundle([new Uint8Array(LONGEST_ENTRY + 1)]), RangeError);
  assert.throws(() => entryBundle(Array.from({ length: 257 }, () => new Uint8Array())), RangeError);
});
