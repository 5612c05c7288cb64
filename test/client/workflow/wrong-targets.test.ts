/** C-07, W-10: bytes of a target that are not what upstream signed, on their way and in the store. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import { joined } from '../../../src/client/fetch/place.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Json } from '../../../src/tuf/json.ts';
import { jsonObject } from '../../../src/tuf/json.ts';
import { directory } from '../../acquire/directories.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { refusedUnchanged, textOf } from './unchanged.ts';

const digest = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');

interface Setting {
  readonly guarded: GuardedMirror;
  readonly guard: Guard;
  readonly store: Store;
  readonly folder: string;
  /** Of the target on the mirror. */
  readonly path: string;
  /** Of the target in the store. */
  readonly held: string;
}

async function setting(context: TestContext): Promise<Setting> {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file', 'content').publish());
  const folder = join(await directory(context), 'guard');
  const store = folderStore(folder);
  const guard = guarded.guard({ store });
  await guard.refresh();
  const name = digest('sha256', 'content');
  return { guarded, guard, store, folder, path: `targets/${name}.file`, held: join(folder, 'files', name) };
}

test('C-07 other bytes, fewer and none are refused by the last of them; nothing of them is kept or handed out', async (context) => {
  const { guarded, guard, folder, store, path } = await setting(context);
  const files = await readdir(join(folder, 'files'));
  const before = Buffer.from((await store.state())?.bytes ?? []).toString();
  for (const [bytes, code] of [
    ['CONTENT', 'TRUST_TARGET'],
    ['conten', 'TRUST_TARGET'],
    ['', 'TRUST_TARGET'],
    ['content ', 'SOURCE_TOO_LARGE'],
  ] as const) {
    guarded.answer(path, Buffer.from(bytes));
    const refusal = await rejected(code, guard.get('file'));
    assert.ok(!refusal.message.includes('CONTENT'));
    await rejected(code, guard.open('file'));
    await rejected('SOURCE_OFFLINE', guard.get('file', { mode: 'offline' }));
    assert.equal(Buffer.from((await store.state())?.bytes ?? []).toString(), before);
    assert.deepEqual(await readdir(join(folder, 'files')), files);
  }
  guarded.restore();
  assert.equal(await textOf(guard, 'file'), 'content');
});

test('C-07 a target that has vanished from the mirror is an error of the source, and what is held stays good', async (context) => {
  const { guarded, guard, path } = await setting(context);
  guarded.answer(path, 404);
  await rejected('SOURCE_NOT_FOUND', guard.get('file'));
  guarded.restore();
  await guard.get('file');
  guarded.answer(path, 404);
  assert.equal(await textOf(guard, 'file'), 'content');
});

const DAMAGES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  altered: (path) => writeFile(path, 'CONTENT'),
  truncated: (path) => writeFile(path, 'conten'),
  lengthened: (path) => writeFile(path, 'content '),
  removed: (path) => rm(path),
};

for (const [damage, spoil] of Object.entries(DAMAGES)) {
  test(`W-10 a held target that was ${damage} is fetched again online, and offline refused`, async (context) => {
    const { guarded, guard, store, path, held } = await setting(context);
    await guard.get('file');
    await spoil(held);
    await refusedUnchanged('SOURCE_OFFLINE', store, () => guard.get('file', { mode: 'offline' }));
    guarded.takeRequests();
    assert.equal(await textOf(guard, 'file'), 'content');
    assert.ok(guarded.takeRequests().includes(path));
    assert.equal(await readFile(held, 'utf8'), 'content');
    const { bytes } = await guard.get('file', { mode: 'offline' });
    assert.equal(Buffer.from(bytes).toString(), 'content');
  });
}

test('W-10 a file that is altered between open() and its last piece ends with an error, never quietly', async (context) => {
  const { guard, held } = await setting(context);
  const { content, verdict } = await guard.open('file');
  assert.equal(verdict.code, 'OK');
  await writeFile(held, 'CONTENT');
  await rejected('TRUST_TARGET', joined(content));
  const again = await guard.open('file');
  await rm(held);
  await rejected('SOURCE_OFFLINE', joined(again.content));
});

