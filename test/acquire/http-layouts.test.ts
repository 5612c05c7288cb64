/** Both usual layouts on a web server, and addresses given outright. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleName, ROOT, TARGETS, targetPath, TIMESTAMP } from '../../src/tuf/names.ts';
import { refusal } from './refusals.ts';
import { serve, serveFiles, source, text } from './servers.ts';

const HASH = 'ab'.repeat(32);
const plain = { path: targetPath('dir/a'), length: 10, hashes: new Map<string, string>() };

async function read(bytes: Promise<Uint8Array>): Promise<string> {
  return Buffer.from(await bytes).toString();
}

void test('tuf-clients 1.7: Sigstore’s layout, metadata at the base', async (t) => {
  const server = await serveFiles(t, {
    '/r/timestamp.json': '{}',
    '/r/2.root.json': 'root 2',
    '/r/targets/dir/a': 'A',
  });
  const opened = await source(t, new URL('/r', server.url));
  assert.equal(opened.description, new URL('/r/', server.url).href);
  assert.equal(await read(opened.metadata({ role: ROOT, version: 2 }, 100)), 'root 2');
  assert.equal(await text(await opened.target(plain, false)), 'A');
});

void test('tuf-clients 1.7: the common layout, metadata in metadata/, found out once', async (t) => {
  const files = { '/metadata/timestamp.json': ' \n{}', '/metadata/2.root.json': 'root 2', '/targets/dir/a': 'A' };
  const server = await serveFiles(t, files);
  const opened = await source(t, server.url);
  const both = [opened.metadata({ role: ROOT, version: 2 }, 100), opened.metadata({ role: TIMESTAMP }, 100)];
  await Promise.all(both);
  assert.equal(await text(await opened.target(plain, false)), 'A');
  const detection = ['/timestamp.json', '/metadata/timestamp.json'];
  assert.deepEqual(server.asked.slice(0, 2), detection);
  assert.deepEqual(server.asked.slice(2).sort(), [
    '/metadata/2.root.json',
    '/metadata/timestamp.json',
    '/targets/dir/a',
  ]);
});

void test('H-01: a server that answers everything with a web page does not decide the layout', async (t) => {
  const server = await serve(t, (request, response) => {
    response.end(request.url?.startsWith('/metadata/') === true ? '{}' : '<!DOCTYPE html>');
  });
  const opened = await source(t, server.url);
  assert.equal(await read(opened.metadata({ role: TIMESTAMP }, 100)), '{}');
});

void test('R-01: an endless web page or endless white space does not hold up the detection', async (t) => {
  for (const endless of ['<html>', ' '.repeat(2000)]) {
    const server = await serve(t, (request, response) => {
      if (request.url === '/metadata/timestamp.json') response.end('{}');
      else response.write(endless);
    });
    const opened = await source(t, server.url);
    assert.equal(await read(opened.metadata({ role: TIMESTAMP }, 100)), '{}');
  }
});

void test('addresses given outright are used without asking', async (t) => {
  const server = await serveFiles(t, { '/m/targets.json': 'T', '/files/dir/a': 'A' });
  const opened = await source(t, server.url, {
    metadataBase: new URL('/m', server.url),
    targetsBase: new URL('/files/', server.url),
  });
  assert.equal(await read(opened.metadata({ role: TARGETS }, 100)), 'T');
  assert.equal(await text(await opened.target(plain, false)), 'A');
  assert.deepEqual(server.asked, ['/m/targets.json', '/files/dir/a']);
});

void test('tuf-clients 1.7: a consistent target is found under dir/HASH.file or tough’s HASH.dir/file, never plain', async (t) => {
  const hashes = new Map([['sha256', HASH]]);
  for (const path of [`/targets/dir/${HASH}.a`, `/targets/${HASH}.dir/a`]) {
    const opened = await source(t, (await serveFiles(t, { [path]: 'A' })).url);
    assert.equal(await text(await opened.target({ ...plain, hashes }, true)), 'A');
  }
  const unprefixed = await source(t, (await serveFiles(t, { '/targets/dir/a': 'A' })).url);
  await refusal('SOURCE_NOT_FOUND', unprefixed.target({ ...plain, hashes }, true));
});

void test('P-02: a digest that is no digest never becomes part of an address', async (t) => {
  const server = await serveFiles(t, {});
  const opened = await source(t, server.url);
  const hashes = new Map([['sha256', '../../secret']]);
  await refusal('SOURCE_NOT_FOUND', opened.target({ ...plain, hashes }, true));
  assert.deepEqual(server.asked, []);
});

void test('tuf-clients 1.7: role names arrive as they were signed, after decoding once', async (t) => {
  const server = await serve(t, (_request, response) => response.end('{}'));
  const opened = await source(t, server.url, { metadataBase: server.url });
  const names = [
    'a/b',
    'a+b',
    "p'(1)!*",
    'a:b@c',
    'a&b=c$',
    '%2F',
    '..',
    '.',
    '../x',
    'a?b#c',
    'é',
    'a\\b',
    'a\0b',
    ' ',
  ];
  for (const name of names) await opened.metadata({ role: roleName(name), version: 1 }, 100);
  assert.deepEqual(
    server.asked.map((path) => decodeURIComponent(path)),
    names.map((name) => `/1.${name}.json`),
  );
  assert.ok(server.asked.every((path) => /^\/[A-Za-z0-9._~%-]+$/.test(path)));
});
