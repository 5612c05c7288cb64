/** Change feeds: honest ones page by page, and servers that lie, loop or never end. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChangePage } from '../../../src/acquire/notary/change-page.ts';
import { collectionsOf } from '../../../src/acquire/notary/collections-of.ts';
import { isRefusal } from '../../../src/errors.ts';
import { refusal } from '../refusals.ts';
import { type Answers, GUN, guarded, notary, type TrustServer, trustServer } from './trust-servers.ts';

const [ALL, ONE] = ['/v2/_trust/changefeed?', `/v2/${GUN}/_trust/changefeed?`];
const DIGEST = 'ab'.repeat(32);

type Members = Record<string, unknown>;

function record(id: string, more: Members = {}): Members {
  return {
    ...{ ID: id, CreatedAt: '2026-11-22T10:21:31.740631283Z', GUN, Version: 1, SHA256: DIGEST, Category: 'update' },
    ...more,
  };
}

function deletion(id: string, more: Members = {}): Members {
  return record(id, { Version: 0, SHA256: '', Category: 'deletion', ...more });
}

function page(records: readonly Members[] | null, count = records?.length ?? 0): string {
  return JSON.stringify({ count, records });
}

/** A server with these records in its feed, as the real one serves them. */
async function feeding(t: TestContext, records: readonly Members[], path = ALL): Promise<TrustServer> {
  return trustServer(t, { [path]: (request, response) => response.end(page(honest(records, request.url ?? ''))) });
}

function honest(records: readonly Members[], path: string): readonly Members[] | null {
  const parameters = new URL(path, 'http://x').searchParams;
  const after = records.findIndex(({ ID }) => ID === parameters.get('change_id')) + 1;
  const found = records.slice(after, after + Number(parameters.get('records')));
  return found.length === 0 ? null : found;
}

async function pages(feed: AsyncIterable<ChangePage>): Promise<ChangePage[]> {
  const read: ChangePage[] = [];
  for await (const one of feed) read.push(one);
  return read;
}

void test('all pages are read, oldest first, until one is empty; ids are opaque', async (t) => {
  const ids = ['1', '2', '10', 'f00-bar', '7'];
  const server = await feeding(
    t,
    ids.map((id) => record(id)),
  );
  const read = await pages((await notary(t, server.url)).changes(undefined, { limit: 2 }));
  assert.deepEqual(
    read.map(({ changes }) => changes.map(({ id }) => id)),
    [['1', '2'], ['10', 'f00-bar'], ['7']],
  );
  assert.deepEqual(server.asked.slice(1), [
    `${ALL}records=2`,
    `${ALL}records=2&change_id=2`,
    `${ALL}records=2&change_id=f00-bar`,
    `${ALL}records=2&change_id=7`,
  ]);
  assert.deepEqual(read[0]?.changes[0], {
    ...{ kind: 'update', id: '1', at: new Date('2026-11-22T10:21:31.740Z'), gun: GUN, version: 1, sha256: DIGEST },
  });
});

void test('one goes on from an id that was read before', async (t) => {
  const server = await feeding(
    t,
    ['1', '2', '3'].map((id) => record(id)),
  );
  const [only] = await pages((await notary(t, server.url)).changes(undefined, { from: '2' }));
  assert.deepEqual(
    only?.changes.map(({ id }) => id),
    ['3'],
  );
  for (const from of ['', '-1', 'a b', 'x'.repeat(129), 'é']) {
    await refusal('USAGE_OPTION', pages((await notary(t, server.url)).changes(undefined, { from })));
  }
  for (const limit of [0, -1, 1001, 1.5]) {
    await refusal('USAGE_OPTION', pages((await notary(t, server.url)).changes(undefined, { limit })));
  }
});

void test('N-08: a deletion is told apart from an update, and says nothing of a version', async (t) => {
  const server = await feeding(t, [record('1'), deletion('2')], ONE);
  const changes = (await pages((await notary(t, server.url)).changes(GUN))).flatMap((read) => read.changes);
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ['update', 'deletion'],
  );
  const [, second] = changes;
  assert.deepEqual(Object.keys(second ?? {}).toSorted(), ['at', 'gun', 'id', 'kind']);
});

void test('the feed of all is read under the catalogue’s scope, of one under its own', async (t) => {
  const answers: Answers = { [ALL]: page(null), [ONE]: page(null) };
  const bare = Object.fromEntries(Object.entries(answers).map(([path, said]) => [`${path}records=100`, said]));
  const server: TrustServer = await trustServer(t, {
    ...guarded(() => new URL('/token', server.url).href, bare),
    '/token?': '{"token":"abc"}',
  });
  const opened = await notary(t, server.url);
  await pages(opened.changes(undefined));
  await pages(opened.changes(GUN));
  const scopes = server.asked.filter((path) => path.startsWith('/token')).map((path) => new URL(path, server.url));
  assert.deepEqual(
    scopes.map((url) => url.searchParams.get('scope')),
    ['registry:catalog:*', `repository:${GUN}:pull`],
  );
});

void test('a server that keeps no feed says so', async (t) => {
  const server = await trustServer(t, {});
  await refusal('SOURCE_NOT_FOUND', pages((await notary(t, server.url)).changes(undefined)));
});