test('verify() tells right bytes from wrong ones without asking anybody for the target', async (context) => {
  const { guarded, guard } = await setting(context);
  guarded.takeRequests();
  const codes = await Promise.all(
    ['content', 'CONTENT', 'conten', 'content ', ''].map(
      async (text) => (await guard.verify('file', Buffer.from(text))).code,
    ),
  );
  assert.deepEqual(codes, ['OK', 'TRUST_TARGET', 'TRUST_TARGET', 'TRUST_TARGET', 'TRUST_TARGET']);
  assert.equal((await guard.verify('other', Buffer.from('content'))).code, 'TRUST_UNLISTED_TARGET');
  assert.ok(!guarded.takeRequests().some((path) => path.startsWith('targets/')));
});

/** A carried guard, one state behind an upstream that now lists the target with these hashes. */
async function listedWith(context: TestContext, hashes: Readonly<Record<string, Json>>) {
  const upstream = new SimulatedUpstream().add('file', 'older').publish();
  const copy = await copyOf(context, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh();
  upstream.alter('targets', (signed) => void put(signed, ['targets', 'file', 'hashes'], jsonObject(hashes)));
  upstream.add('file', 'content').publish('targets');
  for (const value of Object.values(hashes)) {
    if (typeof value === 'string') copy.answer(`targets/${value}.file`, 'content');
  }
  return { guard, store };
}

const [SHA256, SHA512] = [digest('sha256', 'content'), digest('sha512', 'content')];

test('C-07 every known hash must be right: one right beside one wrong is refused, whichever it is', async (context) => {
  for (const hashes of [
    { sha256: SHA256, sha512: digest('sha512', 'CONTENT') },
    { sha256: digest('sha256', 'CONTENT'), sha512: SHA512 },
  ]) {
    const { guard, store } = await listedWith(context, hashes);
    await guard.refresh();
    await rejected('TRUST_TARGET', guard.get('file'));
    assert.equal((await guard.verify('file', Buffer.from('content'))).code, 'TRUST_TARGET');
    await refusedUnchanged('SOURCE_OFFLINE', store, () => guard.get('file', { mode: 'offline' }));
  }
});

test('C-07 sha512 alone is enough, and an unknown algorithm beside a known one is passed over', async (context) => {
  for (const hashes of [{ sha512: SHA512 }, { sha256: SHA256, sha512: SHA512 }, { sha256: SHA256, blake3: 'ab' }]) {
    const { guard } = await listedWith(context, hashes);
    const { verdict, bytes } = await guard.get('file');
    assert.equal(Buffer.from(bytes).toString(), 'content');
    assert.equal(verdict.sha256, 'sha256' in hashes ? SHA256 : undefined);
    assert.equal(Buffer.from((await guard.get('file', { mode: 'offline' })).bytes).toString(), 'content');
  }
});

test('C-07 only unknown algorithms, none, or digests that are none, cannot be believed: the role is malformed', async (context) => {
  for (const hashes of [
    { blake3: digest('sha256', 'content') },
    {},
    { sha256: SHA256.toUpperCase() },
    { sha256: SHA256.slice(1) },
    { sha256: SHA256, sha512: '' },
    { sha256: SHA256, md5: 7 },
  ]) {
    const { guard, store } = await listedWith(context, hashes);
    await refusedUnchanged('TRUST_MALFORMED', store, () => guard.refresh());
  }
});

test('R-01 a target that is larger than the caller holds in memory, or than the limit, is refused before it is asked for', async (context) => {
  const { guarded, guard, store, path } = await setting(context);
  await guard.find('file');
  guarded.takeRequests();
  const refusal = await rejected('SOURCE_TOO_LARGE', guard.get('file', { maxBytes: 6 }));
  assert.match(refusal.next, /^Raise maxBytes/);
  const limited = guarded.guard({ store, limits: { targetFileBytes: 6 } });
  for (const attempt of [() => limited.get('file'), () => limited.open('file')]) {
    const { details, next } = await rejected('TRUST_LIMIT', attempt());
    assert.equal(details['limit'], 'targetFileBytes');
    assert.match(next, /raise the limit where the guard is made/);
  }
  assert.ok(!guarded.takeRequests().includes(path));
  await rejected('SOURCE_OFFLINE', guard.get('file', { mode: 'offline' }));
  assert.equal(Buffer.from((await guard.get('file', { maxBytes: 7 })).bytes).toString(), 'content');
});
