/** S-09, P-05: folders that others could write or read, and links in the way. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Code } from '../../../src/errors.ts';
import type { Sha256 } from '../../../src/tuf/names.ts';
import { directory } from '../../acquire/directories.ts';
import { refusal } from '../../acquire/refusals.ts';
import { pieces, stored } from './arrivals.ts';

async function filled(t: TestContext) {
  const folder = join(await directory(t), 'guard');
  const store = folderStore(folder);
  await store.commit(0, Buffer.from('first'));
  const digest = await store.write(pieces('content'));
  return { folder, store, digest };
}

async function refusedBy(code: Code, store: Store, digest: Sha256, what: RegExp): Promise<void> {
  const attempts = [
    () => store.state(),
    () => store.commit(1, Buffer.from('second')),
    () => store.read(digest),
    () => store.write(pieces('other')),
    () => store.keepOnly(new Set()),
  ];
  for (const attempt of attempts) assert.match((await refusal(code, attempt())).what, what);
}

void test('S-09: what a store makes is for its account alone, whatever the umask', async (t) => {
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const { folder, digest } = await filled(t);
  const modes: Record<string, number> = {};
  for (const path of ['.', 'state', 'files', 'state/000000000001.json', `files/${digest}`]) {
    modes[path.replace(digest, 'file')] = (await stat(join(folder, path))).mode & 0o7777;
  }
  assert.deepEqual(modes, {
    '.': 0o700,
    state: 0o700,
    files: 0o700,
    'state/000000000001.json': 0o600,
    'files/file': 0o600,
  });
});

void test('S-09: a folder that is open to others is refused for everything, and left as it is', async (t) => {
  const { folder, store, digest } = await filled(t);
  for (const mode of [0o755, 0o770, 0o702, 0o740, 0o701, 0o777]) {
    await chmod(folder, mode);
    await refusedBy('STATE_PERMISSIONS', store, digest, /guard is open to others \(mode 7/);
  }
  await chmod(folder, 0o700);
  for (const inner of ['state', 'files']) await chmod(join(folder, inner), 0o750);
  await refusedBy('STATE_PERMISSIONS', store, digest, /(state|files) is open to others \(mode 750\)/);
  assert.equal((await readdir(join(folder, 'state'))).length, 1);
});

void test('S-09: an empty folder that is open to others is refused before anything is put in it', async (t) => {
  const folder = join(await directory(t), 'guard');
  await mkdir(folder);
  await chmod(folder, 0o755);
  await refusal('STATE_PERMISSIONS', folderStore(folder).state());
  await refusal('STATE_PERMISSIONS', folderStore(folder).commit(0, Buffer.from('first')));
  assert.deepEqual(await readdir(folder), []);
});

void test('S-09: a folder of another account is refused', { skip: process.getuid?.() !== 0 }, async (t) => {
  const { folder, store, digest } = await filled(t);
  await chown(folder, 65_534, 0);
  await refusedBy('STATE_PERMISSIONS', store, digest, /belongs to another account \(uid 65534\)/);
});

void test('P-05: a link in a folder’s place is refused, with and without a slash at the end', async (t) => {
  const { folder, digest } = await filled(t);
  await symlink(folder, `${folder}-link`);
  for (const path of [`${folder}-link`, `${folder}-link/`]) {
    await refusedBy('STATE_PERMISSIONS', folderStore(path), digest, /symbolic link/);
  }
  for (const inner of ['state', 'files']) {
    await rename(join(folder, inner), join(folder, `${inner}-real`));
    await symlink(`${inner}-real`, join(folder, inner));
  }
  await refusedBy('STATE_PERMISSIONS', folderStore(folder), digest, /(state|files) is a symbolic link/);
});

void test('P-05, F-02: a newest state that is a link, a pipe, a folder or too large is refused; no older one steps in', async (t) => {
  const { folder, store } = await filled(t);
  await store.commit(1, Buffer.from('second'));
  const path = join(folder, 'state', '000000000003.json');
  const kinds: readonly [Code, () => unknown][] = [
    ['STATE_PERMISSIONS', () => symlink('000000000001.json', path)],
    ['STATE_PERMISSIONS', () => symlink('nowhere', path)],
    ['STATE_CACHE', () => execFileSync('mkfifo', [path])],
    ['STATE_CACHE', () => mkdir(path)],
    ['STATE_CACHE', () => writeFile(path, '').then(() => truncate(path, 67_108_865))],
  ];
  for (const [code, put] of kinds) {
    await put();
    await refusal(code, store.state());
    assert.equal(await store.commit(2, Buffer.from('third')), false);
    await rm(path, { recursive: true });
  }
  assert.equal((await store.state())?.number, 2);
});

void test('P-05: a stored file that is a link or a pipe is refused; writing it again puts a file there', async (t) => {
  const { folder, store, digest } = await filled(t);
  const path = join(folder, 'files', digest);
  await writeFile(join(folder, 'secret'), 'a key of ours');
  for (const [code, put] of [
    ['STATE_PERMISSIONS', () => symlink('../secret', path)],
    ['STATE_CACHE', () => execFileSync('mkfifo', [path])],
  ] as const) {
    await rm(path);
    await put();
    await refusal(code, store.read(digest));
    assert.equal(await store.write(pieces('content')), digest);
    assert.equal(await stored(store, digest), 'content');
  }
});
