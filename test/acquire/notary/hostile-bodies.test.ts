/** Answers that are too long, too slow, encoded or elsewhere: of files, errors, pings and tokens (R-01, R-04, H-02). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT, SNAPSHOT, TIMESTAMP } from '../../../src/tuf/names.ts';
import { ManualClock } from '../manual-clock.ts';
import { refusal } from '../refusals.ts';
import { Latch, serve, serveBytes } from '../servers.ts';
import { file, GUN, guarded, NOT_FOUND, notary, refuse, trustServer } from './trust-servers.ts';

const MEBIBYTE = 2 ** 20;

function observe(attempt: Promise<unknown>): { isUnderWay: boolean } {
  const progress = { isUnderWay: true };
  void attempt.finally(() => (progress.isUnderWay = false));
  return progress;
}

/** What has arrived meanwhile is handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

void test('R-01: no more than the limit is read, and of a timestamp never more than 1 MiB', async (t) => {
  const server = await trustServer(t, {
    [file('timestamp.json')]: 'x'.repeat(MEBIBYTE + 1),
    [file('snapshot.json')]: 'x'.repeat(MEBIBYTE + 1),
  });
  const source = (await notary(t, server.url)).collection(GUN);
  const said = await refusal('SOURCE_TOO_LARGE', source.current(TIMESTAMP, 100 * MEBIBYTE));
  assert.equal(said.details['limit'], MEBIBYTE);
  await refusal('SOURCE_TOO_LARGE', source.current(SNAPSHOT, MEBIBYTE));
  assert.equal((await source.current(SNAPSHOT, MEBIBYTE + 1)).length, MEBIBYTE + 1);
});

void test('R-01: an endless body ends at the limit, an endless error at once', async (t) => {
  const server = await trustServer(t, {
    [file('root.json')]: (_request, response) => {
      const more = (): void => {
        response.write('x'.repeat(65_536), more);
      };
      more();
    },
    [file('2.root.json')]: (_request, response) => {
      response.writeHead(404);
      response.write('x'.repeat(2000));
    },
  });
  const clock = new ManualClock();
  const source = (await notary(t, server.url, { clock })).collection(GUN);
  await refusal('SOURCE_TOO_LARGE', source.current(ROOT, MEBIBYTE));
  await refusal('SOURCE_STATUS', source.byVersion(ROOT, 2, 10));
  assert.equal(clock.waiting, 0, 'no timer outlives a question');
});

void test('R-01: a body, and an error, that drip are given up', async (t) => {
  for (const status of [200, 404]) {
    const clock = new ManualClock();
    const asked = new Latch();
    const server = await trustServer(t, {
      [file('root.json')]: (_request, response) => {
        response.writeHead(status);
        response.write('{', () => asked.open());
      },
    });
    const source = (await notary(t, server.url, { clock })).collection(GUN);
    const attempt = refusal('SOURCE_SLOW', source.current(ROOT, 100));
    await asked.opened;
    // The first bytes may still be on their way: time passes until somebody gives up.
    const progress = observe(attempt);
    while (progress.isUnderWay) {
      clock.advance(1000);
      await turn();
    }
    await attempt;
    assert.equal(clock.waiting, 0);
  }
});

void test('R-01: silence before the header is given up', async (t) => {
  const clock = new ManualClock();
  const asked = new Latch();
  const server = await trustServer(t, { [file('root.json')]: () => asked.open() });
  const attempt = refusal(
    'SOURCE_UNREACHABLE',
    (await notary(t, server.url, { clock })).collection(GUN).current(ROOT, 1),
  );
  await asked.opened;
  clock.advance(30_000);
  assert.match((await attempt).what, /no complete answer header/);
});

void test('R-04: an encoded file is refused', async (t) => {
  const server = await trustServer(t, {
    [file('root.json')]: (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('R'),
  });
  await refusal('SOURCE_ENCODED', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
});

void test('closing the server ends what is under way', async (t) => {
  const clock = new ManualClock();
  const asked = new Latch();
  const server = await trustServer(t, { [file('root.json')]: () => asked.open() });
  const opened = await notary(t, server.url, { clock });
  const attempt = refusal('SOURCE_UNREACHABLE', opened.collection(GUN).current(ROOT, 10));
  await asked.opened;
  await opened.close();
  assert.match((await attempt).what, /its source was closed/);
  assert.equal(clock.waiting, 0);
});

void test('H-02: a redirect within the origin is followed, to another never', async (t) => {
  const elsewhere = await serve(t, (_request, response) => response.end('secret'));
  const server = await trustServer(t, {
    [file('root.json')]: (_request, response) => response.writeHead(301, { location: '/moved' }).end(),
    [file('snapshot.json')]: (_request, response) =>
      response.writeHead(302, { location: elsewhere.url.href }).end('x'.repeat(5000)),
    [file('timestamp.json')]: (_request, response) =>
      response.writeHead(302, { location: file('timestamp.json') }).end(),
    '/moved': 'R',
  });
  const source = (await notary(t, server.url)).collection(GUN);
  assert.equal((await source.current(ROOT, 10)).length, 1);
  await refusal('SOURCE_REDIRECT', source.current(SNAPSHOT, 10));
  assert.match((await refusal('SOURCE_REDIRECT', source.current(TIMESTAMP, 10))).what, /more than 5 times/);
  assert.deepEqual(elsewhere.asked, []);
});

void test('H-03: a request with a token is never redirected, not even within the origin', async (t) => {
  const server = await trustServer(t, {
    ...guarded(() => new URL('token', server.url).href, {
      [file('root.json')]: (_request, response) => response.writeHead(302, { location: '/there' }).end(),
    }),
    '/token?': '{"token":"abc"}',
    '/there': 'R',
  });
  await refusal('SOURCE_REDIRECT', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
  assert.ok(!server.asked.includes('/there'));
});

void test('H-02: a ping that leads elsewhere is not followed', async (t) => {
  const elsewhere = await serve(t, (_request, response) => response.end('{}'));
  const server = await trustServer(t, {
    '/v2/': (_request, response) => response.writeHead(302, { location: elsewhere.url.href }).end(),
  });
  await refusal('SOURCE_REDIRECT', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
  assert.deepEqual(elsewhere.asked, []);
});

void test('H-05: an answer that is no HTTP is unreachable, and none of its bytes are repeated', async (t) => {
  const server = await serveBytes(t, 'hello hunter2\r\n\r\n', (socket) => socket.end());
  const said = await refusal('SOURCE_UNREACHABLE', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
  assert.doesNotMatch(said.message, /hunter2/);
});

void test('R-01: a token server that answers without end is refused', async (t) => {
  const server = await trustServer(t, {
    ...guarded(() => new URL('token', server.url).href, { [file('root.json')]: 'R' }),
    '/token?': `{"token":"${'a'.repeat(70_000)}"}`,
  });
  await refusal('SOURCE_TOO_LARGE', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
});

void test('an error of a token server is no “there is none”, whatever it says', async (t) => {
  const server = await trustServer(t, {
    ...guarded(() => new URL('token', server.url).href, { [file('root.json')]: 'R' }),
    '/token?': (_request, response) => refuse(response, 404, NOT_FOUND),
  });
  const said = await refusal('SOURCE_STATUS', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
  assert.match(said.what, /gives an anonymous reader no token \(status 404\)/);
});
