/** Servers that want a token: where it comes from, how long it is used, and what happens when it is not taken. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ROOT, SNAPSHOT } from '../../../src/tuf/names.ts';
import { ManualClock } from '../manual-clock.ts';
import { refusal } from '../refusals.ts';
import {
  type Answers,
  file,
  GUN,
  guarded,
  notary,
  refuse,
  textOf,
  type TrustServer,
  trustServer,
} from './trust-servers.ts';

const CREDENTIALS = { user: 'courier', password: 'hunter2:with a colon' };

/** A server that gives its own tokens `t1`, `t2`, …, each with these members besides. */
async function issuing(t: TestContext, more = '', isGood?: (authorization: string) => boolean): Promise<TrustServer> {
  let given = 0;
  const files: Answers = { [file('root.json')]: 'R', [file('snapshot.json')]: 'S' };
  const server: TrustServer = await trustServer(t, {
    ...guarded(() => new URL('/token', server.url).href, files, isGood),
    '/token?': (_request, response) => response.end(`{"token":"t${String(++given)}"${more}}`),
  });
  return server;
}

function tokensAsked(server: TrustServer): number {
  return server.asked.filter((path) => path.startsWith('/token')).length;
}

void test('without credentials an anonymous token is asked for, for reading this collection only', async (t) => {
  const server = await issuing(t);
  const source = (await notary(t, server.url)).collection(GUN);
  assert.equal(textOf(await source.current(ROOT, 10)), 'R');
  const [ping, token, root] = server.requests;
  assert.equal(ping?.path, '/v2/');
  // The server's own wish was `*`: nobody here needs more than to read.
  assert.equal(token?.path, `/token?service=notary-server&scope=${encodeURIComponent(`repository:${GUN}:pull`)}`);
  assert.equal(token.headers.authorization, undefined);
  assert.equal(root?.headers.authorization, 'Bearer t1');
});

void test('credentials go to the token server alone; files are asked for with its token', async (t) => {
  const server = await issuing(t);
  const source = (await notary(t, server.url, { credentials: CREDENTIALS })).collection(GUN);
  await source.current(ROOT, 10);
  const [ping, token, root] = server.requests.map(({ headers }) => headers.authorization);
  assert.equal(ping, undefined);
  assert.equal(token, `Basic ${Buffer.from('courier:hunter2:with a colon').toString('base64')}`);
  assert.equal(root, 'Bearer t1');
});

void test('a token is used until shortly before its end; where none is said, a minute', async (t) => {
  for (const [more, lifetimeS] of [
    ['', 60],
    [',"expires_in":0', 60],
    [',"expires_in":300,"issued_at":"2026-11-22T10:21:31Z"', 300],
    [`,"expires_in":${String(2 ** 52)}`, 86_400],
  ] as const) {
    const clock = new ManualClock();
    const server = await issuing(t, more);
    const source = (await notary(t, server.url, { clock })).collection(GUN);
    await source.current(ROOT, 10);
    clock.advance(lifetimeS * 1000 - 10_001);
    await source.current(SNAPSHOT, 10);
    assert.equal(tokensAsked(server), 1);
    clock.advance(1);
    await source.current(SNAPSHOT, 10);
    assert.equal(tokensAsked(server), 2, more);
    assert.equal(server.requests.at(-1)?.headers.authorization, 'Bearer t2');
  }
});

void test('a clock that was set back ends a token', async (t) => {
  const clock = new ManualClock();
  const server = await issuing(t);
  const source = (await notary(t, server.url, { clock })).collection(GUN);
  await source.current(ROOT, 10);
  clock.advance(-1);
  await source.current(ROOT, 10);
  assert.equal(tokensAsked(server), 2);
});

void test('each collection has its own token, and simultaneous questions share one', async (t) => {
  const server = await issuing(t);
  const opened = await notary(t, server.url);
  const source = opened.collection(GUN);
  await source.current(ROOT, 10);
  await Promise.all([source.current(ROOT, 10), source.current(SNAPSHOT, 10)]);
  assert.equal(tokensAsked(server), 1);
  await refusal('SOURCE_NOT_FOUND', opened.collection('registry.example.com/other').current(ROOT, 10));
  assert.equal(tokensAsked(server), 2);
});

