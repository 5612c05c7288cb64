/** Notary’s changefeed: what tools that follow a Notary server read, byte for byte. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { findChanges } from '../../src/serve/changefeed.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { LoggedMirror } from './logged.ts';

interface Change {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly GUN: string;
  readonly Version: number;
  readonly SHA256: string;
  readonly Category: string;
}

const EMPTY = '{"count":0,"records":null}';

/** Two repositories, each published and renewed four times. */
async function followed(): Promise<{ mirror: LoggedMirror; all: Change[] }> {
  const mirror = await LoggedMirror.open({ after });
  const ids = [(await mirror.mirrorOf('one')).id, (await mirror.mirrorOf('two')).id];
  for (let times = 0; times < 4; times += 1) for (const id of ids) await mirror.renew(id);
  return { mirror, all: (await feed(mirror, '/v2/_trust/changefeed?records=0')).records };
}

const following = followed();

async function feed(mirror: LoggedMirror, path: string): Promise<{ count: number; records: Change[] }> {
  return JSON.parse(String(await mirror.body(path))) as { count: number; records: Change[] };
}

async function idsOf(mirror: LoggedMirror, path: string): Promise<string[]> {
  const { count, records } = await feed(mirror, path);
  assert.equal(count, records.length);
  return records.map(({ ID }) => ID);
}

void test('one record for each timestamp that was made public, the oldest first', async () => {
  const { mirror, all } = await following;
  assert.deepEqual(
    all.map(({ GUN }) => GUN),
    ['one', 'two', 'one', 'two', 'one', 'two', 'one', 'two', 'one', 'two'],
  );
  const timestamp = await mirror.body('/two/timestamp.json');
  const { version } = (JSON.parse(timestamp.toString()) as { signed: { version: number } }).signed;
  const last = all.at(-1);
  const proof = String(await mirror.body('/two/timestamp.json.tlog-proof'));
  const index = Number(/^index (\d+)$/m.exec(proof)?.[1]);
  const created = mirror.clock.now().toISOString().replace('.000Z', 'Z');
  assert.equal(
    String(await mirror.body('/v2/_trust/changefeed?records=1&change_id=-1')),
    `{"count":1,"records":[{"ID":"${String(index + 1)}","CreatedAt":"${created}","GUN":"two","Version":${String(version)},"SHA256":"${sha256(timestamp)}","Category":"update"}]}`,
  );
  assert.equal(last?.ID, String(index + 1));
});

void test('of one repository; one that is not there has no changes', async () => {
  const { mirror, all } = await following;
  const { records } = await feed(mirror, '/v2/two/_trust/changefeed?records=0');
  assert.deepEqual(
    records,
    all.filter(({ GUN }) => GUN === 'two'),
  );
  for (const id of ['three', 'registry.example.com/team/app', 'one%00', '%256Fne', 'ONE'])
    assert.equal(String(await mirror.body(`/v2/${id}/_trust/changefeed?records=5`)), EMPTY, id);
  // Decoded once, as every name below /v2/.
  const [plain, encoded] = ['one', '%6Fne'].map((id) => mirror.body(`/v2/${id}/_trust/changefeed?records=5`));
  assert.deepEqual(await encoded, await plain);
});

void test('paging: after an id, before it, from the end; the id itself never, and nothing twice', async () => {
  const { mirror, all } = await following;
  for (const [base, ids] of [
    ['/v2/_trust/changefeed', all.map(({ ID }) => ID)],
    ['/v2/one/_trust/changefeed', all.filter(({ GUN }) => GUN === 'one').map(({ ID }) => ID)],
  ] as const) {
    const ask = async (query: string): Promise<string[]> => idsOf(mirror, `${base}?${query}`);
    const [third = '', last = ''] = [ids[2], ids.at(-1)];
    assert.deepEqual(await ask('records=3'), ids.slice(0, 3));
    assert.deepEqual(await ask('records=3&change_id=0'), ids.slice(0, 3));
    assert.deepEqual(await ask('records=3&change_id='), ids.slice(0, 3));
    assert.deepEqual(await ask(`records=2&change_id=${third}`), ids.slice(3, 5));
    assert.deepEqual(await ask(`records=-2&change_id=${third}`), ids.slice(0, 2));
    assert.deepEqual(await ask(`records=-1&change_id=${third}`), ids.slice(1, 2));
    assert.deepEqual(await ask('records=2&change_id=-1'), ids.slice(-2));
    assert.deepEqual(await ask('records=-2&change_id=-1'), ids.slice(-2));
    assert.deepEqual(await ask('records=-2'), ids.slice(-2));
    assert.deepEqual(await ask('records=2&change_id=-7'), ids.slice(-2));
    assert.deepEqual(await ask('records=-2147483648'), ids);
    // An id that is no record of the feed is a place in it all the same.
    assert.deepEqual(await ask(`records=1&change_id=${String(Number(third) - 1)}`), [third]);
    assert.deepEqual(await ask('records=+2'.replace('+', '%2B')), ids.slice(0, 2));
    for (const query of [
      `records=5&change_id=${last}`,
      'records=5&change_id=2147483647',
      `records=-5&change_id=${ids[0] ?? ''}`,
      'records=-5&change_id=1',
    ])
      assert.equal(String(await mirror.body(`${base}?${query}`)), EMPTY, query);
    const walked: string[] = [];
    for (let id: string | undefined = ''; id !== undefined;) {
      const { records } = JSON.parse(String(await mirror.body(`${base}?records=2&change_id=${id}`))) as {
        records: Change[] | null;
      };
      walked.push(...(records ?? []).map(({ ID }) => ID));
      id = records?.at(-1)?.ID;
    }
    assert.deepEqual(walked, ids);
  }
});

