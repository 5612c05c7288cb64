/** F-02: a committer or reader that sleeps at the worst moment, while others go several states ahead. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { directory } from '../../acquire/directories.ts';
import { FaultyDisk } from './faulty-disk.ts';

async function twoAtOnce(t: TestContext) {
  const folder = join(await directory(t), 'guard');
  const store = folderStore(folder);
  await commitFrom(store, 0, 4);
  return { store, disk: new FaultyDisk(t), other: folderStore(folder) };
}

async function commitFrom(store: Store, previous: number, count: number): Promise<void> {
  for (let number = previous; number < previous + count; number++) {
    assert.equal(await store.commit(number, Buffer.from(`state ${number + 1}`)), true);
  }
}

async function textIn(store: Store): Promise<string> {
  return Buffer.from((await store.state())?.bytes ?? []).toString();
}

void test('F-02: whoever wakes up after one, two or many other commits has not committed', async (t) => {
  for (const ahead of [1, 3, 4]) {
    for (const operation of ['open', 'sync', 'readdir', 'link']) {
      const { store, disk, other } = await twoAtOnce(t);
      disk.once(operation, operation === 'readdir' ? /state$/ : /\.tmp$/, () => commitFrom(other, 4, ahead));
      assert.equal(await store.commit(4, Buffer.from('asleep')), false, `${operation}, ${ahead} ahead`);
      disk.heal();
      assert.equal((await store.state())?.number, 4 + ahead);
      assert.equal(await textIn(store), `state ${4 + ahead}`);
    }
  }
});

void test('F-02: a commit that was overtaken only afterwards has happened, and removes nothing newer', async (t) => {
  const { store, disk, other } = await twoAtOnce(t);
  disk.once('unlink', /\.tmp$/, () => commitFrom(other, 5, 3));
  assert.equal(await store.commit(4, Buffer.from('awake')), true);
  disk.heal();
  assert.equal(await textIn(store), 'state 8');
});

void test('F-02: a reader whose state was removed between looking and opening finds the newest', async (t) => {
  const { store, disk, other } = await twoAtOnce(t);
  disk.once('open', /000000000004\.json$/, () => commitFrom(other, 4, 3));
  assert.equal(await textIn(store), 'state 7');
});

void test('a state that vanishes each time it was listed is no state, and nobody waits for it for ever', async (t) => {
  const { store, disk } = await twoAtOnce(t);
  disk.before = (operation) => {
    if (operation === 'open') throw Object.assign(new Error('gone'), { code: 'ENOENT' });
  };
  await assert.rejects(store.state(), { code: 'STATE_CACHE' });
});
