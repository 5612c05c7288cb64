/** servers that take their time. Patience is short here, and every wait is for something that happens. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { refusal } from '../../acquire/refusals.ts';
import { textAt } from './arrivals.ts';
import { placeAt, placeAtBytes } from './requests.ts';
import { nodeWords } from '../../simulator/programs.ts';

/** Long enough that only the bound under test can be what ends it. */
const NEVER = { headersMs: 600_000, idleMs: 600_000, minBytesPerSecond: 0, windowMs: 600_000 };

/** Writes `bytes` every `everyMs` until nobody listens. */
function drip(t: TestContext, write: (text: string) => unknown, bytes: number, everyMs: number): void {
  const timer = setInterval(() => write('x'.repeat(bytes)), everyMs);
  t.after(() => clearInterval(timer));
}

void test('R-01: a server that never answers, or drips its headers, is given up', async (t) => {
  for (const every of [0, 5]) {
    const { place, closed } = await placeAtBytes(
      t,
      'HTTP/1.1 200 OK\r\nX-A: ',
      (socket) => {
        if (every > 0) drip(t, (text) => socket.write(text), 1, every);
      },
      { ...NEVER, headersMs: 60 },
    );
    const said = await refusal('SOURCE_SLOW', textAt(place, ['x']));
    assert.match(said.what, /^127\.0\.0\.1:[0-9]+\/x did not answer within 0\.06 s\.$/);
    await closed;
  }
});

void test('R-01: a fetch that listens to no signal is given up all the same, and its late answer is closed', async () => {
  let answer: (response: Response) => void = () => undefined;
  const place = httpPlace(new URL('http://mirror.example/'), {
    fetch: () => new Promise((resolve) => (answer = resolve)),
    patience: { ...NEVER, headersMs: 10 },
  });
  await refusal('SOURCE_SLOW', textAt(place, ['x']));
  const cancelled = new Promise<void>((resolve) => {
    answer(new Response(new ReadableStream({ cancel: () => resolve() })));
  });
  await cancelled;
});

void test('R-01: silence in a body is refused after the idle time', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc';
  const { place, closed } = await placeAtBytes(t, head, undefined, { ...NEVER, idleMs: 50 });
  const said = await refusal('SOURCE_SLOW', textAt(place, ['x']));
  assert.match(said.what, /sent nothing for 0\.05 s/);
  await closed;
});

void test('R-01: silence is noticed across windows of the pace, too', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc';
  const { place } = await placeAtBytes(t, head, undefined, { ...NEVER, idleMs: 50, windowMs: 20 });
  assert.match((await refusal('SOURCE_SLOW', textAt(place, ['x']))).what, /sent nothing/);
});

void test('R-01: a drip never idles and is refused for its pace, also after a fast start', async (t) => {
  for (const start of [0, 500_000]) {
    const answers: ServerResponse[] = [];
    const { place } = await placeAt(
      t,
      (_request, response) => {
        answers.push(response);
        response.write('x'.repeat(start + 1));
        drip(t, (text) => response.write(text), 1, 2);
      },
      { ...NEVER, minBytesPerSecond: 10_000, windowMs: 60 },
    );
    const said = await refusal('SOURCE_SLOW', textAt(place, ['x']));
    assert.match(said.what, /below the minimum of 10000/);
    assert.ok(Number(said.details['bytesPerSecond']) < 10_000);
    const [answer] = answers;
    assert.ok(answer !== undefined);
    if (!answer.closed) await once(answer, 'close');
  }
});

void test('R-01: a steady pace above the minimum passes many windows, and an end is never judged', async (t) => {
  let sent = 0;
  const { place } = await placeAt(
    t,
    (_request, response) => {
      const timer = setInterval(() => {
        response.write('x'.repeat(10_000));
        if ((sent += 10_000) < 900_000) return;
        clearInterval(timer);
        response.end();
      }, 5);
    },
    { ...NEVER, minBytesPerSecond: 100, windowMs: 150 },
  );
  assert.equal((await textAt(place, ['x'])).length, 900_000);
});

void test('R-01: a reader that is busy is not the server’s fault', async (t) => {
  const { url } = await placeAt(t, (_request, response) => {
    response.write('x'.repeat(100));
    response.end('y');
  });
  const silent = await placeAtBytes(t, '', undefined, { ...NEVER, headersMs: 250 });
  const place = httpPlace(url, { patience: { ...NEVER, idleMs: 200, minBytesPerSecond: 10_000, windowMs: 200 } });
  let received = 0;
  for await (const chunk of (await place.read(['x'], { maxBytes: 1000 })) as AsyncIterable<Uint8Array>) {
    received += chunk.length;
    await refusal('SOURCE_SLOW', textAt(silent.place, ['busy for longer than the other may idle']));
  }
  assert.equal(received, 101);
});

void test('R-01: no timer keeps a process alive after its last read', async (t) => {
  const { url } = await placeAt(t, (request, response) => {
    if (request.url === '/absent') response.writeHead(404);
    response.end('whole');
  });
  const child = spawn(
    process.execPath,
    [...nodeWords(fileURLToPath(new URL('reader-child.ts', import.meta.url))), url.href],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const output = once(child.stdout, 'data');
  // Its patience is ten minutes; the test’s own time limit is what a timer would run into.
  const [status] = (await once(child, 'exit', { signal: AbortSignal.timeout(8000) })) as [number];
  assert.equal(status, 0);
  assert.equal(String((await output)[0]), 'whole, SOURCE_NOT_FOUND\n');
});
