/** Bodies that are longer, shorter or other than announced: what counts is what arrives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { refusal } from '../../acquire/refusals.ts';
import { textAt } from './arrivals.ts';
import { flood, placeAt, placeAtBytes } from './requests.ts';

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n';

void test('R-01: an endless body is refused at the limit, no byte beyond it is handed on, and we hang up', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';
  const { place, closed } = await placeAtBytes(t, head, (socket) => {
    flood(
      (text) => socket.write(text),
      (more) => socket.once('drain', more),
    );
  });
  const arrival = await place.read(['x'], { maxBytes: 100_000 });
  let received = 0;
  const reading = async (): Promise<void> => {
    assert.notEqual(arrival, 'unchanged');
    for await (const chunk of arrival as AsyncIterable<Uint8Array>) received += chunk.length;
  };
  assert.equal((await refusal('SOURCE_TOO_LARGE', reading())).details['limit'], 100_000);
  assert.ok(received <= 100_000, String(received));
  await closed;
});

void test('R-01: a reader that leaves early hangs up', async (t) => {
  const { place, closed } = await placeAtBytes(t, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
  for await (const chunk of (await place.read(['x'], { maxBytes: 100 })) as AsyncIterable<Uint8Array>) {
    assert.equal(chunk.length, 3);
    break;
  }
  await closed;
});

void test('R-01: a body announced as too large is refused before any of it is read', async (t) => {
  const { place, closed } = await placeAtBytes(t, 'HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n');
  await refusal('SOURCE_TOO_LARGE', place.read(['x'], { maxBytes: 1000 }));
  await closed;
});

void test('R-01: a body of exactly the limit is whole, and an empty one is a file of no bytes', async (t) => {
  const { place } = await placeAt(t, (request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
  assert.equal((await textAt(place, ['1000'], { maxBytes: 1000 })).length, 1000);
  assert.equal(await textAt(place, ['0'], { maxBytes: 0 }), '');
  await refusal('SOURCE_TOO_LARGE', textAt(place, ['1'], { maxBytes: 0 }));
});

void test('R-01: a Content-Length larger than the body is a truncation, a smaller one ends the file there', async (t) => {
  for (const connection of ['keep-alive', 'close']) {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: ${connection}\r\n\r\n`;
    const { place } = await placeAtBytes(t, `${head}12345`, (socket) => socket.end());
    assert.equal((await refusal('SOURCE_TRUNCATED', textAt(place, ['x']))).details['received'], 5);
  }
  const { place } = await placeAtBytes(t, 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefghi');
  assert.equal(await textAt(place, ['x']), 'abc');
});

void test('R-01: a chunked body without its end is a truncation, by FIN or by reset', async (t) => {
  const cut = await placeAtBytes(t, CHUNKED, (socket) => socket.end());
  await refusal('SOURCE_TRUNCATED', textAt(cut.place, ['x']));
  const reset = await placeAtBytes(t, CHUNKED, () => undefined);
  const resetting = await placeAtBytes(t, CHUNKED, (socket) => {
    // Only after the reader has some of it: a reset may overtake what was sent before.
    reset.closed.then(
      () => socket.resetAndDestroy(),
      () => undefined,
    );
  });
  const reading = async (): Promise<void> => {
    const arrival = await resetting.place.read(['x'], { maxBytes: 100 });
    for await (const chunk of arrival as AsyncIterable<Uint8Array>) {
      assert.equal(chunk.length, 5);
      // Ends the other connection, which resets this one.
      for await (const other of (await reset.place.read(['y'], { maxBytes: 100 })) as AsyncIterable<Uint8Array>) {
        assert.equal(other.length, 5);
        break;
      }
    }
  };
  await refusal('SOURCE_TRUNCATED', reading());
});

void test('R-01: an embedder’s fetch that does not compare lengths is compared with', async () => {
  const short = new Response('abc', { headers: { 'content-length': '4' } });
  const none = new Response(null, { headers: { 'content-length': '4' } });
  const answers = [short, none, new Response('abcd', { headers: { 'content-length': '4' } }), new Response(null)];
  const place = httpPlace(new URL('http://mirror.example/'), {
    fetch: () => Promise.resolve(answers.shift() as Response),
  });
  assert.equal((await refusal('SOURCE_TRUNCATED', textAt(place, ['x']))).details['received'], 3);
  await refusal('SOURCE_TRUNCATED', textAt(place, ['x']));
  assert.equal(await textAt(place, ['x']), 'abcd');
  assert.equal(await textAt(place, ['x']), '');
});

void test('H-05: what is not HTTP is not an answer, before and in the body', async (t) => {
  for (const bytes of ['SSH-2.0-OpenSSH_9.6\r\n', `${CHUNKED}secret-garbage\r\n`]) {
    const { place } = await placeAtBytes(t, bytes, (socket) => socket.end());
    const said = await refusal('SOURCE_UNREACHABLE', textAt(place, ['x']));
    assert.match(said.what, /127\.0\.0\.1:[0-9]+ cannot be reached: HPE_/);
    assert.equal(said.cause, undefined, 'A-01: a parser error carries what the server sent');
  }
});

void test('R-04: identity is asked for and nothing else is taken, whatever it decodes to', async (t) => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const asked: unknown[] = [];
  const { place } = await placeAt(t, (request, response) => {
    asked.push(request.headers['accept-encoding']);
    const encoding = decodeURIComponent(request.url?.slice(1) ?? '');
    response.writeHead(200, { 'content-encoding': encoding });
    response.end(/gzip/i.test(encoding) ? bomb : 'plain');
  });
  for (const encoding of ['gzip', 'GZIP', 'br', 'gzip, gzip', 'identity, gzip', 'deflate', 'x-unknown']) {
    await refusal('SOURCE_ENCODED', textAt(place, [encoding]));
  }
  assert.equal(await textAt(place, ['Identity']), 'plain');
  assert.ok(asked.every((header) => header === 'identity'));
});
