/** P-01, P-02, J-06: a path is split as sent, decoded once and looked up; it never leads anywhere. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { digestOf, TestMirror, upstreamBytes } from './fixture.ts';

/** Role names and the ways in which clients write them (research/tuf-clients.md 1.7). */
const SPELLINGS: readonly (readonly [role: string, ...spellings: string[]])[] = [
  ['a+b', 'a%2Bb', 'a+b'],
  ['a*b', 'a*b', 'a%2Ab'],
  ["p'(1)!", "p'(1)!", 'p%27%281%29%21', 'p%27(1)!'],
  ['a:b@c', 'a%3Ab%40c', 'a:b@c'],
  ['a&b=c$', 'a%26b%3Dc%24', 'a&b=c$'],
  ['%2F', '%252F'],
  ['..', '..', '%2e%2e'],
  ['.', '.', '%2E'],
  ['a/b', 'a%2Fb', 'a%2fb'],
  ['../../etc/passwd', '..%2F..%2Fetc%2Fpasswd'],
  ['a b', 'a%20b'],
  ['ünï', '%C3%BCn%C3%AF', '%c3%bcn%c3%af'],
  ['?', '%3F'],
  ['#', '%23'],
  ['a\0b', 'a%00b'],
  ['constructor', 'constructor'],
  ['__proto__', '__proto__', '%5F_proto__'],
  ['toString', 'toString'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['1.root', '1.root'],
];

void test('every spelling of a role name that some client sends finds the role, in both layouts', async (t) => {
  const mirror = await TestMirror.open(t, { roles: versionsOf(SPELLINGS.map(([role]) => role)) });
  for (const [role, ...spellings] of SPELLINGS) {
    for (const spelling of spellings) {
      for (const place of ['/demo/metadata/', '/demo/', '/demo/upstream/metadata/', '/demo/upstream/']) {
        assert.equal(
          await textOf(mirror, `${place}7.${spelling}.json`),
          `200 ${upstreamBytes(role, 7)}`,
          place + spelling,
        );
      }
    }
  }
});

void test('names that nobody signed are 404, however they are written', async (t) => {
  const mirror = await TestMirror.open(t, { targets: [{ path: 'dir/file', bytes: 'content' }] });
  const digest = digestOf('sha256', 'content');
  const paths = [
    '/demo/metadata/../metadata/timestamp.json',
    '/demo/metadata/..%2ftimestamp.json',
    '/demo/metadata/%2e%2e/timestamp.json',
    '/demo/metadata/./timestamp.json',
    '/demo/../demo/timestamp.json',
    '/demo/metadata//timestamp.json',
    '/demo//timestamp.json',
    '//demo/timestamp.json',
    '/demo/metadata%2Ftimestamp.json',
    '/demo%2Ftimestamp.json',
    '/demo%2Fmetadata/timestamp.json',
    '/%64emo/timestamp.json',
    '/DEMO/timestamp.json',
    '/demo/metadata/timestamp.json%00',
    '/demo/metadata/timestamp.json%00.json',
    '/demo/metadata/timestamp%252ejson',
    '/demo/metadata/%2574imestamp.json',
    '/demo/metadata/timestamp.json/',
    '/demo/metadata/timestamp.json;a=b',
    '/demo/metadata/%',
    '/demo/metadata/%zz.json',
    '/demo/metadata/%c0%ae.json',
    '/demo/metadata/%ff.json',
    '/demo/metadata/%ed%a0%80.json',
    '/demo/metadata/constructor',
    '/demo/metadata/__proto__',
    '/demo/metadata/1.constructor.json',
    '/demo/metadata/__proto__.json',
    '/demo/metadata/',
    '/demo/metadata',
    '/demo/targets',
    '/demo/targets/',
    '/demo/targets/dir',
    '/demo/targets/dir/',
    '/demo/targets/dir//file',
    '/demo/targets//dir/file',
    '/demo/targets/dir/../dir/file',
    '/demo/targets/..%2fmetadata%2ftimestamp.json',
    '/demo/targets%2Fdir%2Ffile',
    '/demo/targets/dir%252Ffile',
    '/demo/targets/../../../../etc/passwd',
    '/demo/targets/%2Fetc%2Fpasswd',
    '/demo/targets/dir%5Cfile',
    '/demo/targets/constructor',
    '/demo/targets/__proto__',
    `/demo/targets/${digest}.__proto__`,
    `/demo/targets/../blobs/sha256/${digest.slice(0, 2)}/${digest}`,
    '/demo/upstream',
    '/demo/upstream/',
    '/demo/upstream/upstream/timestamp.json',
    '/demo/upstream/sha256/',
    '/demo/upstream/sha256/constructor',
    `/demo/upstream/sha256/${digest}`,
    '/constructor/timestamp.json',
    '/__proto__/timestamp.json',
    '/hasOwnProperty/timestamp.json',
    '/demo',
    '/demo/',
    '/',
    '//',
    '/?',
    '/demo?/timestamp.json',
    `/demo/${'a/'.repeat(2000)}`,
    `/demo/targets/${'%2E'.repeat(2000)}`,
  ];
  for (const path of paths) {
    assert.match(await textOf(mirror, path), /^404 \{"code":"NOT_FOUND"\}\n$/, path);
  }
  assert.match(await textOf(mirror, '/demo/metadata/timestamp.json'), /^200 /);
});

void test('a signed target name that would leave a directory is only a name: it is found, and nothing is walked', async (t) => {
  const paths = ['../x', '..\\x', '/etc/x', 'C:x', 'a\0b', 'CON', 'x.', 'a?b#c', '%', '%2e', ';', 'a//b', './a', 'ü'];
  const mirror = await TestMirror.open(t, { targets: paths.map((path) => ({ path, bytes: `content of ${path}` })) });
  for (const path of paths) {
    assert.equal(await textOf(mirror, `/demo/targets/${encodeURIComponent(path)}`), `200 content of ${path}`, path);
  }
  // As tuf-js sends them: neither encoded nor normalised.
  for (const path of ['../x', '/etc/x', 'a//b', './a']) {
    assert.equal(await textOf(mirror, `/demo/targets/${path}`), `200 content of ${path}`, path);
  }
});

void test('a query, as caches and their busters add it, is no part of the name', async (t) => {
  const mirror = await TestMirror.open(t, {});
  assert.match(await textOf(mirror, '/demo/metadata/timestamp.json?x=/../y'), /^200 /);
});

function versionsOf(roles: readonly string[]): Record<string, number> {
  return Object.fromEntries(roles.map((role) => [role, 7]));
}

/** Status and body of a path that is written to the socket byte for byte, which http.request would refuse to do. */
async function textOf(mirror: TestMirror, path: string): Promise<string> {
  const socket = connect(mirror.listener.address.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: mirror\r\nConnection: close\r\n\r\n`));
  await once(socket, 'close');
  const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n', 2);
  return `${head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)} ${body}`;
}
