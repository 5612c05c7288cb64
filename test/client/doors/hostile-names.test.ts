/** P-04, P-01, P-02: names that try to be more than names, over HTTP and in a folder. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderPlace } from '../../../src/client/doors/folder-place.ts';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import { directory } from '../../acquire/directories.ts';
import { refusal } from '../../acquire/refusals.ts';
import { textAt } from './arrivals.ts';
import { placeAt } from './requests.ts';

const NAMES = [
  ...[
    '//evil',
    '//evil.example/x',
    'a/b',
    '/etc/passwd',
    '../x',
    '%2F',
    '%2e%2e',
    '..%2fx',
    '?',
    '#',
    'a?b#c',
    '%',
    ';',
  ],
  ...['a\0b', 'C:', 'C:x', '..\\x', 'CON', 'x.', '@evil/', 'http://evil/', "!'()*", 'a b\tc\nd', 'ü', 'x'.repeat(4096)],
];

void test('P-04: every name stays below the base and arrives as it is', async (t) => {
  const { url, asked } = await placeAt(t, (request, response) => response.end(request.headers.host));
  const place = httpPlace(new URL('repo', url));
  for (const name of NAMES) assert.equal(await textAt(place, ['targets', name]), url.host);
  const prefix = '/repo/targets/';
  assert.ok(asked.every((path) => path.startsWith(prefix) && !/[/!'()*]/.test(path.slice(prefix.length))));
  assert.deepEqual(
    asked.map((path) => decodeURIComponent(path.slice(prefix.length))),
    NAMES,
  );
});

void test('P-04: a name that would alter the address, or that no address can have, is refused unasked', async (t) => {
  const { url, asked } = await placeAt(t, (_request, response) => response.end('x'));
  const place = httpPlace(new URL('repo/', url));
  for (const segments of [['..'], ['.'], ['a', '..', '..', 'x'], ['..', 'x'], ['a', '.'], ['\ud800']]) {
    await refusal('TRUST_MALFORMED', textAt(place, segments));
  }
  assert.deepEqual(asked, []);
});

void test('P-04: an empty first segment is no host', async (t) => {
  const { place, asked } = await placeAt(t, (_request, response) => response.end('here'));
  assert.equal(await textAt(place, ['', '', 'evil.example', 'x']), 'here');
  assert.deepEqual(asked, ['///evil.example/x']);
});

void test('P-01, P-02: no name leads out of a folder, whether there is something outside or not', async (t) => {
  const outer = await directory(t, { secret: 'outside', 'repo/x': 'inside', 'repo/a/b': 'nested' });
  const place = folderPlace(join(outer, 'repo'));
  assert.equal(await textAt(place, ['x']), 'inside');
  for (const name of [
    '../secret',
    '/etc/passwd',
    join(outer, 'secret'),
    'a/b',
    '..\\secret',
    'x\0',
    'C:x',
    './x',
    'x/',
  ]) {
    await refusal('SOURCE_NOT_FOUND', textAt(place, [name]));
  }
  const impossible = [
    ['..'],
    ['..', 'secret'],
    ['.'],
    ['a', '..', 'x'],
    [''],
    ['a', '', 'b'],
    ['x.'],
    ['CON'],
    ['\ud800'],
  ];
  for (const segments of [...impossible, ['x'.repeat(4096)], [`${'/'.repeat(100)}x`]]) {
    await refusal('TRUST_MALFORMED', textAt(place, segments));
  }
});

void test('P-01: a name that cannot be a file name lies under its percent-encoded form', async (t) => {
  const place = folderPlace(
    await directory(t, {
      '1.a%2Fb.json': 'slash',
      '..%2Fsecret': 'climbing',
      '%2Fetc%2Fpasswd': 'absolute',
      'C%3Ax': 'drive',
      'a%00b': 'NUL',
      'a b': 'raw',
      'a%20b': 'a second spelling',
      'c%20d': 'encoded',
      'e%28%29': 'as python-tuf writes it',
      'f()%20': 'as encodeURIComponent does',
      '%252F': 'of a percent sign',
      'dir%3A/x': 'a folder',
    }),
  );
  assert.equal(await textAt(place, ['1.a/b.json']), 'slash');
  assert.equal(await textAt(place, ['../secret']), 'climbing');
  assert.equal(await textAt(place, ['/etc/passwd']), 'absolute');
  assert.equal(await textAt(place, ['C:x']), 'drive');
  assert.equal(await textAt(place, ['a\0b']), 'NUL');
  assert.equal(await textAt(place, ['a b']), 'raw');
  assert.equal(await textAt(place, ['c d']), 'encoded');
  assert.equal(await textAt(place, ['e()']), 'as python-tuf writes it');
  assert.equal(await textAt(place, ['f() ']), 'as encodeURIComponent does');
  assert.equal(await textAt(place, ['%2F']), 'of a percent sign');
  assert.equal(await textAt(place, ['dir:', 'x']), 'a folder');
});

void test('A-01: hostile names are made printable before they are repeated', async (t) => {
  const { place } = await placeAt(t, (_request, response) => response.writeHead(404).end());
  const folder = folderPlace(await directory(t));
  const name = '\u001b[2J\u202e';
  for (const attempt of [
    refusal('SOURCE_NOT_FOUND', textAt(place, [name])),
    refusal('TRUST_MALFORMED', textAt(place, ['..', name])),
    refusal('SOURCE_NOT_FOUND', textAt(folder, [name])),
    refusal('TRUST_MALFORMED', textAt(folder, [name.repeat(100)])),
  ]) {
    assert.doesNotMatch((await attempt).message, /[\u001b\u202e]/);
  }
});