void test('what is not understood is answered in Notary’s words', async () => {
  const { mirror } = await following;
  const syntax = (text: string): string =>
    `"invalid records parameter: strconv.ParseInt: parsing \\"${text}\\": invalid syntax"`;
  const cases: (readonly [query: string, detail: string])[] = [
    ['', syntax('')],
    ['?change_id=1', syntax('')],
    ['?records=', syntax('')],
    ['?records=ten', syntax('ten')],
    ['?records=1.5', syntax('1.5')],
    ['?records=+1', syntax(' 1')],
    ['?records=0x1', syntax('0x1')],
    ['?records=%3Cb%3E%26', syntax('\\u003cb\\u003e\\u0026')],
    ['?records=ten&records=10', syntax('ten')],
    [
      '?records=2147483648',
      '"invalid records parameter: strconv.ParseInt: parsing \\"2147483648\\": value out of range"',
    ],
    ['?records=1&change_id=one', '{}'],
    ['?records=1&change_id=2147483648', '{}'],
  ];
  for (const [query, detail] of cases) {
    const { status, headers, body } = await mirror.ask(`/v2/_trust/changefeed${query}`);
    const error = `{"code":"INVALID_PARAMETERS","message":"The parameters provided are not valid.","detail":${detail}}`;
    assert.equal(`${String(status)} ${body.toString()}`, `400 {"errors":[${error}]}\n`, query);
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-store');
  }
});

const NO_NAMES = { nameOf: () => undefined, repositoryOf: () => undefined };

void test('R-03: no answer has more than five hundred records, whatever is asked for', async () => {
  const { mirror } = await following;
  const { log } = mirror.mirror.reader;
  const asked: number[] = [];
  const timestamps = log.timestamps.bind(log);
  log.timestamps = (portion, repository) => {
    asked.push(portion.most);
    return timestamps(portion, repository);
  };
  for (const records of ['0', '500', '501', '2147483647', '-2147483648'])
    findChanges(log, 5, NO_NAMES, { repository: 'v2', rest: '_trust/changefeed', query: `records=${records}` });
  assert.deepEqual(asked, [100, 500, 500, 500, 500]);
});

void test('other paths below /v2/ are no feed', async () => {
  const { mirror } = await following;
  for (const path of [
    '/v2',
    '/v2/_trust/changefeed/',
    '/v2/_trust',
    '/v2//_trust/changefeed',
    '/v2/a*/_trust/changefeed',
    '/v2/one/_trust/changefeeds',
    '/v2/one/changefeed',
    '/one/_trust/changefeed',
    '/_trust/changefeed',
  ])
    assert.equal(await mirror.status(`${path}?records=1`), 404, path);
});

void test('it is plain text as Notary sends it, and asked for again each time', async () => {
  const { mirror } = await following;
  const { headers, body } = await mirror.ask('/v2/_trust/changefeed?records=1');
  assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
  assert.equal(headers.get('content-length'), String(body.length));
  const etag = headers.get('etag') ?? '';
  assert.equal((await mirror.ask('/v2/_trust/changefeed?records=1', { 'If-None-Match': etag })).status, 304);
  assert.equal((await mirror.ask('/v2/_trust/changefeed?records=2', { 'If-None-Match': etag })).status, 200);
});
