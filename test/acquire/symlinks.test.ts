/** Hostile media: links, FIFOs, devices, and files that change under our hands. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { ROOT, targetPath, TIMESTAMP } from '../../src/tuf/names.ts';
import { directory } from './directories.ts';
import { refusal } from './refusals.ts';
import { text } from './servers.ts';

const SECRET = 'a key of ours';

/** A repository beside a secret that is not part of it. */
async function besideSecret(t: TestContext): Promise<{ repo: string; secret: string }> {
  const outer = await directory(t, { secret: SECRET, 'repo/timestamp.json': '{}', 'repo/targets/dir/a': 'A' });
  return { repo: join(outer, 'repo'), secret: join(outer, 'secret') };
}

const wanted = { path: targetPath('dir/a'), length: 100, hashes: new Map<string, string>() };

void test('P-05, B-04: a link in a file’s place is refused, wherever it leads', async (t) => {
  const { repo, secret } = await besideSecret(t);
  const source = await openDirectorySource(repo);
  await rm(join(repo, 'targets/dir/a'));
  for (const goal of [secret, '../../timestamp.json', 'nowhere']) {
    await symlink(goal, join(repo, 'targets/dir/a'));
    await symlink(goal, join(repo, '2.root.json'));
    const said = await refusal('SOURCE_UNREADABLE', source.target(wanted, false));
    assert.match(said.what, /symbolic link/);
    await refusal('SOURCE_UNREADABLE', source.metadata({ role: ROOT, version: 2 }, 100));
    await rm(join(repo, 'targets/dir/a'));
    await rm(join(repo, '2.root.json'));
  }
});

void test('P-05, B-04: a link in a directory’s place is refused at every depth', async (t) => {
  for (const linked of ['targets', 'targets/dir']) {
    const { repo } = await besideSecret(t);
    const source = await openDirectorySource(repo);
    await rename(join(repo, linked), join(repo, 'moved'));
    await symlink(join(repo, 'moved'), join(repo, linked));
    const said = await refusal('SOURCE_UNREADABLE', source.target(wanted, false));
    assert.match(said.what, /symbolic link, not a directory/);
  }
});

void test('P-05: metadata/ as a link is refused when the source is opened', async (t) => {
  const outer = await directory(t, { 'real/timestamp.json': '{}', 'repo/targets/a': 'A' });
  await symlink(join(outer, 'real'), join(outer, 'repo/metadata'));
  await refusal('SOURCE_UNREADABLE', openDirectorySource(join(outer, 'repo')));
});

void test('P-05: the base itself may be a link, because the operator named it', async (t) => {
  const { repo } = await besideSecret(t);
  await symlink(repo, `${repo}-latest`);
  const source = await openDirectorySource(`${repo}-latest`);
  assert.equal(await text(await source.target(wanted, false)), 'A');
});

void test('B-04: FIFOs, sockets, devices and directories are refused without waiting for them', async (t) => {
  const { repo } = await besideSecret(t);
  const source = await openDirectorySource(repo);
  const path = join(repo, 'targets/dir/a');
  await rm(path);
  execFileSync('mkfifo', [path]);
  assert.match((await refusal('SOURCE_UNREADABLE', source.target(wanted, false))).what, /a FIFO/);
  await rm(path);
  await mkdir(path);
  assert.match((await refusal('SOURCE_UNREADABLE', source.target(wanted, false))).what, /a directory/);
  await rm(path, { recursive: true });
  const server = createServer().listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  assert.match((await refusal('SOURCE_UNREADABLE', source.target(wanted, false))).what, /a socket/);
});

void test('P-05, B-04: what is put in a file’s place between finding and opening it is not read', async (t) => {
  const swaps: Record<string, (path: string, secret: string) => unknown> = {
    link: (path, secret) => symlink(secret, path),
    'link to itself': (path) => symlink('../../kept', path),
    fifo: (path) => execFileSync('mkfifo', [path]),
    file: (path) => writeFile(path, 'another file'),
  };
  for (const [kind, swap] of Object.entries(swaps)) {
    const { repo, secret } = await besideSecret(t);
    const source = await openDirectorySource(repo);
    const body = await source.target(wanted, false);
    const path = join(repo, 'targets/dir/a');
    // Kept, so that its inode number is not used again at once.
    await rename(path, join(repo, 'kept'));
    await swap(path, secret);
    const said = await refusal('SOURCE_UNREADABLE', text(body));
    assert.doesNotMatch(said.message, new RegExp(SECRET), kind);
  }
});

void test('R-01, B-04: a file that grows or shrinks while it is read is refused', async (t) => {
  const { repo } = await besideSecret(t);
  const path = join(repo, 'targets/dir/a');
  const big = 'x'.repeat(200_000);
  for (const [code, change] of [
    ['SOURCE_TOO_LARGE', () => appendFile(path, big)],
    ['SOURCE_TRUNCATED', () => truncate(path, 100_000)],
  ] as const) {
    await writeFile(path, big);
    const source = await openDirectorySource(repo);
    const body = await source.target({ ...wanted, length: big.length }, false);
    let isChanged = false;
    const reading = async (): Promise<void> => {
      for await (const chunk of body) {
        assert.ok(chunk.length > 0);
        if (!isChanged) await change();
        isChanged = true;
      }
    };
    await refusal(code, reading());
  }
});

void test('R-01: a file larger than its limit is refused before any of it is handed on', async (t) => {
  const { repo } = await besideSecret(t);
  await writeFile(join(repo, 'targets/dir/a'), 'x'.repeat(200_000));
  const source = await openDirectorySource(repo);
  const body = await source.target({ ...wanted, length: 199_999 }, false);
  await refusal('SOURCE_TOO_LARGE', body[Symbol.asyncIterator]().next());
});

void test('B-04: a file that this account may not read is named', { skip: process.getuid?.() === 0 }, async (t) => {
  const { repo } = await besideSecret(t);
  const source = await openDirectorySource(repo);
  execFileSync('chmod', ['000', join(repo, 'timestamp.json')]);
  const said = await refusal('SOURCE_UNREADABLE', source.metadata({ role: TIMESTAMP }, 100));
  assert.match(said.what, /timestamp\.json cannot be read: EACCES/);
});
