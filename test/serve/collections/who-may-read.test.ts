/** Where readers need a token: the same answer for a name that is there and for one that is not, until a right is shown. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Readers } from '../../../src/serve/readers.ts';
import { formatDate } from '../../../src/tuf/dates.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { startTokenServer } from '../../interop/notary/token-server.ts';
import { FakeClock } from '../../simulator/clock.ts';
import type { RawAnswer } from '../fixture.ts';
import { type LoggedMirror, REALM } from '../logged.ts';
import { APP, FILES, SERVED, type Site, siteOf } from './site.ts';
import { pull, RULES, SERVICE, tokenFor } from './tokens.ts';

const CATALOG = { type: 'registry', name: 'catalog', actions: ['*'] };
const NOBODY = 'mirror.example/team/nobody';

async function guardedSite(t: TestContext): Promise<Site> {
  const site = await siteOf(t, undefined, { readers: RULES });
  await site.mirror.mirrorOf('one');
  return site;
}

function bearer(...access: readonly object[]): Record<string, string> {
  return { Authorization: `Bearer ${tokenFor(access)}` };
}

function denied({ status, headers, body }: RawAnswer): { challenge: string | undefined; detail: unknown } {
  assert.equal(status, 401);
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(headers.get('cache-control'), 'no-store');
  const { errors } = JSON.parse(String(body)) as { errors: { code: string; message: string; detail: unknown }[] };
  assert.deepEqual(
    [errors.length, errors[0]?.code, errors[0]?.message],
    [1, 'UNAUTHORIZED', 'authentication required'],
  );
  return { challenge: headers.get('www-authenticate'), detail: errors[0]?.detail };
}

function challenge(scope?: string, error?: string): string {
  const more = [
    ...(scope === undefined ? [] : [`scope="${scope}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
  ];
  return `Bearer ${[`realm="${REALM}"`, `service="${SERVICE}"`, ...more].join(',')}`;
}

void test('the way of a client: a challenge at the ping, a token for a name, and every file of it', async (t) => {
  const { mirror } = await guardedSite(t);
  const catalog = { Type: 'registry', Class: '', Name: 'catalog', Action: '*' };
  assert.deepEqual(denied(await mirror.ask('/v2/')), { challenge: challenge('registry:catalog:*'), detail: [catalog] });
  const scope = `repository:${SERVED}:pull`;
  const named = { Type: 'repository', Class: '', Name: SERVED, Action: 'pull' };
  for (const method of ['GET', 'HEAD']) {
    const refused = await mirror.ask(`${FILES}/root.json`, {}, method);
    assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, challenge(scope)], method);
  }
  assert.deepEqual(denied(await mirror.ask(`${FILES}/root.json`)).detail, [named]);
  const token = bearer(pull(SERVED));
  assert.equal(String((await mirror.ask('/v2/', token)).body), '{}');
  assert.equal((await mirror.ask('/v2/', bearer())).status, 200, 'any token that is believed');
  const root = await mirror.ask(`${FILES}/root.json`, token);
  const paths = ['timestamp', '1.root', 'snapshot', 'targets', 'targets/releases', `root.${sha256(root.body)}`];
  for (const name of paths) assert.equal((await mirror.ask(`${FILES}/${name}.json`, token)).status, 200, name);
  assert.equal((await mirror.ask(`${FILES}/2.root.json`, token)).status, 404);
  assert.equal((await mirror.ask(`${FILES}/snapshot.key`, token)).status, 400, 'read-only, as without tokens');
  const feed = await mirror.ask(`/v2/${SERVED}/_trust/changefeed?records=1`, token);
  assert.match(String(feed.body), /"count":1/);
  const lower = await mirror.ask(`${FILES}/root.json`, {
    authorization: token['Authorization']?.replace('Bearer', 'bearer') ?? '',
  });
  assert.equal(lower.status, 200);
});

void test('no cache on the way may show to others what a token was needed for', async (t) => {
  const { mirror } = await guardedSite(t);
  const token = bearer(pull(SERVED));
  const targets = sha256((await mirror.ask(`${FILES}/targets.json`, token)).body);
  for (const path of [`${FILES}/targets.${targets}.json`, `/app/upstream/sha256/${targets}`]) {
    const { headers } = await mirror.ask(path, token);
    assert.match(headers.get('cache-control') ?? '', /^private, .*immutable/, path);
    const again = await mirror.ask(path, { ...token, 'If-None-Match': `"${targets}"` });
    assert.deepEqual([again.status, again.headers.get('cache-control')], [304, headers.get('cache-control')]);
  }
  for (const path of [
    `${FILES}/timestamp.json`,
    `/v2/`,
    `/v2/${SERVED}/_trust/changefeed?records=1`,
    '/app/publication.tlog-proof',
  ])
    assert.doesNotMatch((await mirror.ask(path, token)).headers.get('cache-control') ?? '', /public/, path);
  assert.match((await mirror.ask('/one/1.root.json')).headers.get('cache-control') ?? '', /^public/);
});

/** The same request about a collection that is there, and about one that is not. */
const PAIRS: readonly (readonly [there: string, nowhere: string])[] = [
  [`${FILES}/root.json`, `/v2/${NOBODY}/_trust/tuf/root.json`],
  [`${FILES}/nothing.json`, `/v2/${NOBODY}/_trust/tuf/nothing.json`],
  [`${FILES}/timestamp.key`, `/v2/${NOBODY}/_trust/tuf/timestamp.key`],
  [`${FILES}/`, `/v2/${NOBODY}/_trust/tuf/`],
  [`/v2/${SERVED}`, `/v2/${NOBODY}`],
  [`/v2/${SERVED}/_trust/changefeed?records=1`, `/v2/${NOBODY}/_trust/changefeed?records=1`],
  [`/v2/${SERVED}/_trust/changefeed`, `/v2/${NOBODY}/_trust/changefeed`],
  ['/v2/app/_trust/changefeed?records=1', '/v2/abc/_trust/changefeed?records=1'],
  ...[
    '',
    'timestamp.json.tlog-proof',
    'publication.tlog-proof',
    'approvals.json',
    'root.json',
    'upstream/root.json',
  ].map((rest) => [`/app/${rest}`, `/abc/${rest}`] as const),
];

