/** Disks that are full, fail, cannot link, and processes that end between any two of their operations. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { isRefusal } from '../../../src/errors.ts';
import { directory } from '../../acquire/directories.ts';
import { refusal } from '../../acquire/refusals.ts';
import { pieces, stored } from './arrivals.ts';
import { FaultyDisk, Killed } from './faulty-disk.ts';

/** A store in which the state `old` is number 2, and a file of the content `kept` lies. */
async function begun(t: TestContext): Promise<Store> {
  const store = folderStore(join(await directory(t), 'guard'));
  await store.commit(0, Buffer.from('older'));
  await store.commit(1, Buffer.from('old'));
  return store;
}

async function textIn(store: Store): Promise<string> {
  return Buffer.from((await store.state())?.bytes ?? []).toString();
}

void test('S-03: the bytes are durable before the name, and the name before the old one goes', async (t) => {
  const store = await begun(t);
  const disk = new FaultyDisk(t);
  await store.commit(2, Buffer.from('new'));
  const durable = disk.done.filter((line) => /^(writeFile|sync|link|rename|unlink|open (tmp|state))/.test(line));
  assert.deepEqual(durable, [
    ...['open tmp', 'writeFile tmp', 'sync tmp', 'link tmp', 'open state', 'sync state'],
    ...['unlink tmp', 'unlink 000000000001.json'],
  ]);
  disk.heal();
  await store.write(pieces('content'));
  assert.deepEqual(
    disk.done.filter((line) => /^(writeFile|sync|rename) (tmp|files)/.test(line)),
    ['writeFile tmp', 'sync tmp', 'rename tmp', 'sync files'],
  );
});

void test('S-03: the folders themselves are durable before anything in them is', async (t) => {
  const base = await directory(t);
  const disk = new FaultyDisk(t);
  await folderStore(join(base, 'a', 'guard')).commit(0, Buffer.from('first'));
  const order = ['sync a', 'sync guard', 'link tmp', 'sync state'].map((line) => disk.done.indexOf(line));
  assert.ok(
    order.every((at, index) => at > (order[index - 1] ?? 0)),
    disk.done.join(', '),
  );
  assert.ok(disk.done.includes(`sync ${base.slice(base.lastIndexOf('/') + 1)}`));
});

void test('S-03: a process that ends before any operation of a commit leaves the old state or the new', async (t) => {
  const disk = new FaultyDisk(t);
  const found: string[] = [];
  for (let at = 0, isOver = false; !isOver; at++) {
    const store = await begun(t);
    disk.heal();
    disk.killAt(at);
    // What fails after the state is there for good is left for the next commit, so even this may end well.
    const attempt = await store.commit(2, Buffer.from('new')).catch((error: unknown) => error);
    assert.ok(attempt === true || attempt instanceof Killed, String(attempt));
    isOver = disk.done.length <= at;
    disk.heal();
    const text = await textIn(store);
    found.push(text);
    if (attempt === true) assert.equal(text, 'new');
    assert.equal(await store.commit(text === 'new' ? 3 : 2, Buffer.from('next')), true);
    assert.equal(await textIn(store), 'next');
  }
  assert.deepEqual([...new Set(found)], ['old', 'new']);
  assert.ok(found.length > 12);
});

void test('S-03: a process that ends before any operation of a write leaves the whole file or none', async (t) => {
  const disk = new FaultyDisk(t);
  const digest = await folderStore(join(await directory(t), 'other')).write(pieces('some', 'thing'));
  const found: unknown[] = [];
  for (let at = 0, isOver = false; !isOver; at++) {
    const store = await begun(t);
    disk.heal();
    disk.killAt(at);
    const attempt = await store.write(pieces('some', 'thing')).catch((error: unknown) => error);
    isOver = disk.done.length <= at;
    assert.ok(attempt === digest || attempt instanceof Killed, String(attempt));
    disk.heal();
    found.push(await stored(store, digest));
  }
  assert.deepEqual([...new Set(found)], [undefined, 'something']);
});

void test('R-05, S-08: whichever operation the disk refuses, it is STATE_DISK, nothing is half done or tried again', async (t) => {
  const disk = new FaultyDisk(t);
  for (const code of ['ENOSPC', 'EIO']) {
    for (let at = 0, isOver = false; !isOver; at++) {
      const store = await begun(t);
      disk.heal();
      disk.failAt(at, code);
      const attempt = await store.commit(2, Buffer.from('new')).catch((error: unknown) => error);
      isOver = disk.done.length <= at;
      const done = [...disk.done];
      assert.ok(attempt === true || isRefusal(attempt, 'STATE_DISK'), String(attempt));
      if (done[at]?.startsWith('sync') === true) assert.equal(done.filter((line) => line === done[at]).length, 1);
      disk.heal();
      assert.ok(['old', 'new'].includes(await textIn(store)));
      if (attempt === true) assert.equal(await textIn(store), 'new');
      // What goes wrong afterwards must not pass for a commit that did not happen.
      const durableAt = done.indexOf('sync state');
      if (durableAt >= 0 && durableAt < at) assert.equal(attempt, true, done[at]);
    }
  }
});

void test('a disk that fills up while a file is written leaves nothing of it', async (t) => {
  const disk = new FaultyDisk(t);
  for (const operation of ['writeFile', 'sync', 'rename']) {
    disk.heal();
    const store = await begun(t);
    disk.once(operation, /\.tmp$/, () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })));
    const said = await refusal('STATE_DISK', store.write(pieces('x')));
    assert.match(said.what, /\(ENOSPC\)/);
    disk.heal();
    assert.deepEqual(await readdir(join(store.description, 'files')), []);
  }
});

void test('a disk that is read-only, over its quota or short of handles is the operator’s to mend, too', async (t) => {
  const store = await begun(t);
  const disk = new FaultyDisk(t);
  for (const code of ['EROFS', 'EDQUOT', 'EMFILE']) {
    disk.once('open', /\.tmp$/, () => Promise.reject(Object.assign(new Error(code), { code })));
    await refusal('STATE_DISK', store.commit(2, Buffer.from('new')));
  }
});

void test('a file system without hard links is named as what it is, and keeps the old state', async (t) => {
  for (const code of ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK']) {
    const store = await begun(t);
    const disk = new FaultyDisk(t);
    disk.once('link', /./, () => Promise.reject(Object.assign(new Error(code), { code })));
    const said = await refusal('STATE_DISK', store.commit(2, Buffer.from('new')));
    assert.match(said.message, /has no hard links.*file system that has them/);
    assert.equal(await textIn(store), 'old');
  }
});

void test('an account that may not write is told so', async (t) => {
  const store = await begun(t);
  const disk = new FaultyDisk(t);
  disk.failAt(2, 'EACCES');
  await refusal('STATE_PERMISSIONS', store.commit(2, Buffer.from('new')));
});
