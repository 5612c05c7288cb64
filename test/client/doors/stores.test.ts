/** What every store promises, on a disk or in memory. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { systemClock } from '../../../src/client/doors/system-clock.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { directory } from '../../acquire/directories.ts';
import { refusal } from '../../acquire/refusals.ts';
import { pieces, sha256, stored } from './arrivals.ts';

async function each(t: TestContext, check: (store: Store) => Promise<void>): Promise<void> {
  await check(memoryStore());
  await check(folderStore(join(await directory(t), 'a', 'guard')));
}

async function textIn(store: Store): Promise<string> {
  const state = await store.state();
  return `${state?.number ?? 0} ${Buffer.from(state?.bytes ?? []).toString()}`;
}

void test('F-02: states move by comparison only', async (t) => {
  await each(t, async (store) => {
    assert.equal(await store.state(), undefined);
    assert.equal(await store.commit(1, Buffer.from('ahead')), false);
    assert.equal(await store.commit(0, Buffer.from('one')), true);
    assert.equal(await store.commit(0, Buffer.from('again')), false);
    assert.equal(await textIn(store), '1 one');
    assert.equal(await store.commit(1, Buffer.alloc(0)), true);
    assert.equal(await store.commit(2, Buffer.from('three')), true);
    for (const previous of [0, 1, 2, 4, -1, 1.5, NaN]) {
      assert.equal(await store.commit(previous, Buffer.from('other')), false, String(previous));
    }
    assert.equal(await textIn(store), '3 three');
  });
});

void test('F-02: of many that start from the same state exactly one succeeds, and its bytes are the state', async (t) => {
  await each(t, async (store) => {
    for (let number = 0; number < 5; number++) {
      const attempts = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => store.commit(number, Buffer.from(`writer ${writer}`))),
      );
      assert.equal(attempts.filter(Boolean).length, 1);
      assert.equal(await textIn(store), `${number + 1} writer ${attempts.indexOf(true)}`);
    }
  });
});

void test('what goes in and comes out is the caller’s to change', async (t) => {
  await each(t, async (store) => {
    const bytes = Buffer.from('state');
    await store.commit(0, bytes);
    bytes.fill(0);
    (await store.state())?.bytes.fill(0);
    assert.equal(await textIn(store), '1 state');
    const chunk = Buffer.from('file');
    const digest = await store.write([chunk] as unknown as AsyncIterable<Uint8Array>);
    chunk.fill(0);
    for await (const part of (await store.read(digest)) ?? []) part.fill(0);
    assert.equal(await stored(store, digest), 'file');
  });
});

void test('files have the digest of their bytes for a name, however they arrive', async (t) => {
  await each(t, async (store) => {
    for (const parts of [[], ['a'], ['', 'a', '', 'b'], ['x'.repeat(200_000), 'y']]) {
      const digest = sha256(createHash('sha256').update(parts.join('')).digest('hex'));
      assert.equal(await stored(store, digest), undefined);
      assert.equal(await store.write(pieces(...parts)), digest);
      assert.equal(await stored(store, digest), parts.join(''));
    }
  });
});

void test('tidying up keeps what is wanted, and what was written by somebody who may still commit', async (t) => {
  await each(t, async (store) => {
    await store.keepOnly(new Set());
    const wanted = await store.write(pieces('wanted'));
    await store.commit(0, Buffer.from('names it'));
    const underWay = await store.write(pieces('under way'));
    await store.keepOnly(new Set([wanted]));
    assert.equal(await stored(store, wanted), 'wanted');
    assert.equal(await stored(store, underWay), 'under way');
  });
});

void test('in memory an unwanted file goes with the next state', async () => {
  const store = memoryStore();
  const old = await store.write(pieces('old'));
  await store.commit(0, Buffer.from('one'));
  await store.keepOnly(new Set());
  assert.equal(await stored(store, old), undefined);
});

void test('P-02: a store asked for anything but a digest opens nothing', async (t) => {
  const folder = join(await directory(t, { secret: 'outside' }), 'guard');
  const store = folderStore(folder);
  await store.commit(0, Buffer.from('one'));
  for (const name of ['../../secret', '../state/000000000001.json', '', 'AB'.repeat(32), `${'ab'.repeat(32)}\n`]) {
    await assert.rejects(store.read(name as ReturnType<typeof sha256>), TypeError);
  }
});

void test('whatever else lies among the states counts for nothing, and stays', async (t) => {
  const folder = join(await directory(t), 'guard');
  const store = folderStore(folder);
  await store.commit(0, Buffer.from('one'));
  const others = [
    '9.json',
    '0000000000009.json',
    '000000000009.json~',
    '00000000000x.json',
    '000000000000.json',
    '.tmp',
  ];
  for (const name of others) await writeFile(join(folder, 'state', name), 'other');
  assert.equal(await textIn(store), '1 one');
  for (const number of [1, 2]) assert.equal(await store.commit(number, Buffer.from('next')), true);
  assert.equal(await textIn(store), '3 next');
  const left = await readdir(join(folder, 'state'));
  assert.deepEqual(left.sort(), [...others, '000000000002.json', '000000000003.json'].sort());
});

void test('a state that no number can follow, or of which reading is refused, is not begun', async (t) => {
  const folder = join(await directory(t), 'guard');
  const store = folderStore(folder);
  await assert.rejects(store.commit(0, new Uint8Array(67_108_865)), RangeError);
  assert.equal(await store.state(), undefined);
  await store.commit(0, Buffer.from('one'));
  await writeFile(join(folder, 'state', '999999999999.json'), 'last');
  await refusal('STATE_CACHE', store.commit(999_999_999_999, Buffer.from('more')));
});

void test('the system’s clock is the system’s', () => {
  const before = Date.now();
  const now = systemClock.now().getTime();
  assert.ok(before <= now && now <= Date.now());
});