void test('a token that is not taken is replaced once', async (t) => {
  const server = await issuing(t, '', (authorization) => authorization === 'Bearer t2');
  const source = (await notary(t, server.url)).collection(GUN);
  assert.equal(textOf(await source.current(ROOT, 10)), 'R');
  assert.equal(tokensAsked(server), 2);
});

void test('when the new one is not taken either, the refusal has the server’s code', async (t) => {
  const server = await issuing(t, '', () => false);
  const source = (await notary(t, server.url, { credentials: CREDENTIALS })).collection(GUN);
  const said = await refusal('SOURCE_STATUS', source.current(ROOT, 10));
  assert.deepEqual([said.details['status'], said.details['reason']], [401, 'UNAUTHORIZED']);
  assert.match(said.next, /may pull this collection/);
  assert.equal(tokensAsked(server), 2);
  assert.doesNotMatch(JSON.stringify([said.message, said.details]), /hunter2|t1|t2/);
});

void test('a server that asks for a token with a file, and not at /v2/, is refused with the reason', async (t) => {
  const server = await trustServer(t, {
    ...guarded('https://auth.example.com/token', { [file('root.json')]: 'R' }),
    '/v2/': '{}',
  });
  const said = await refusal('SOURCE_STATUS', (await notary(t, server.url)).collection(GUN).current(ROOT, 10));
  assert.match(said.next, /at \/v2\/, too/);
  assert.deepEqual(server.asked, ['/v2/', file('root.json')]);
});

void test('a /v2/ that says 401 and not how, or wants a password itself, is refused', async (t) => {
  for (const header of [undefined, 'Basic realm="notary"']) {
    const server = await trustServer(t, {
      '/v2/': (_request, response) => {
        if (header !== undefined) response.setHeader('www-authenticate', header);
        refuse(response, 401);
      },
    });
    const source = (await notary(t, server.url, { credentials: CREDENTIALS })).collection(GUN);
    const said = await refusal('SOURCE_STATUS', source.current(ROOT, 10));
    assert.match(said.what, /asks for/);
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      [undefined],
    );
  }
});

void test('an answer that is no token is refused, and none of it is repeated', async (t) => {
  const answers = [
    ...['hunter2', '[]', '{}', '{"token":7}', '{"token":""}', '{"token":"hunter2\\r\\nx: y"}', '{"token":"hunter2 a"}'],
    ...[`{"token":"${'a'.repeat(12_001)}"}`, '{"token":"a","expires_in":"60"}', '{"token":"a","expires_in":-1}'],
    ...['{"token":"a","token":"hunter2"}', '{"token":"a","Expires_In":9}'],
  ];
  for (const answer of answers) {
    const server: TrustServer = await trustServer(t, {
      ...guarded(() => new URL('/token', server.url).href, { [file('root.json')]: 'R' }),
      '/token?': answer,
    });
    const source = (await notary(t, server.url)).collection(GUN);
    const attempt = source.current(ROOT, 10);
    await assert.rejects(attempt, (error: Error & { code?: string }) => {
      assert.match(error.code ?? '', /^TRUST_(JSON|MALFORMED)$/, answer);
      assert.doesNotMatch(JSON.stringify(error) + error.message, /hunter2/);
      return true;
    });
    assert.ok(!server.asked.includes(file('root.json')));
  }
});

void test('access_token is the same thing under OAuth’s name', async (t) => {
  const server: TrustServer = await trustServer(t, {
    ...guarded(() => new URL('/token?account=1', server.url).href, { [file('root.json')]: 'R' }),
    '/token?': '{"access_token":"abc"}',
  });
  await (await notary(t, server.url)).collection(GUN).current(ROOT, 10);
  assert.equal(server.requests.at(-1)?.headers.authorization, 'Bearer abc');
  assert.match(server.asked[1] ?? '', /^\/token\?account=1&service=notary-server&scope=/);
});
