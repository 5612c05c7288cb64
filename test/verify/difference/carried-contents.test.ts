/** Which carried files are read to be looked into: those that differ, within bounds, and changed ones before new ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authoredRoles, carriedContents, importContent } from '../../../src/ledger/import-content.ts';
import { type RoleName, type Sha256, type TargetPath, TARGETS, targetPath } from '../../../src/tuf/names.ts';
import { differenceBetween } from '../../../src/verify/difference.ts';
import { mirrorOf } from '../../simulator/mirror.ts';
import type { MirroredRepository } from '../../simulator/mirrored.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';

const MIB = 1_048_576;

/** Reads from the blob store, and remembers which blobs. */
function readerOf({ mirror }: MirroredRepository) {
  const read: Sha256[] = [];
  const readBlob = async (digest: Sha256): Promise<Uint8Array> => {
    read.push(digest);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await mirror.blobs.open(digest)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  return {
    read,
    contents: (from: number | undefined, to: number) => carriedContents(mirror.reader, from, to, readBlob),
  };
}

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('utf8');

test('files that differ are read on both sides, others are not', async (context) => {
  const upstream = new SimulatedUpstream().add('same', 'same').add('changed', 'before').add('gone', 'gone');
  const mirrored = await mirrorOf(context, upstream.publish());
  await mirrored.importNow();
  upstream.add('changed', 'after').add('new', 'new').targets.targets.delete('gone');
  upstream.publish('targets');
  await mirrored.importNow();
  const { read, contents } = readerOf(mirrored);
  const { from, to } = await contents(1, 2);
  const seen = (side: typeof from, path: string): string | undefined => text(side(TARGETS, targetPath(path)));
  assert.deepEqual(
    ['same', 'changed', 'gone', 'new'].map((path) => seen(from, path)),
    [undefined, 'before', 'gone', undefined],
  );
  assert.deepEqual(
    ['same', 'changed', 'gone', 'new'].map((path) => seen(to, path)),
    [undefined, 'after', undefined, 'new'],
  );
  assert.equal(read.length, 4);
  const first = await contents(undefined, 1);
  assert.deepEqual(
    ['same', 'changed'].map((path) => seen(first.to, path)),
    ['same', 'before'],
  );
  assert.equal(seen(first.from, 'same'), undefined);
  const { reader } = mirrored.mirror;
  const { counts } = differenceBetween(importContent(reader, 1), importContent(reader, 2));
  assert.deepEqual(
    counts.map(({ kind, total }) => `${kind} ${total}`),
    ['signers 3', 'target-added 1', 'target-removed 1', 'target-replaced 1', 'version 3'],
  );
});

test('the content of an import has the newest root of its chain, and each role as it was', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  upstream.author.publishRoot();
  upstream.author.publishRoot();
  const mirrored = await mirrorOf(context, upstream.publish());
  await mirrored.importNow();
  const side = importContent(mirrored.mirror.reader, 1);
  assert.ok(side.dialect === 'tuf');
  assert.deepEqual(
    [side.label, side.root.version, side.timestamp.version, side.snapshot.version],
    ['import 1', 3, 2, 2],
  );
  assert.deepEqual(
    [...authoredRoles(side)].map(([name, { version }]) => [name, version]),
    [['targets', 1]],
  );
  assert.throws(() => side.role('other' as RoleName), TypeError);
});

test('one path in two roles is two files', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'dev', { paths: ['*'] });
  upstream.add('file', 'of targets').add('file', 'of dev', 'dev');
  const mirrored = await mirrorOf(context, upstream.publish());
  await mirrored.importNow();
  const { to } = await readerOf(mirrored).contents(undefined, 1);
  const path = targetPath('file');
  assert.equal(text(to(TARGETS, path)), 'of targets');
  assert.equal(text(to('dev' as RoleName, path)), 'of dev');
  assert.equal(to('targets","file' as RoleName, '' as TargetPath), undefined);
});

test('a file of one MiB is read, and one byte more is not', async () => {
  const { from, to, read } = await sized(
    [],
    [
      ['fits', MIB],
      ['large', MIB + 1],
    ],
  );
  assert.ok(to('fits') && !to('large') && !from('fits'));
  assert.equal(read, 1);
});

test('of one side 32 MiB are read: changed files first, then new ones by name, and nothing after the one that does not fit', async () => {
  const others = Array.from({ length: 31 }, (_, at) => [`a-${String(at).padStart(2, '0')}`, MIB] as const);
  const { to, read } = await sized([['z', 7]], [...others, ['b', MIB], ['c', 1], ['z', MIB]]);
  assert.ok(to('z'), 'the changed file comes first, whatever its name');
  assert.ok(to('a-30') && !to('b') && !to('c'));
  assert.equal(read, 33, 'with the one of the other side');
});

/** Contents between two imports that carry files of these lengths. */
async function sized(before: readonly (readonly [string, number])[], after: readonly (readonly [string, number])[]) {
  const carried = (files: typeof before) =>
    files.map(([path, length]) => ({
      path,
      role: 'targets',
      length,
      sha256: `${path} ${String(length)}`,
      hashes: new Map(),
    }));
  const reader = { importTargets: (number: number) => carried(number === 1 ? before : after) };
  let read = 0;
  const contents = await carriedContents(reader as never, 1, 2, () => {
    read++;
    return Promise.resolve(new Uint8Array(1));
  });
  const side = (bytes: typeof contents.to) => (path: string) => bytes(TARGETS, targetPath(path));
  return { from: side(contents.from), to: side(contents.to), read };
}
