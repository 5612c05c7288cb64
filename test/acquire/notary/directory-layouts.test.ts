/** Collections in directories: collected ones and a client's cache, and media that try to be more than files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDirectoryCollection } from '../../../src/acquire/notary/directory-collection.ts';
import { roleName, ROOT, type Sha256, SNAPSHOT, TARGETS, TIMESTAMP } from '../../../src/tuf/names.ts';
import { directory } from '../directories.ts';
import { refusal } from '../refusals.ts';
import { GUN, textOf } from './trust-servers.ts';

const [D1, D2] = ['ab'.repeat(32) as Sha256, 'cd'.repeat(32) as Sha256];
const RELEASES = roleName('targets/releases');

void test('a collected directory has the names of the wire', async (t) => {
  const base = await directory(t, {
    [`${GUN}/tuf/root.json`]: 'R2',
    [`${GUN}/tuf/1.root.json`]: 'R1',
    [`${GUN}/tuf/timestamp.json`]: 'T',
    [`${GUN}/tuf/snapshot.${D1}.json`]: 'S',
    [`${GUN}/tuf/targets/releases.${D2}.json`]: 'D',
    [`${GUN}/tuf/targets/releases.json`]: 'newer',
  });
  const source = await openDirectoryCollection(base, GUN);
  assert.equal(textOf(await source.current(ROOT, 10)), 'R2');
  assert.equal(textOf(await source.byVersion(ROOT, 1, 10)), 'R1');
  assert.equal(textOf(await source.byHash(SNAPSHOT, D1, 10)), 'S');
  assert.equal(textOf(await source.byHash(RELEASES, D2, 10)), 'D');
  assert.equal(source.description, `${base}/${GUN}/tuf`);
  const said = await refusal('SOURCE_NOT_FOUND', source.byHash(SNAPSHOT, D2, 10));
  assert.equal(said.details['file'], `snapshot.${D2}.json`);
});

void test('a client’s cache has plain names: they stand in for a digest, and never for a version', async (t) => {
  const base = await directory(t, {
    [`tuf/${GUN}/metadata/root.json`]: 'R',
    [`tuf/${GUN}/metadata/targets.json`]: 'T',
    [`tuf/${GUN}/metadata/targets/releases.json`]: 'D',
  });
  const source = await openDirectoryCollection(base, GUN);
  assert.equal(textOf(await source.current(ROOT, 10)), 'R');
  assert.equal(textOf(await source.byHash(TARGETS, D1, 10)), 'T');
  assert.equal(textOf(await source.byHash(RELEASES, D1, 10)), 'D');
  await refusal('SOURCE_NOT_FOUND', source.byVersion(ROOT, 1, 10));
  await refusal('SOURCE_NOT_FOUND', source.current(TIMESTAMP, 10));
});

void test('H-01: no such directory or collection is “unreachable”, not “none”', async (t) => {
  const base = await directory(t, { [`${GUN}/tuf/timestamp.json`]: 'T' });
  await refusal('SOURCE_UNREACHABLE', openDirectoryCollection(join(base, 'none'), GUN));
  await refusal('SOURCE_UNREACHABLE', openDirectoryCollection(base, 'registry.example.com/team'));
  const source = await openDirectoryCollection(base, GUN);
  await rename(base, `${base}-pulled`);
  t.after(() => rm(`${base}-pulled`, { recursive: true }));
  await refusal('SOURCE_UNREACHABLE', source.byVersion(ROOT, 2, 10));
});

void test('P-01, N-07: names that climb, or that no disk can hold, are refused', async (t) => {
  const outer = await directory(t, { 'tuf/timestamp.json': 'T', 'base/x': '' });
  for (const gun of [
    '..',
    '',
    '/',
    'a/../..',
    './a',
    'a//b',
    'a\0b',
    'con',
    'a.',
    'a/*',
    'C:',
    `a/${'x'.repeat(201)}`,
  ]) {
    await refusal('USAGE_OPTION', openDirectoryCollection(join(outer, 'base'), gun));
  }
  const base = await directory(t, { [`${GUN}/tuf/timestamp.json`]: 'T', 'registry.example.com/x': '' });
  const source = await openDirectoryCollection(base, GUN);
  await refusal('TRUST_MALFORMED', source.current(roleName('targets/../../../x'), 10));
});

void test('R-01: sizes are bounded, and a timestamp is never longer than 1 MiB', async (t) => {
  const base = await directory(t, {
    [`${GUN}/tuf/timestamp.json`]: 'x'.repeat(2 ** 20 + 1),
    [`${GUN}/tuf/root.json`]: 'x'.repeat(11),
  });
  const source = await openDirectoryCollection(base, GUN);
  await refusal('SOURCE_TOO_LARGE', source.current(TIMESTAMP, 2 ** 30));
  await refusal('SOURCE_TOO_LARGE', source.current(ROOT, 10));
  assert.equal((await source.current(ROOT, 11)).length, 11);
});

void test('P-05, B-04: links out of the folder, and what is no file, are refused at every depth', async (t) => {
  for (const linked of [`${GUN}/tuf/root.json`, `${GUN}/tuf/targets`, `${GUN}/tuf`, GUN, 'registry.example.com']) {
    const outer = await directory(t, {
      [`base/${GUN}/tuf/root.json`]: 'R',
      [`base/${GUN}/tuf/timestamp.json`]: 'T',
      [`base/${GUN}/tuf/targets/releases.json`]: 'D',
    });
    const source = await openDirectoryCollection(join(outer, 'base'), GUN);
    const path = join(outer, 'base', linked);
    await rename(path, join(outer, 'moved'));
    await symlink(join(outer, 'moved'), path);
    const role = linked.endsWith('targets') ? RELEASES : ROOT;
    const said = await refusal('SOURCE_UNREADABLE', source.current(role, 10));
    assert.match(said.what, /symbolic link/, linked);
    await refusal('SOURCE_UNREADABLE', source.byHash(role, D1, 10));
  }
  const base = await directory(t, { [`${GUN}/tuf/timestamp.json`]: 'T' });
  const source = await openDirectoryCollection(base, GUN);
  execFileSync('mkfifo', [join(base, GUN, 'tuf/root.json')]);
  await mkdir(join(base, GUN, 'tuf/snapshot.json'));
  assert.match((await refusal('SOURCE_UNREADABLE', source.current(ROOT, 10))).what, /a FIFO/);
  assert.match((await refusal('SOURCE_UNREADABLE', source.current(SNAPSHOT, 10))).what, /a directory/);
});
