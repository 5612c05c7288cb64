/** Which address is asked for which file, and names that would be an address of something else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleName, ROOT, type Sha256, SNAPSHOT, TARGETS, TIMESTAMP } from '../../../src/tuf/names.ts';
import { refusal } from '../refusals.ts';
import { file, GUN, notary, textOf, trustServer } from './trust-servers.ts';

const DIGEST = 'ab'.repeat(32) as Sha256;
const RELEASES = roleName('targets/releases');

void test('current, by digest and by version: a role’s slashes separate segments', async (t) => {
  const server = await trustServer(t, {
    [file('timestamp.json')]: 'T',
    [file(`snapshot.${DIGEST}.json`)]: 'S',
    [file(`targets/releases.${DIGEST}.json`)]: 'D',
    [file('12.root.json')]: 'R12',
    [file('2.targets/releases.json')]: 'D2',
  });
  const source = (await notary(t, server.url)).collection(GUN);
  assert.equal(textOf(await source.current(TIMESTAMP, 10)), 'T');
  assert.equal(textOf(await source.byHash(SNAPSHOT, DIGEST, 10)), 'S');
  assert.equal(textOf(await source.byHash(RELEASES, DIGEST, 10)), 'D');
  assert.equal(textOf(await source.byVersion(ROOT, 12, 10)), 'R12');
  assert.equal(textOf(await source.byVersion(RELEASES, 2, 10)), 'D2');
  assert.equal(source.description, new URL(file(''), server.url).href);
});

void test('the server is asked once whether it wants tokens, and may lie below a path', async (t) => {
  const server = await trustServer(t, { '/notary/v2/': '{}', [`/notary${file('root.json')}`]: 'R' });
  const source = (await notary(t, new URL('notary', server.url))).collection(GUN);
  for (let time = 0; time < 2; time++) assert.equal(textOf(await source.current(ROOT, 10)), 'R');
  assert.deepEqual(server.asked, ['/notary/v2/', `/notary${file('root.json')}`, `/notary${file('root.json')}`]);
});

void test('a current file is asked for past caches, an immutable one is not', async (t) => {
  const server = await trustServer(t, { [file('root.json')]: 'R', [file('1.root.json')]: 'R' });
  const source = (await notary(t, server.url)).collection(GUN);
  await source.current(ROOT, 10);
  await source.byVersion(ROOT, 1, 10);
  const [, current, versioned] = server.requests;
  assert.equal(current?.headers['cache-control'], 'no-cache');
  assert.equal(versioned?.headers['cache-control'], undefined);
});

void test('N-07: names are escaped as a client’s URL parser does it, and no further', async (t) => {
  const written: Record<string, string> = {
    '127.0.0.1:5000/a/b': '127.0.0.1:5000/a/b',
    'host/with blank': 'host/with%20blank',
    'host/größe': 'host/gr%C3%B6%C3%9Fe',
    'host/a@b+c=d,e;f&g$h!i(j)': 'host/a@b+c=d,e;f&g$h!i(j)',
    'host/"<>{}|^`': 'host/%22%3C%3E%7B%7D%7C%5E%60',
    '_trust.example/tuf/x_trust': '_trust.example/tuf/x_trust',
    '@host/name:pass@elsewhere': '@host/name:pass@elsewhere',
  };
  const server = await trustServer(
    t,
    Object.fromEntries(Object.values(written).map((path) => [file('root.json', path), path])),
  );
  const opened = await notary(t, server.url);
  for (const [gun, path] of Object.entries(written)) {
    assert.equal(textOf(await opened.collection(gun).current(ROOT, 100)), path);
  }
});

void test('N-07: names that could mean another route, path, query or several collections are never asked for', async (t) => {
  const server = await trustServer(t, {});
  const opened = await notary(t, server.url);
  const names = [
    ...['', '/', 'a//b', '/a', 'a/', 'a/../b', '..', './a', 'a/./b', 'a\0b', 'a\nb', 'a\u0085b'],
    ...['a/*', '*', 'a/_trust/tuf/root.json', 'a/_trust', '_trust/a', 'a%2fb', 'a%2e%2e/b', 'a?b', 'a#b', 'a\\..\\b'],
    ...['\ud800', 'x'.repeat(1025)],
  ];
  for (const name of names) {
    assert.throws(() => opened.collection(name), { code: 'USAGE_OPTION' }, JSON.stringify(name));
    assert.throws(() => opened.changes(name), { code: 'USAGE_OPTION' }, JSON.stringify(name));
  }
  assert.deepEqual(server.asked, []);
});

void test('N-06: roles that the dialect does not have, or that would climb, are never asked for', async (t) => {
  const server = await trustServer(t, {});
  const source = (await notary(t, server.url)).collection(GUN);
  const roles = [
    '',
    'Root',
    'root/a',
    'snapshot.json',
    'targets/',
    'targets//a',
    'targets/A',
    'targets/../root',
    'other',
  ];
  for (const name of [...roles, `targets/${'a'.repeat(255)}`, 'targets/a?b', 'targets/a\n']) {
    await refusal('TRUST_MALFORMED', source.current(roleName(name), 10));
    await refusal('TRUST_MALFORMED', source.byHash(roleName(name), DIGEST, 10));
    await refusal('TRUST_MALFORMED', source.byVersion(roleName(name), 1, 10));
  }
  for (const version of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
    await refusal('USAGE_OPTION', source.byVersion(TARGETS, version, 10));
  }
  await assert.rejects(source.byHash(TARGETS, '../../x' as Sha256, 10), /64 lower-case/);
  assert.deepEqual(server.asked, []);
});
