/** A target that fails while it is sent, or whose client leaves: never an answer that only looks whole. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { listen } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { PublicAnswers, type PublicOptions } from '../../src/serve/public.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import { askRaw, TestMirror } from './fixture.ts';

const BYTES = 'x'.repeat(1000);

/** A listener whose blobs behave as a test says; the record knows one target of 1000 bytes. */
async function serveBlobs(
  t: TestContext,
  blobs: PublicOptions['blobs'],
): Promise<{ port: number; counts: RequestCounts; logged: string[] }> {
  const { trees, reader } = await TestMirror.open(t, { targets: [{ path: 'file', bytes: BYTES }] });
  const [counts, logged]: [RequestCounts, string[]] = [new RequestCounts(), []];
  const log = openLog({ clock: systemClock, out: { write: (line: string) => logged.push(line) } });
  const answers = new PublicAnswers({ trees, bodies: new RecordBodies(reader), blobs, counts, log });
  answers.setReady();
  const options = { clock: systemClock, setting: '--listen', graceMs: 0 };
  const listener = await listen({ host: '127.0.0.1', port: 0 }, answers.answer, options);
  t.after(async () => listener.close());
  return { port: listener.address.port, counts, logged };
}

function sending(...chunks: string[]): PublicOptions['blobs'] {
  return { check: () => Promise.resolve(), open: () => Promise.resolve(chunksOf(chunks)) };
}

async function* chunksOf(chunks: readonly string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    if (chunk === 'EIO') throw Object.assign(new Error('the disk failed'), { code: 'EIO' });
    yield await Promise.resolve(Buffer.from(chunk));
  }
}

void test('a blob that shrinks or fails half-way is cut off: the client sees a broken answer, not a short one', async (t) => {
  for (const chunks of [
    [BYTES.slice(0, 400)],
    [BYTES.slice(0, 400), 'EIO'],
    [BYTES.slice(0, 400), BYTES.slice(400), 'more'],
  ]) {
    const { port, counts, logged } = await serveBlobs(t, sending(...chunks));
    await assert.rejects(askRaw(port, '/demo/targets/file'), /aborted|hang up|ECONNRESET/);
    assert.deepEqual(counts.all(), [{ route: 'targets', code: 500, count: 1 }]);
    assert.equal(logged.length, 1);
  }
});

void test('a disk that fails before the first byte is a 500', async (t) => {
  for (const chunks of [['EIO'], [`${BYTES}and more in the first piece`]]) {
    const { port } = await serveBlobs(t, sending(...chunks));
    const { status, body } = await askRaw(port, '/demo/targets/file');
    assert.equal(`${String(status)} ${body.toString()}`, '500 {"code":"BUG"}\n');
  }
});

void test('a client that leaves half-way is no error of ours, and the file is let go', async (t) => {
  const file = { isClosed: false };
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        await new Promise<void>((resolve) => void systemClock.after(10, resolve));
        yield Buffer.from('x');
      }
    } finally {
      file.isClosed = true;
    }
  }
  const { port, counts, logged } = await serveBlobs(t, {
    check: () => Promise.resolve(),
    open: () => Promise.resolve(endless()),
  });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /demo/targets/file HTTP/1.1\r\nHost: mirror\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  for (let times = 0; times < 100 && !file.isClosed; times += 1) {
    await new Promise<void>((resolve) => void systemClock.after(20, resolve));
  }
  assert.ok(file.isClosed);
  assert.deepEqual(counts.all(), [{ route: 'targets', code: 499, count: 1 }]);
  assert.deepEqual(logged, []);
});

void test('R-06: clients that ask for one blob at once share its check', async (t) => {
  let checks = 0;
  const { port } = await serveBlobs(t, {
    check: async () => {
      checks += 1;
      await new Promise<void>((resolve) => void systemClock.after(300, resolve));
    },
    open: () => Promise.resolve(chunksOf([BYTES])),
  });
  const answers = await Promise.all(Array.from({ length: 10 }, () => askRaw(port, '/demo/targets/file')));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal(checks, 1);
});
