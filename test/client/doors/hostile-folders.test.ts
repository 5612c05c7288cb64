/** Copies in folders that somebody else filled: links, pipes, files that change, disks that are pulled. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, link, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderPlace } from '../../../src/client/doors/folder-place.ts';
import type { Arrival } from '../../../src/client/fetch/place.ts';
import { directory } from '../../acquire/directories.ts';
import { refusal } from '../../acquire/refusals.ts';
import { sha256, textAt, textOf } from './arrivals.ts';
import { FaultyDisk } from './faulty-disk.ts';

const SECRET = 'a key of ours';

async function besideSecret(t: TestContext) {
  const outer = await directory(t, { secret: SECRET, 'repo/targets/dir/a': 'A', 'away/a': SECRET });
  const repo = join(outer, 'repo');
  return { outer, repo, secret: join(outer, 'secret'), file: join(repo, 'targets/dir/a'), place: folderPlace(repo) };
}

const PATH = ['targets', 'dir', 'a'];

void test('a file is read within its limit, and is “unchanged” when it has the digest at hand', async (t) => {
  const { place } = await besideSecret(t);
  const digest = (text: string) => sha256(createHash('sha256').update(text).digest('hex'));
  assert.equal(await textAt(place, PATH, { maxBytes: 1 }), 'A');
  assert.equal(await textAt(place, PATH, { unless: digest('A') }), 'unchanged');
  assert.equal(await textAt(place, PATH, { unless: digest('B') }), 'A');
  await refusal('SOURCE_TOO_LARGE', place.read(PATH, { maxBytes: 0 }));
  await refusal('SOURCE_TOO_LARGE', place.read(PATH, { maxBytes: 0, unless: digest('A') }));
});

void test('H-01: what is not there is not found; a folder that is gone is unreachable, whatever is asked for', async (t) => {
  const { outer, repo, place } = await besideSecret(t);
  for (const path of [['targets', 'b'], ['nothing', 'a'], [...PATH, 'below a file'], ['2.root.json']]) {
    await refusal('SOURCE_NOT_FOUND', textAt(place, path));
  }
  for (const path of ['nowhere', 'secret', 'secret/below']) {
    await refusal('SOURCE_UNREACHABLE', textAt(folderPlace(join(outer, path)), ['2.root.json']));
  }
  const disk = new FaultyDisk(t);
  disk.once('lstat', /2\.root\.json$/, () => rm(repo, { recursive: true }));
  for (const when of ['while it is looked for', 'and stays away']) {
    const said = await refusal('SOURCE_UNREACHABLE', textAt(place, ['2.root.json']));
    assert.match(said.next, /disk is mounted/, when);
  }
});

void test('P-05, B-04: a link is refused at every depth, wherever it leads; the folder itself may be one', async (t) => {
  const { outer, repo, secret, file, place } = await besideSecret(t);
  for (const goal of [secret, '../../targets/dir/b', 'nowhere']) {
    await rm(file, { force: true });
    await symlink(goal, file);
    assert.match((await refusal('SOURCE_UNREADABLE', textAt(place, PATH))).what, /symbolic link/);
  }
  for (const linked of ['targets/dir', 'targets']) {
    await rm(join(repo, linked), { recursive: true });
    await symlink(join(outer, 'away'), join(repo, linked));
    assert.match((await refusal('SOURCE_UNREADABLE', textAt(place, PATH))).what, /symbolic link, not a folder/);
  }
  await symlink(join(outer, 'away'), join(outer, 'latest'));
  assert.equal(await textAt(folderPlace(join(outer, 'latest')), ['a']), SECRET);
});

void test('B-04: pipes and folders in a file’s place are refused without waiting for them', async (t) => {
  const { file, place } = await besideSecret(t);
  await rm(file);
  execFileSync('mkfifo', [file]);
  assert.match((await refusal('SOURCE_UNREADABLE', textAt(place, PATH))).what, /a FIFO/);
  await rm(file);
  await mkdir(file);
  assert.match((await refusal('SOURCE_UNREADABLE', textAt(place, PATH))).what, /a folder/);
});

void test('P-05, B-04: what is put in a file’s place between looking and opening is not read', async (t) => {
  const swaps: Record<string, (path: string, secret: string) => unknown> = {
    link: (path, secret) => symlink(secret, path),
    'link to itself': (path) => symlink('../../kept', path),
    fifo: (path) => execFileSync('mkfifo', [path]),
    file: (path) => writeFile(path, 'another file'),
  };
  for (const [kind, swap] of Object.entries(swaps)) {
    const { repo, secret, file, place } = await besideSecret(t);
    const arrival = await place.read(PATH, { maxBytes: 100 });
    // Kept, so that its inode number is not used again at once.
    await rename(file, join(repo, 'kept'));
    await swap(file, secret);
    assert.doesNotMatch((await refusal('SOURCE_UNREADABLE', textOf(arrival))).message, new RegExp(SECRET), kind);
  }
});

void test('P-05: a folder swapped for a link meanwhile is noticed, even when it leads to the same file', async (t) => {
  const { outer, repo, file, place } = await besideSecret(t);
  await rm(join(outer, 'away/a'));
  await link(file, join(outer, 'away/a'));
  const arrival = await place.read(PATH, { maxBytes: 100 });
  await rename(join(repo, 'targets/dir'), join(repo, 'kept'));
  await symlink(join(outer, 'away'), join(repo, 'targets/dir'));
  assert.match((await refusal('SOURCE_UNREADABLE', textOf(arrival))).what, /replaced while it was being opened/);
});

void test('R-01, B-04: a file that grows or shrinks while it is read is refused', async (t) => {
  const big = 'x'.repeat(200_000);
  for (const [code, change] of [
    ['SOURCE_TOO_LARGE', (path: string) => appendFile(path, big)],
    ['SOURCE_TRUNCATED', (path: string) => truncate(path, 100_000)],
  ] as const) {
    const { file, place } = await besideSecret(t);
    await writeFile(file, big);
    const arrival = await place.read(PATH, { maxBytes: big.length });
    await refusal(
      code,
      changedOnTheWay(arrival, () => change(file)),
    );
  }
});

async function changedOnTheWay(arrival: Arrival, change: () => Promise<void>): Promise<void> {
  let isChanged = false;
  for await (const chunk of arrival as AsyncIterable<Uint8Array>) {
    assert.ok(chunk.length > 0);
    if (!isChanged) await change();
    isChanged = true;
  }
}
