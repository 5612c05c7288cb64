/** Which answers mean “there is no such file”, and which mean that nothing is known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleName, ROOT, SNAPSHOT, TARGETS, targetPath, TIMESTAMP } from '../../src/tuf/names.ts';
import { refusal } from './refusals.ts';
import { serve, serveFiles, source, text } from './servers.ts';

const HASH = 'ab'.repeat(32);
const wanted = { path: targetPath('a'), length: 10, hashes: new Map([['sha256', HASH]]) };

/** Sigstore's layout, in which everything but the timestamp is answered with `status`. */
async function answering(t: Parameters<typeof serve>[0], status: number, body = 'sorry') {
  const server = await serve(t, (request, response) => {
    if (request.url === '/timestamp.json') response.end('{}');
    else response.writeHead(status).end(body);
  });
  return source(t, server.url);
}

void test('H-01: 404 and 410 mean absent, for the next root and for every other file', async (t) => {
  for (const status of [404, 410]) {
    const opened = await answering(t, status);
    await refusal('SOURCE_NOT_FOUND', opened.metadata({ role: ROOT, version: 2 }, 1000));
    await refusal('SOURCE_NOT_FOUND', opened.metadata({ role: SNAPSHOT, version: 2 }, 1000));
    await refusal('SOURCE_NOT_FOUND', opened.metadata({ role: TARGETS }, 1000));
    const said = await refusal('SOURCE_NOT_FOUND', opened.target(wanted, true));
    assert.match(said.what, /“a” is under none of its names/);
  }
});

void test('H-01: 403 means absent for root only, as object stores without a list permission say it', async (t) => {
  const opened = await answering(t, 403);
  await refusal('SOURCE_NOT_FOUND', opened.metadata({ role: ROOT, version: 2 }, 1000));
  await refusal('SOURCE_NOT_FOUND', opened.metadata({ role: ROOT }, 1000));
  await refusal('SOURCE_STATUS', opened.metadata({ role: SNAPSHOT, version: 2 }, 1000));
  await refusal('SOURCE_STATUS', opened.metadata({ role: roleName('root.json'), version: 2 }, 1000));
  await refusal('SOURCE_STATUS', opened.target(wanted, true));
});

void test('H-01: a 403 for one name of a target does not hide the file under the next', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === `/targets/${HASH}.dir/a`) response.end('found');
    else response.writeHead(403).end();
  });
  const opened = await source(t, server.url);
  assert.equal(await text(await opened.target({ ...wanted, path: targetPath('dir/a') }, true)), 'found');
});

void test('H-01: every other status says nothing about the file', async (t) => {
  for (const status of [201, 204, 206, 300, 304, 400, 401, 407, 429, 500, 502, 503]) {
    const opened = await answering(t, status, '');
    const said = await refusal('SOURCE_STATUS', opened.metadata({ role: ROOT, version: 2 }, 1000));
    assert.equal(said.details['status'], status);
    await refusal('SOURCE_STATUS', opened.target(wanted, true));
  }
});

void test('H-01: a web page with status 200 is handed on for the parser to refuse; it is not “no newer root”', async (t) => {
  const opened = await answering(t, 200, '<html>');
  const bytes = await opened.metadata({ role: ROOT, version: 2 }, 1000);
  assert.equal(Buffer.from(bytes).toString(), '<html>');
});

void test('H-01: an address without a repository is unreachable, so that it cannot read as “no newer root”', async (t) => {
  for (const status of [404, 403]) {
    const server = await serve(t, (_request, response) => response.writeHead(status).end());
    const opened = await source(t, server.url);
    await refusal('SOURCE_UNREACHABLE', opened.metadata({ role: ROOT, version: 2 }, 1000));
  }
});

void test('H-01: a server in trouble while the layout is looked for is not mistaken for another layout', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/metadata/timestamp.json') response.end('{}');
    else response.writeHead(503).end();
  });
  const opened = await source(t, server.url);
  await refusal('SOURCE_STATUS', opened.metadata({ role: TIMESTAMP }, 1000));
  assert.deepEqual(server.asked, ['/timestamp.json']);
});

void test('H-01: a source that was down is asked again', async (t) => {
  let isDown = true;
  const server = await serve(t, (_request, response) => {
    if (isDown) response.writeHead(503).end();
    else response.end('{}');
  });
  const opened = await source(t, server.url);
  await refusal('SOURCE_STATUS', opened.metadata({ role: TIMESTAMP }, 1000));
  isDown = false;
  assert.equal((await opened.metadata({ role: TIMESTAMP }, 1000)).length, 2);
});

void test('R-01: a target is asked for under at most two names per digest', async (t) => {
  const server = await serveFiles(t, {});
  const hashes = new Map([
    ['sha512', 'cd'.repeat(64)],
    ['sha256', HASH],
  ]);
  await refusal(
    'SOURCE_NOT_FOUND',
    (await source(t, server.url)).target({ ...wanted, path: targetPath('d/a'), hashes }, true),
  );
  assert.deepEqual(server.asked, [
    `/targets/d/${HASH}.a`,
    `/targets/d/${'cd'.repeat(64)}.a`,
    `/targets/${HASH}.d/a`,
    `/targets/${'cd'.repeat(64)}.d/a`,
  ]);
});
