/** Files by digest: damaged ones heal, half ones never appear, and tidying up takes nothing that somebody still needs. */
import assert from 'node:assert/strict';
import { readdir, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { directory } from '../../acquire/directories.ts';
import { pieces, stored, textOf } from './arrivals.ts';
import { FaultyDisk } from './faulty-disk.ts';

async function inFolder(t: TestContext) {
  const folder = join(await directory(t), 'guard');
  const store = folderStore(folder);
  await store.commit(0, Buffer.from('first'));
  const files = join(folder, 'files');
  return { store, files, states: join(folder, 'state'), pathOf: (digest: string) => join(files, digest) };
}

/** Makes a file this many minutes older than the file system’s present. */
async function age(path: string, minutes: number): Promise<void> {
  const now = (await stat(path)).mtimeMs;
  await utimes(path, new Date(now), new Date(now - minutes * 60_000));
}

void test('S-07, W-10: a damaged file is handed out as it lies there, and heals when it is written again', async (t) => {
  const { store, pathOf } = await inFolder(t);
  const digest = await store.write(pieces('con', 'tent'));
  for (const damage of [() => truncate(pathOf(digest), 3), () => writeFile(pathOf(digest), 'content and more')]) {
    await damage();
    assert.notEqual(await stored(store, digest), 'content');
    await age(pathOf(digest), 600);
    assert.equal(await store.write(pieces('content')), digest);
    assert.equal(await stored(store, digest), 'content');
    await store.keepOnly(new Set());
    assert.equal(await stored(store, digest), 'content', 'it is as new as one that was not there before');
  }
});

void test('nothing is kept of content that ends in an error, and the error is handed on', async (t) => {
  const { store, files } = await inFolder(t);
  const trouble = Object.assign(new Error('the source stopped'), { code: 'ECONNRESET' });
  const content = pieces('half', () => Promise.reject(trouble));
  await assert.rejects(store.write(content), (error) => error === trouble);
  assert.deepEqual(await readdir(files), []);
});

void test('only files that are unwanted and older than an hour go, and leftovers that are as old', async (t) => {
  const { store, files, states, pathOf } = await inFolder(t);
  const [wanted, old, young] = [
    await store.write(pieces('wanted')),
    await store.write(pieces('old')),
    await store.write(pieces('young')),
  ];
  const leftovers = [join(files, '.a.tmp'), join(files, '.b.tmp'), join(states, '.1.c.tmp'), join(states, '.1.d.tmp')];
  const foreign = join(files, 'a note of the owner');
  for (const path of [...leftovers, foreign]) await writeFile(path, 'x');
  for (const path of [pathOf(wanted), pathOf(old), leftovers[0], leftovers[2], foreign]) await age(path ?? '', 61);
  for (const path of [pathOf(young), leftovers[1], leftovers[3]]) await age(path ?? '', 59);
  await store.keepOnly(new Set([wanted]));
  assert.deepEqual((await readdir(files)).sort(), ['.b.tmp', 'a note of the owner', wanted, young].sort());
  assert.deepEqual((await readdir(states)).sort(), ['.1.d.tmp', '000000000001.json']);
});

void test('a file that somebody writes again while others tidy up stays, at whichever moment they do', async (t) => {
  for (const operation of ['lstat', 'rename', 'unlink']) {
    const { store, pathOf } = await inFolder(t);
    const digest = await store.write(pieces('content'));
    await age(pathOf(digest), 61);
    const disk = new FaultyDisk(t);
    // The last lstat, and the unlink, are of the file that was moved aside.
    const at = operation === 'unlink' ? /files.*\.tmp$/ : new RegExp(digest);
    let isProbeGone = operation !== 'unlink';
    let isWritten = false;
    disk.before = async (name, path) => {
      if (isWritten || name !== operation || !at.test(path)) return;
      // The first one is of the probe for the time.
      if (!isProbeGone) {
        isProbeGone = true;
        return;
      }
      isWritten = true;
      await store.write(pieces('content'));
    };
    await store.keepOnly(new Set());
    assert.ok(isWritten, operation);
    disk.heal();
    assert.equal(await stored(store, digest), 'content', operation);
  }
});

void test('many that tidy up at once do not get in each other’s way', async (t) => {
  const { store, files, pathOf } = await inFolder(t);
  for (let file = 0; file < 20; file++) await age(pathOf(await store.write(pieces(`file ${file}`))), 61);
  await Promise.all([1, 2, 3, 4].map(() => store.keepOnly(new Set())));
  assert.deepEqual(await readdir(files), []);
});

void test('a reader keeps what it has opened, although the file is removed before it reads', async (t) => {
  const { store, pathOf } = await inFolder(t);
  const digest = await store.write(pieces('x'.repeat(300_000)));
  const reading = await store.read(digest);
  await age(pathOf(digest), 61);
  await store.keepOnly(new Set());
  assert.equal(await stored(store, digest), undefined);
  assert.ok(reading !== undefined);
  assert.equal((await textOf(reading)).length, 300_000);
});