void test('what is there and what is not are refused alike, whatever is shown but the right itself', async (t) => {
  const { mirror } = await guardedSite(t);
  const shown = {
    nothing: {},
    another: bearer(pull('mirror.example/team/other')),
    forged: { Authorization: 'Bearer a.b.c' },
  };
  const told = ({ status, headers, body }: RawAnswer): string => {
    const lines = [...headers].filter(([name]) => name !== 'date' && name !== 'content-length');
    return JSON.stringify([status, lines, String(body)])
      .replaceAll(NOBODY, SERVED)
      .replaceAll('abc', 'app');
  };
  for (const [name, headers] of Object.entries(shown)) {
    for (const [there, nowhere] of PAIRS) {
      const [one, other] = [await mirror.ask(there, headers), await mirror.ask(nowhere, headers)];
      assert.equal(told(one), told(other), `${name} ${there}`);
      assert.notEqual(one.status, 200);
    }
  }
  const errors = [{}, shown.another, shown.forged].map(async (headers) => denied(await mirror.ask('/app/x', headers)));
  assert.deepEqual(
    (await Promise.all(errors)).map((error) => error.challenge),
    [challenge(), challenge(undefined, 'insufficient_scope'), challenge(undefined, 'invalid_token')],
  );
});

void test('a right is for one name, whole, and for reading; nothing else gives it', async (t) => {
  const { mirror } = await guardedSite(t);
  const scope = `repository:${SERVED}:pull`;
  for (const access of [
    pull('mirror.example/team'),
    pull('app'),
    pull('*'),
    pull(SERVED.toUpperCase()),
    pull(`${SERVED}/`),
    { ...pull(SERVED), type: 'registry' },
    { ...pull(SERVED), actions: ['push', '*'] },
    CATALOG,
  ]) {
    const { challenge: said } = denied(await mirror.ask(`${FILES}/root.json`, bearer(access)));
    assert.equal(said, challenge(scope, 'insufficient_scope'), JSON.stringify(access));
    assert.equal((await mirror.ask('/app/publication.tlog-proof', bearer(access))).status, 401);
  }
  for (const header of [
    '',
    'Bearer',
    'Bearer ',
    'Basic eDp5',
    `Bearer ${tokenFor([pull(SERVED)])} x`,
    tokenFor([pull(SERVED)]),
  ])
    assert.equal(
      denied(await mirror.ask(`${FILES}/root.json`, { Authorization: header })).challenge,
      challenge(scope, 'invalid_token'),
    );
});

void test('the feed of everything needs the catalog’s right, and a collection’s right is none of it', async (t) => {
  const { mirror } = await guardedSite(t);
  const path = '/v2/_trust/changefeed?records=100';
  const scope = 'registry:catalog:*';
  assert.equal(denied(await mirror.ask(path)).challenge, challenge(scope));
  assert.equal(denied(await mirror.ask(path, bearer(pull(SERVED)))).challenge, challenge(scope, 'insufficient_scope'));
  assert.match(String((await mirror.ask(path, bearer(CATALOG))).body), /"count":2/);
});