void test('R-01: a server that loops is noticed at once', async (t) => {
  const loops: readonly (readonly string[])[] = [
    // The same page for ever; back to an earlier one; the id asked from; the same id twice in one page.
    [page([record('1')])],
    [page([record('1')]), page([record('2')]), page([record('3'), record('1')])],
    [page([record('1'), record('2')]), page([record('2'), record('3')])],
    [page([record('1'), record('1')]), page(null)],
  ];
  for (const answers of loops) {
    let asked = 0;
    const server = await trustServer(t, {
      [ALL]: (_request, response) => response.end(answers[Math.min(asked++, answers.length - 1)]),
    });
    const said = await refusal('TRUST_MALFORMED', pages((await notary(t, server.url)).changes(undefined)));
    assert.match(said.what, /does not go on/);
    assert.ok(asked <= answers.length + 1);
  }
});

void test('R-01: a server that invents new ids for ever is given up after the most pages', async (t) => {
  let asked = 0;
  const server = await trustServer(t, {
    [ALL]: (_request, response) => response.end(page([record(String(++asked))])),
  });
  const feed = (await notary(t, server.url)).changes(undefined, { limit: 1, mostPages: 5 });
  const said = await refusal('SOURCE_TOO_LARGE', pages(feed));
  assert.equal(said.details['limit'], 5);
  assert.equal(asked, 6);
});

void test('a page of another shape than the real one is refused', async (t) => {
  const broken: readonly string[] = [
    ...['', '[]', '{}', 'null', '{"count":0}', '{"count":"0","records":[]}', '{"count":1,"records":null}'],
    ...['{"count":0,"records":{}}', '{"count":0,"records":[]} x', '{"count":0,"records":[],"Records":[]}'],
    page([record('1')], 2),
    page(['1', '2', '3'].map((id) => record(id))),
    page([record('')]),
    page([record('-1')]),
    page([record('x'.repeat(129))]),
    page([record('a\u001b')]),
    page([record('1', { ID: 1 })]),
    page([record('1', { CreatedAt: 'yesterday' })]),
    page([record('1', { GUN: '' })]),
    page([record('1', { GUN: 'x'.repeat(1025) })]),
    page([record('1', { Version: -1 })]),
    page([record('1', { Version: '1' })]),
    page([record('1', { SHA256: '' })]),
    page([record('1', { SHA256: DIGEST.toUpperCase() })]),
    page([record('1', { Category: 'Update' })]),
    page([record('1', { Category: 'moved' })]),
    page([record('1', { gun: 'other' })]),
  ];
  for (const body of broken) {
    // After it comes the end, so that only the page itself can be what is refused.
    const server = await trustServer(t, {
      [ALL]: (request, response) => response.end(request.url?.includes('change_id') === true ? page(null) : body),
    });
    await assert.rejects(
      pages((await notary(t, server.url)).changes(undefined, { limit: 2 })),
      (error) => isRefusal(error) && /^TRUST_(JSON|MALFORMED)$/.test(error.code),
      body,
    );
  }
  const server = await trustServer(t, { [ALL]: ' '.repeat(1024 + 8192 + 1) });
  await refusal('SOURCE_TOO_LARGE', pages((await notary(t, server.url)).changes(undefined, { limit: 1 })));
});

void test('the feed of one collection tells of no other', async (t) => {
  const server = await feeding(t, [record('1'), record('2', { GUN: `${GUN}2` })], ONE);
  const said = await refusal('TRUST_MALFORMED', pages((await notary(t, server.url)).changes(GUN)));
  assert.match(said.what, /another collection/);
});

void test('the collections of a feed: each once, those that match, without those that are gone', async (t) => {
  const of = (id: string, gun: string): Members => record(id, { GUN: gun });
  const server = await feeding(t, [
    of('1', 'registry.example.com/team/app'),
    of('2', 'registry.example.com/other'),
    of('3', 'registry.example.com/team/app'),
    of('4', 'registry.example.com/team/gone'),
    of('5', 'registry.example.com/team/deep/er'),
    of('6', 'registry.example.com/team/anew'),
    of('7', 'registry.example.com/teams/app'),
    of('8', 'registry.example.com/team/'),
    of('9', 'registry.example.com/team/../../evil\n'),
    deletion('10', { GUN: 'registry.example.com/team/gone' }),
    deletion('11', { GUN: 'registry.example.com/team/anew' }),
    of('12', 'registry.example.com/team/anew'),
    of('13', 'docker.example/library/named'),
    of('14', 'docker.example/library/named-otherwise'),
  ]);
  const feed = (await notary(t, server.url)).changes(undefined, { limit: 5 });
  assert.deepEqual(await collectionsOf(feed, ['registry.example.com/team/*', 'docker.example/library/named']), {
    collections: [
      'registry.example.com/team/app',
      'registry.example.com/team/deep/er',
      'registry.example.com/team/anew',
      'docker.example/library/named',
    ],
    deleted: ['registry.example.com/team/gone', 'registry.example.com/team/anew'],
    unusable: ['registry.example.com/team/../../evil\\u000a'],
  });
});

void test('a pattern is a prefix that ends in /*, and nothing else', async (t) => {
  const server = await feeding(t, []);
  const opened = await notary(t, server.url);
  for (const pattern of ['*', '/*', 'a*', 'a/*/b', 'a/**', '*/a', '../*', 'a/*x']) {
    await refusal('USAGE_OPTION', collectionsOf(opened.changes(undefined), [pattern]));
  }
});
