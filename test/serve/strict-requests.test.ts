/** H-05, R-01: requests that two parsers could understand differently, and slow ones, are cut off. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { isLoopback, listen, parseAddress } from '../../src/platform/listen.ts';
import { askRaw, TestMirror } from './fixture.ts';

const REQUEST = 'GET /demo/timestamp.json HTTP/1.1\r\nHost: mirror\r\n';

const AMBIGUOUS = {
  'both lengths': `${REQUEST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'both lengths, the other way round': `${REQUEST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  'two different lengths': `${REQUEST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345`,
  'a body': `${REQUEST}Content-Length: 5\r\n\r\n12345`,
  'a chunked body': `${REQUEST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'an unknown encoding': `${REQUEST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  'a space before the colon': `${REQUEST}Content-Length : 5\r\n\r\n12345`,
  'a folded line': `${REQUEST}X: a\r\n b: c\r\n\r\n`,
  'bare line feeds': `${REQUEST}X: a\nContent-Length: 5\r\n\r\n`,
  'no Host': 'GET /demo/timestamp.json HTTP/1.1\r\n\r\n',
  'a raw byte in the path': 'GET /demo/\u00ff HTTP/1.1\r\nHost: mirror\r\n\r\n',
  'an overlong header': `${REQUEST}X: ${'x'.repeat(20_000)}\r\n\r\n`,
};

void test('each gets one refusal, and nothing behind it is taken for a request', async (t) => {
  const mirror = await TestMirror.open(t, {});
  for (const [name, bytes] of Object.entries(AMBIGUOUS)) {
    const said = await sayRaw(mirror.listener.address.port, `${bytes}${REQUEST}\r\n`);
    assert.equal(said.split('HTTP/1.1 ').length - 1, 1, `${name}: ${said}`);
    assert.match(said, /^HTTP\/1\.1 4(00|31) /, name);
    assert.doesNotMatch(said, /demo timestamp/, name);
  }
});

void test('J-06: headers named like members of every object are headers', async (t) => {
  const mirror = await TestMirror.open(t, {});
  const headers = '__proto__: x\r\nconstructor: y\r\ntoString: z\r\nhasOwnProperty: w\r\nConnection: close\r\n\r\n';
  assert.match(await sayRaw(mirror.listener.address.port, `${REQUEST}${headers}`), /^HTTP\/1\.1 200 /);
});

void test('an empty body is none', async (t) => {
  const mirror = await TestMirror.open(t, {});
  assert.match(
    await sayRaw(mirror.listener.address.port, `${REQUEST}Content-Length: 0\r\nConnection: close\r\n\r\n`),
    /^HTTP\/1\.1 200 /,
  );
});

void test('a head that never ends is cut off', async (t) => {
  const limits = { headersTimeoutMs: 300, requestTimeoutMs: 600 };
  const port = await listening(t, limits);
  const started = systemClock.now().getTime();
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: mirror\r\nX: ');
  socket.on('data', () => undefined);
  await once(socket, 'close');
  assert.ok(systemClock.now().getTime() - started < 3000);
});

void test('more connections than the limit are not taken', async (t) => {
  const port = await listening(t, { maxConnections: 1 });
  const first = connect(port, '127.0.0.1');
  await once(first, 'connect');
  const second = connect(port, '127.0.0.1');
  second.on('error', () => undefined);
  await once(second, 'close');
  first.destroy();
});

void test('an address in use is refused in words, with the setting it came from', async (t) => {
  const port = await listening(t, {});
  const again = listen({ host: '127.0.0.1', port }, () => undefined, { clock: systemClock, setting: '--listen' });
  await assert.rejects(
    again,
    (error) => isRefusal(error, 'CONFIG_LISTEN') && /--listen 127.*another process/.test(error.what),
  );
});

void test('addresses are read strictly', () => {
  assert.deepEqual(parseAddress('127.0.0.1:8700', '--listen'), { host: '127.0.0.1', port: 8700 });
  assert.deepEqual(parseAddress('[::1]:0', '--listen'), { host: '::1', port: 0 });
  for (const text of [
    '8700',
    ':8700',
    '127.0.0.1',
    '127.0.0.1:',
    '::1:8700',
    'a b:1',
    '127.0.0.1:99999',
    'http://x:1',
  ]) {
    assert.throws(
      () => parseAddress(text, '--listen'),
      (error) => isRefusal(error, 'CONFIG_INVALID'),
      text,
    );
  }
});

void test('loopback is what no other machine can reach', () => {
  const isLocal = (host: string): boolean => isLoopback({ host, port: 1 });
  assert.deepEqual(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLocal), [true, true, true, true]);
  const others = ['0.0.0.0', '::', '10.0.0.1', '127.example.org', 'localhost.example.org', '::ffff:127.0.0.1'];
  assert.deepEqual(
    others.map(isLocal),
    others.map(() => false),
  );
});

void test('closing waits for the answer in flight, cuts off what outlasts the grace, and takes nothing new', async () => {
  let finish = (): void => undefined;
  const answers = await listen(
    { host: '127.0.0.1', port: 0 },
    (request, response) => {
      if (request.url === '/slow') finish = () => response.end('slow');
    },
    { clock: systemClock, setting: '--listen', graceMs: 400 },
  );
  const { port } = answers.address;
  const slow = askRaw(port, '/slow');
  const endless = assert.rejects(askRaw(port, '/endless'));
  await new Promise<void>((resolve) => void systemClock.after(100, resolve));
  const closed = answers.close();
  await assert.rejects(askRaw(port, '/late'));
  finish();
  assert.equal((await slow).body.toString(), 'slow');
  await closed;
  await endless;
});

void test('closing does not wait for connections that only linger', async () => {
  let finish = (): void => undefined;
  const answers = await listen(
    { host: '127.0.0.1', port: 0 },
    (_request, response) => {
      response.write('begun');
      finish = () => response.end();
    },
    { clock: systemClock, setting: '--listen', graceMs: 20_000 },
  );
  const started = systemClock.now().getTime();
  const socket = connect(answers.address.port, '127.0.0.1');
  socket.write(`${REQUEST}\r\n`);
  await once(socket, 'data');
  const closed = answers.close();
  finish();
  await closed;
  socket.destroy();
  assert.ok(systemClock.now().getTime() - started < 10_000);
});

async function listening(t: TestContext, limits: Parameters<typeof listen>[2]['limits'] & object): Promise<number> {
  const listener = await listen({ host: '127.0.0.1', port: 0 }, (_request, response) => response.end('x'), {
    clock: systemClock,
    setting: '--listen',
    graceMs: 0,
    limits,
  });
  t.after(async () => listener.close());
  return listener.address.port;
}

async function sayRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}
