/** Copies of repositories on disk, as couriers, checkouts and web mirrors leave them. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import type { Source } from '../../src/acquire/source.ts';
import { type MetadataFile, roleName, ROOT, SNAPSHOT, TARGETS, targetPath, TIMESTAMP } from '../../src/tuf/names.ts';
import { directory } from './directories.ts';
import { refusal } from './refusals.ts';
import { text } from './servers.ts';

const HASH = 'ab'.repeat(32);
const wanted = { path: targetPath('dir/a'), length: 10, hashes: new Map([['sha256', HASH]]) };

async function read(source: Source, file: MetadataFile): Promise<string> {
  return Buffer.from(await source.metadata(file, 100)).toString();
}

void test('tuf-clients 1.7: both layouts are understood on disk', async (t) => {
  for (const folder of ['', 'metadata/']) {
    const base = await directory(t, {
      [`${folder}timestamp.json`]: 'stamp',
      [`${folder}2.root.json`]: 'root 2',
      [`targets/dir/${HASH}.a`]: 'A',
    });
    const source = await openDirectorySource(base);
    assert.equal(source.description, base);
    assert.equal(await read(source, { role: TIMESTAMP }), 'stamp');
    assert.equal(await read(source, { role: ROOT, version: 2 }), 'root 2');
    assert.equal(await text(await source.target(wanted, true)), 'A');
  }
});

void test('A1: a role is found under its raw name and any percent-encoded form of it', async (t) => {
  const base = await directory(t, {
    'timestamp.json': '{}',
    '1.a b.json': 'raw',
    '1.c%2Fd.json': 'upper',
    '1.c%2fd.json': 'lower, a second spelling',
    '1.e%2ff.json': 'lower',
    '1.g%2Bh.json': 'needlessly',
    '1.%C3%A9.json': 'utf-8',
    '1.%252F.json': 'of a percent sign',
    '1.%ZZ.json': 'not an encoding at all',
  });
  const source = await openDirectorySource(base);
  const found = async (name: string) => read(source, { role: roleName(name), version: 1 });
  assert.equal(await found('a b'), 'raw');
  assert.equal(await found('c/d'), 'upper');
  assert.equal(await found('e/f'), 'lower');
  assert.equal(await found('g+h'), 'needlessly');
  assert.equal(await found('é'), 'utf-8');
  assert.equal(await found('%2F'), 'of a percent sign');
  assert.equal(await found('%ZZ'), 'not an encoding at all');
  await refusal('SOURCE_NOT_FOUND', found('c%2Fe'));
});

void test('A1: an unversioned copy stands in for the version asked for, and the versioned one comes first', async (t) => {
  const base = await directory(t, {
    'timestamp.json': '{}',
    'snapshot.json': 'unversioned',
    '3.targets.json': 'versioned',
    'targets.json': 'unversioned',
    'x%2Fy.json': 'encoded and unversioned',
  });
  const source = await openDirectorySource(base);
  assert.equal(await read(source, { role: SNAPSHOT, version: 7 }), 'unversioned');
  assert.equal(await read(source, { role: TARGETS, version: 3 }), 'versioned');
  assert.equal(await read(source, { role: TARGETS, version: 4 }), 'unversioned');
  assert.equal(await read(source, { role: roleName('x/y'), version: 1 }), 'encoded and unversioned');
});

void test('H-01: root.json never stands in for the next root, or there would always be one', async (t) => {
  const base = await directory(t, { 'timestamp.json': '{}', 'root.json': 'the newest', '1.root.json': 'first' });
  const source = await openDirectorySource(base);
  await refusal('SOURCE_NOT_FOUND', read(source, { role: ROOT, version: 2 }));
  assert.equal(await read(source, { role: ROOT }), 'the newest');
});

void test('A1: a target is found under HASH.file, tough’s HASH.dir/file, or its plain name, in this order', async (t) => {
  const names = [`dir/${HASH}.a`, `${HASH}.dir/a`, 'dir/a'];
  for (let first = 0; first < names.length; first++) {
    const present = names.slice(first).map((name): [string, string] => [`targets/${name}`, name]);
    const source = await openDirectorySource(
      await directory(t, { 'timestamp.json': '{}', ...Object.fromEntries<string>(present) }),
    );
    const found = await text(await source.target({ ...wanted, length: 100 }, true));
    assert.equal(found, names[first]);
    if (first < 2) assert.equal(await text(await source.target({ ...wanted, length: 100 }, false)), 'dir/a');
  }
});

void test('R-01: limits hold for files, too', async (t) => {
  const base = await directory(t, { 'timestamp.json': '12345', 'targets/dir/a': '12345' });
  const source = await openDirectorySource(base);
  await refusal('SOURCE_TOO_LARGE', source.metadata({ role: TIMESTAMP }, 4));
  assert.equal((await source.metadata({ role: TIMESTAMP }, 5)).length, 5);
  await refusal('SOURCE_TOO_LARGE', source.target({ ...wanted, length: 4 }, false).then(text));
});

void test('H-01: a directory that is missing, holds no repository or goes away is unreachable, not “no newer root”', async (t) => {
  const base = await directory(t, { 'repo/timestamp.json': '{}', 'a file': '', 'empty/x': '' });
  for (const path of ['nowhere', 'a file', 'a file/below', 'empty']) {
    await refusal('SOURCE_UNREACHABLE', openDirectorySource(join(base, path)));
  }
  const source = await openDirectorySource(join(base, 'repo'));
  await refusal('SOURCE_NOT_FOUND', source.metadata({ role: ROOT, version: 2 }, 100));
  await rm(join(base, 'repo'), { recursive: true });
  await refusal('SOURCE_UNREACHABLE', source.metadata({ role: ROOT, version: 2 }, 100));
});

void test('a target below a plain file is absent', async (t) => {
  const base = await directory(t, { 'timestamp.json': '{}', 'targets/dir': 'a file' });
  await refusal('SOURCE_NOT_FOUND', (await openDirectorySource(base)).target(wanted, true));
});
