/** Sources that take their time: which are refused, when, and that our own slowness is never held against them. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { Patience } from '../../src/platform/http.ts';
import { ManualClock } from './manual-clock.ts';
import { refusal } from './refusals.ts';
import { door, Latch, serve, serveRaw } from './servers.ts';

const PATIENCE: Patience = {
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 30_000,
  totalMs: 3_600_000,
  minBytesPerSecond: 100,
  windowMs: 5_000,
  graceMs: 10_000,
};

/** A download whose server writes, and whose clock moves, only when the test says so. */
class Drip {
  readonly clock = new ManualClock();
  readonly #reader: AsyncIterator<Uint8Array>;
  readonly #answer: ServerResponse;
  #pending: Promise<IteratorResult<Uint8Array>> | undefined;

  private constructor(clock: ManualClock, answer: ServerResponse, body: AsyncIterable<Uint8Array>) {
    this.clock = clock;
    this.#answer = answer;
    this.#reader = body[Symbol.asyncIterator]();
  }

  static async start(t: TestContext, patience: Partial<Patience> = {}): Promise<Drip> {
    const clock = new ManualClock();
    const answers: ServerResponse[] = [];
    const server = await serve(t, (_request, response) => {
      answers.push(response);
      response.flushHeaders();
    });
    const opened = await door(t, { clock, patience: { ...PATIENCE, ...patience } });
    const { body } = await opened.get(server.url, { maxBytes: 1_000_000 });
    const answer = answers[0];
    assert.ok(answer !== undefined);
    return new Drip(clock, answer, body);
  }

  /** The next chunk, wanted from now on. */
  want(): Promise<IteratorResult<Uint8Array>> {
    if (this.#pending === undefined) {
      this.#pending = this.#reader.next();
      this.#pending.catch(() => undefined);
    }
    return this.#pending;
  }

  /** Writes, and waits until it has arrived here. */
  async arrive(bytes: number): Promise<void> {
    const wanted = this.want();
    this.#answer.write('x'.repeat(bytes));
    await wanted;
    this.#pending = undefined;
  }

  /** One second of waiting for the next chunk, `bytes` of it having arrived before. */
  async second(bytes: number): Promise<void> {
    if (bytes > 0) await this.arrive(bytes);
    void this.want();
    this.clock.advance(1000);
  }

  end(): void {
    this.#answer.end();
  }
}

void test('R-01: a drip of one byte a second never idles and is refused when the grace is over', async (t) => {
  const drip = await Drip.start(t);
  for (let second = 1; second < 10; second++) await drip.second(1);
  await drip.arrive(1);
  const last = drip.want();
  drip.clock.advance(1000);
  const said = await refusal('SOURCE_SLOW', last);
  assert.equal(said.details['bytesPerSecond'], 1);
  assert.match(said.what, /127\.0\.0\.1/);
  assert.equal(drip.clock.waiting, 0, 'no timer outlives a download');
});

void test('R-01: a drip faster than the clock’s tick is judged all the same', async (t) => {
  const drip = await Drip.start(t);
  for (let step = 0; step < 39; step++) {
    await drip.arrive(1);
    void drip.want();
    drip.clock.advance(250);
  }
  await drip.arrive(1);
  const last = drip.want();
  drip.clock.advance(250);
  await refusal('SOURCE_SLOW', last);
});

void test('R-01: a fast start does not buy the right to drip: only the last window counts', async (t) => {
  const drip = await Drip.start(t);
  for (let second = 0; second < 12; second++) await drip.second(5000);
  for (let second = 0; second < 4; second++) await drip.second(1);
  await drip.arrive(1);
  const last = drip.want();
  drip.clock.advance(1000);
  await refusal('SOURCE_SLOW', last);
});

void test('R-01: a steady pace just above the minimum is served to its end', async (t) => {
  const drip = await Drip.start(t);
  for (let second = 0; second < 40; second++) await drip.second(101);
  drip.end();
  assert.equal((await drip.want()).done, true);
  assert.equal(drip.clock.waiting, 0, 'no timer outlives a download');
});

void test('R-01: silence is refused after the idle timeout, also where no pace is asked for', async (t) => {
  const drip = await Drip.start(t, { minBytesPerSecond: 0 });
  await drip.arrive(1);
  const next = drip.want();
  // The first tick closes the second in which the byte came; then thirty quiet ones.
  drip.clock.advance(30_000);
  drip.clock.advance(1000);
  const said = await refusal('SOURCE_SLOW', next);
  assert.match(said.what, /nothing for 30 s/);
});

void test('R-01: a consumer that is busy for minutes is not the source’s fault', async (t) => {
  const drip = await Drip.start(t);
  await drip.arrive(1000);
  drip.clock.advance(600_000);
  drip.end();
  assert.equal((await drip.want()).done, true);
});

void test('R-01: the total bound holds whatever the pace', async (t) => {
  const drip = await Drip.start(t, { totalMs: 20_000 });
  for (let second = 1; second < 20; second++) await drip.second(5000);
  await drip.arrive(5000);
  const last = drip.want();
  drip.clock.advance(1000);
  const said = await refusal('SOURCE_SLOW', last);
  assert.match(said.what, /not complete after 20 s/);
});

void test('R-01: the total bound also ends a body that nobody reads', async (t) => {
  const drip = await Drip.start(t);
  drip.clock.advance(3_600_000);
  assert.equal(drip.clock.waiting, 0);
  await refusal('SOURCE_SLOW', drip.want());
});

void test('R-01: header bytes that drip in do not extend the header timeout', async (t) => {
  const clock = new ManualClock();
  const half = new Latch();
  const server = await serveRaw(t, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nX-A: 1\r\n', () => half.open()));
  });
  const opened = await door(t, { clock, patience: PATIENCE });
  const attempt = refusal('SOURCE_UNREACHABLE', opened.get(server.url, { maxBytes: 1 }));
  await half.opened;
  clock.advance(29_999);
  clock.advance(1);
  assert.match((await attempt).what, /no complete answer header within 30 s/);
  assert.equal(clock.waiting, 0);
});

void test('R-01: a peer that accepts and never shakes hands is given up after the connect timeout', async (t) => {
  const clock = new ManualClock();
  const accepted = new Latch();
  const server = await serveRaw(t, (socket) => {
    socket.once('data', () => accepted.open());
  });
  const opened = await door(t, { clock, patience: PATIENCE });
  const attempt = refusal(
    'SOURCE_UNREACHABLE',
    opened.get(new URL(`https://127.0.0.1:${server.port}/`), { maxBytes: 1 }),
  );
  await accepted.opened;
  clock.advance(10_000);
  assert.match((await attempt).what, /no working connection within 10 s/);
});

void test('closing a source ends what is under way and leaves no timer', async (t) => {
  const clock = new ManualClock();
  const server = await serve(t, (_request, response) => response.flushHeaders());
  const opened = await door(t, { clock, patience: PATIENCE });
  const { body } = await opened.get(server.url, { maxBytes: 1 });
  const next = refusal('SOURCE_UNREACHABLE', body[Symbol.asyncIterator]().next());
  await opened.close();
  assert.match((await next).what, /its source was closed/);
  assert.equal(clock.waiting, 0);
});
