/** Names that try to be more than names. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { targetUrl } from '../../src/tuf/urls.ts';
import { roleName, targetPath } from '../../src/tuf/names.ts';
import { directory } from './directories.ts';
import { refusal } from './refusals.ts';
import { serve, source, text } from './servers.ts';

const HASH = 'ab'.repeat(32);

function wanted(name: string) {
  return { path: targetPath(name), length: 100, hashes: new Map([['sha256', HASH]]) };
}

void test('P-04: a target name that would climb out of the address is refused unasked, plain or with a digest', async (t) => {
  const server = await serve(t, (_request, response) => response.end('x'));
  const opened = await source(t, new URL('/repo/', server.url));
  for (const name of ['..', '.', '../x', 'a/../../x', './x', 'a/..', 'a/.', '\ud800']) {
    for (const isConsistent of [true, false]) {
      const said = await refusal('TRUST_TARGET', opened.target(wanted(name), isConsistent));
      assert.match(said.what, /unservable/);
    }
  }
  assert.deepEqual(server.asked, []);
});

void test('P-04: a URL that does not read exactly as it was joined is refused, whatever the name was made from', async () => {
  const base = new URL('https://upstream.example/repo/targets/');
  for (const name of ['../x', 'a/../x', '..', '.', 'a/./b']) {
    const made = new Promise((resolve) => {
      resolve(targetUrl(base, targetPath('x'), name));
    });
    await refusal('TRUST_TARGET', made);
  }
});

void test('P-04: every other name stays below the base and arrives as it was signed', async (t) => {
  const server = await serve(t, (request, response) => response.end(request.headers.host));
  const opened = await source(t, new URL('/repo/', server.url));
  const names = [
    '//evil.example/x',
    '/etc/passwd',
    '..%00/',
    '..%2fx',
    '%2e%2e/x',
    '..\\x',
    'C:x',
    'a\0b',
    'CON',
    'x.',
    'a?b#c',
    '?',
    '#',
    '%',
    ';',
    '//',
    'a b\tc\nd',
    '@evil.example/',
    'http://evil.example/',
    "!'()*",
    'ünï/cödé',
    'x'.repeat(4096),
  ];
  for (const name of names) {
    assert.equal(await text(await opened.target(wanted(name), false)), server.url.host);
  }
  assert.deepEqual(
    server.asked.map((path) => decodeURIComponent(path)),
    names.map((name) => `/repo/targets/${name}`),
  );
});

void test('P-04: a base at the root of the host is not left by a name that starts like a host', async (t) => {
  const server = await serve(t, (_request, response) => response.end('here'));
  const opened = await source(t, server.url, { targetsBase: server.url });
  assert.equal(await text(await opened.target(wanted('/evil.example/x'), false)), 'here');
  assert.deepEqual(server.asked, ['//evil.example/x']);
});

void test('P-02: names that cannot be file names are never joined to a path', async (t) => {
  const outer = await directory(t, {
    'repo/timestamp.json': '{}',
    'repo/targets/x': 'inside',
    x: 'outside',
    'repo/x': 'beside',
  });
  const opened = await openDirectorySource(join(outer, 'repo'));
  const names = [
    '../x',
    '../../x',
    './x',
    '..',
    '.',
    '/x',
    join(outer, 'x'),
    'a//b',
    'C:x',
    '..\\x',
    'x\0',
    'CON',
    'x.',
    'x ',
  ];
  for (const name of [...names, '', 'x'.repeat(4096), `${'x'.repeat(300)}/y`]) {
    for (const isConsistent of [true, false]) {
      const said = await refusal('SOURCE_NOT_FOUND', opened.target(wanted(name), isConsistent));
      assert.match(said.what, /no file can have that name/);
    }
  }
});

void test('P-01: role names with paths in them are looked up as names, and only what the directory lists is opened', async (t) => {
  const outer = await directory(t, {
    'repo/timestamp.json': '{}',
    'secret.json': 'outside',
    '1.secret.json': 'outside',
  });
  const repo = join(outer, 'repo');
  await writeFile(join(repo, '1...%2Fsecret.json'), 'listed');
  await mkdir(join(repo, '1.a'));
  await writeFile(join(repo, '1.a', 'b.json'), 'nested');
  const opened = await openDirectorySource(repo);
  const read = async (name: string) =>
    Buffer.from(await opened.metadata({ role: roleName(name), version: 1 }, 100)).toString();
  assert.equal(await read('../secret'), 'listed');
  assert.equal(await read('a/b'), 'nested');
  for (const name of ['../../secret', '/etc/passwd', 'a/../../secret', '..\\secret', 'a\0b']) {
    await refusal('SOURCE_NOT_FOUND', read(name));
  }
  await refusal('SOURCE_NOT_FOUND', opened.metadata({ role: roleName('../secret') }, 100));
});

void test('A-01: hostile names are made printable before they are repeated', async (t) => {
  const server = await serve(t, (_request, response) => response.end('x'));
  const said = await refusal('TRUST_TARGET', (await source(t, server.url)).target(wanted('../\u001b[2J\u202e'), false));
  assert.doesNotMatch(said.message, /[\u001b\u202e]/);
});
