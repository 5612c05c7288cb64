/** Bodies that are longer, shorter or other than announced: what counts is what arrives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from './refusals.ts';
import { door, getText, serve, serveBytes, source, text } from './servers.ts';
import { targetPath, TIMESTAMP } from '../../src/tuf/names.ts';

void test('R-01: an endless chunked body is refused at the limit, and no byte beyond it is handed on', async (t) => {
  let sent = 0;
  const server = await serve(t, (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(1000))) sent += 1000;
      response.once('drain', more);
    };
    more();
  });
  const opened = await door(t);
  const { body } = await opened.get(server.url, { maxBytes: 100_000 });
  let received = 0;
  const reading = async (): Promise<void> => {
    for await (const chunk of body) received += chunk.length;
  };
  const said = await refusal('SOURCE_TOO_LARGE', reading());
  assert.equal(said.details['limit'], 100_000);
  assert.ok(received <= 100_000, String(received));
  assert.ok(sent >= 100_000 - 1000);
});

void test('R-01: a body announced as too large is refused before any of it is read', async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '1001' }).flushHeaders();
  });
  await refusal('SOURCE_TOO_LARGE', (await door(t)).get(server.url, { maxBytes: 1000 }));
});

void test('R-01: a body of exactly the limit is whole', async (t) => {
  const server = await serve(t, (_request, response) => response.end('x'.repeat(1000)));
  assert.equal((await getText(await door(t), server.url, 1000)).length, 1000);
});

void test('R-01: an empty body is a file of no bytes', async (t) => {
  const server = await serve(t, (_request, response) => response.end());
  assert.equal(await getText(await door(t), server.url, 0), '');
});

void test('R-01: a Content-Length larger than the body is a truncation', async (t) => {
  for (const connection of ['keep-alive', 'close']) {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: ${connection}\r\n\r\n`;
    const server = await serveBytes(t, `${head}12345`, (socket) => socket.end());
    const said = await refusal('SOURCE_TRUNCATED', getText(await door(t), server.url));
    assert.equal(said.details['received'], 5, connection);
  }
});

void test('R-01: a Content-Length smaller than the body ends the file there', async (t) => {
  const server = await serveBytes(t, 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefghi', () => undefined);
  assert.equal(await getText(await door(t), server.url), 'abc');
});

void test('R-01: a connection reset, or a chunked body without its end, is a truncation', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n';
  for (const start of [head, head.replace('\r\n', '\r\nConnection: close\r\n')]) {
    const cut = await serveBytes(t, start, (socket) => socket.end());
    await refusal('SOURCE_TRUNCATED', getText(await door(t), cut.url));
  }
  const reset = await serveBytes(t, head, (socket) => socket.resetAndDestroy());
  const attempt = getText(await door(t), reset.url);
  // A reset may also overtake the headers; then there was no answer at all.
  await attempt.then(
    () => assert.fail('nothing was refused'),
    (error: unknown) => assert.match(String(error), /was cut off|cannot be reached/),
  );
});

void test('H-05: an answer with both lengths, or that is not HTTP, is refused', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answers = [`${head}3\r\nabc\r\n0\r\n\r\n`, `${head}4\r\nabcd\r\n0\r\n\r\n`, 'SSH-2.0-OpenSSH_9.6\r\n'];
  for (const bytes of answers) {
    const server = await serveBytes(t, bytes, (socket) => socket.end());
    const said = await refusal('SOURCE_UNREACHABLE', getText(await door(t), server.url));
    assert.match(said.what, /not valid HTTP/);
  }
});

void test('R-01: endless headers are refused', async (t) => {
  const flood = `HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(40)}`;
  const server = await serveBytes(t, flood, () => undefined);
  await refusal('SOURCE_TOO_LARGE', getText(await door(t), server.url));
});

void test('R-01: a source applies the role’s limit and the target’s length', async (t) => {
  const server = await serve(t, (request, response) => {
    response.write('{');
    response.end(request.url?.startsWith('/targets/') === true ? 'x'.repeat(50) : ' '.repeat(50));
  });
  const opened = await source(t, server.url);
  await refusal('SOURCE_TOO_LARGE', opened.metadata({ role: TIMESTAMP }, 50));
  assert.equal((await opened.metadata({ role: TIMESTAMP }, 51)).length, 51);
  const wanted = { path: targetPath('a'), hashes: new Map<string, string>() };
  await refusal('SOURCE_TOO_LARGE', opened.target({ ...wanted, length: 50 }, false).then(text));
  assert.equal((await text(await opened.target({ ...wanted, length: 51 }, false))).length, 51);
});