void test('a collection has one name in the feeds: its id is not another', async (t) => {
  const { mirror } = await guardedSite(t);
  const { body } = await mirror.ask('/v2/app/_trust/changefeed?records=9', bearer(pull('app')));
  assert.equal(String(body), '{"count":0,"records":null}');
});

void test('proofs, the past and originals of a collection need its right, too', async (t) => {
  const { mirror } = await guardedSite(t);
  const at = formatDate(mirror.clock.now());
  for (const path of [
    'timestamp.json.tlog-proof',
    'publication.tlog-proof',
    `at/${at}/root.json`,
    'upstream/root.json',
  ]) {
    denied(await mirror.ask(`/app/${path}`));
    denied(await mirror.ask(`/app/${path}`, bearer(pull('app'))));
    assert.equal((await mirror.ask(`/app/${path}`, bearer(pull(SERVED)))).status, 200, path);
  }
});

void test('TUF repositories, the log and health are for everybody, and health names nobody', async (t) => {
  const { mirror } = await guardedSite(t);
  for (const path of [
    '/one/root.json',
    '/one/metadata/timestamp.json',
    '/one/publication.tlog-proof',
    '/log/checkpoint',
    '/_notary_server/health',
  ])
    assert.equal(await mirror.status(path), 200, path);
  for (const path of ['/one/9.root.json', '/log/x', '/favicon.ico', '/'])
    assert.equal(await mirror.status(path), 404, path);
  mirror.clock.advance(3 * 86_400_000);
  const { status, body } = await mirror.ask('/_notary_server/health');
  assert.deepEqual([status, JSON.parse(String(body))], [503, { collections: 'clients of 1 would fail' }]);
});

void test('a token ends', async (t) => {
  const { mirror } = await guardedSite(t);
  const token = bearer(pull(SERVED));
  assert.equal((await mirror.ask(`${FILES}/root.json`, token)).status, 200);
  mirror.clock.advance(361_000);
  assert.match(denied(await mirror.ask(`${FILES}/root.json`, token)).challenge ?? '', /error="invalid_token"$/);
});

void test('a name from the path cannot end its header’s line or its quotes', async (t) => {
  const { mirror } = await guardedSite(t);
  const ask = async (name: string): Promise<string | undefined> =>
    denied(await mirror.ask(`/v2/${name}/_trust/tuf/root.json`)).challenge;
  assert.equal(await ask('a%07b'), challenge());
  const feed = await mirror.ask('/v2/a%0d%0aX-Evil:%20b/_trust/changefeed?records=1');
  assert.deepEqual([denied(feed).challenge, feed.headers.has('x-evil')], [challenge(), false]);
  assert.equal(await ask('a%22,error=%22b%5c'), challenge('repository:a\\",error=\\"b\\\\:pull'));
  assert.equal(await ask('gr%C3%B6%C3%9Fe'), challenge(Buffer.from('repository:größe:pull').toString('latin1')));
  const odd = 'größe "x"';
  const shown = bearer(pull(odd));
  assert.equal((await mirror.ask(`/v2/${encodeURIComponent(odd)}/_trust/tuf/root.json`, shown)).status, 404);
});

void test('a token server as the real one believes it: its file, its realm, its tokens', async (t) => {
  const { settings, asked } = await startTokenServer(t);
  const { realm = '', service = '', issuer = '', rootcertbundle = '' } = settings;
  const clock = new FakeClock(new Date());
  const open = { realm, service, issuer, certificateFiles: [rootcertbundle] };
  const { mirror } = await siteOf(t, undefined, { clock, readers: await Readers.open(open, clock) });
  assert.match(
    denied(await mirror.ask('/v2/')).challenge ?? '',
    new RegExp(`^Bearer realm="${realm}",service="${service}"`),
  );
  const get = async (scope: string): Promise<Record<string, string>> => {
    const answer = await fetch(`${realm}?${new URLSearchParams({ scope, service }).toString()}`);
    return { Authorization: `Bearer ${((await answer.json()) as { token: string }).token}` };
  };
  const token = await get(`repository:${SERVED}:pull`);
  assert.equal((await mirror.ask(`${FILES}/root.json`, token)).status, 200);
  denied(await mirror.ask(`${FILES}/root.json`, await get('repository:other:pull')));
  assert.equal(asked.length, 2);
});

async function renewedAndAsked(mirror: LoggedMirror): Promise<number> {
  await mirror.renew(APP);
  return (await mirror.ask(`${FILES}/timestamp.json`, bearer(pull(SERVED)))).status;
}

void test('a state that came later is behind the same door', async (t) => {
  const { mirror } = await guardedSite(t);
  assert.equal(await renewedAndAsked(mirror), 200);
  denied(await mirror.ask(`${FILES}/timestamp.json`));
});
