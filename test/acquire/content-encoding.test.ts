/** Encoded bodies: we ask for none, and take none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { refusal } from './refusals.ts';
import { door, getText, serve, serveBytes } from './servers.ts';

void test('R-04: identity is asked for, under our own name', async (t) => {
  const server = await serve(t, (request, response) => {
    response.end(JSON.stringify([request.headers['accept-encoding'], request.headers['user-agent']]));
  });
  assert.match(await getText(await door(t), server.url), /^\["identity","countersign\/\d+\.\d+\.\d+"\]$/);
});

void test('R-04: a gzip bomb, a chain of codings and a mislabelled body are refused unread', async (t) => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  for (const encoding of ['gzip', 'br', 'GZIP', 'gzip, gzip, br', 'identity, gzip', 'x-unknown']) {
    const server = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(encoding === 'br' ? 'plain' : bomb);
    });
    await refusal('SOURCE_ENCODED', getText(await door(t), server.url));
  }
});

void test('R-04: a repeated Content-Encoding header hides nothing', async (t) => {
  const server = await serve(t, (_request, response) => {
    response.setHeader('content-encoding', ['identity', 'gzip']).end('x');
  });
  await refusal('SOURCE_ENCODED', getText(await door(t), server.url));
});

void test('R-04: a transfer coding besides chunked is an encoding too', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n';
  const server = await serveBytes(t, head, () => undefined);
  await refusal('SOURCE_ENCODED', getText(await door(t), server.url));
});

void test('R-04: saying “identity” is harmless', async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'Identity' }).end('plain');
  });
  assert.equal(await getText(await door(t), server.url), 'plain');
});
