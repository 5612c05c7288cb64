/** Names as data (P-01 to P-03, J-09): what may become a file name, what may become a URL segment, and how names are shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  metadataFileName,
  parseMetadataFileName,
  printable,
  repositoryId,
  roleName,
  targetFileNames,
  targetPath,
  unsafeFileName,
} from '../../src/tuf/names.ts';
import { fold, mismatchKnown } from '../../src/tuf/fold.ts';
import { refused } from '../simulator/refused.ts';

const UNSAFE = [
  '',
  '..',
  '.',
  '../x',
  'a/../b',
  'a/./b',
  'a/..',
  '/etc/x',
  '//evil.example/x',
  'a//b',
  'a/',
  '..\\x',
  'a\\b',
  'C:x',
  'c:/x',
  'a\0b',
  'a\nb',
  'a\u007fb',
  'a\u0085b',
  'CON',
  'con.txt',
  'a/NUL',
  'lpt1.x',
  'COM0',
  'x.',
  'x ',
  'a./b',
  'x'.repeat(4096),
  'é'.repeat(513),
  'x'.repeat(201),
];

const SAFE = [
  'a',
  'a.txt',
  'dir/file',
  '.hidden',
  '...x',
  'a..b',
  '%2e%2e',
  '..%2fx',
  'a?b',
  'a#b',
  ';',
  '%',
  'é',
  '😀',
  'console',
  'comx',
];

test('P-01, P-02 a name that could leave its directory, or mean a device, is no file name', () => {
  for (const name of UNSAFE) assert.notEqual(unsafeFileName(name), undefined, JSON.stringify(name));
  for (const name of SAFE) assert.equal(unsafeFileName(name), undefined, JSON.stringify(name));
});

test('P-03 a repository id is one plain URL segment, and none of our own routes', () => {
  const bad = ['', '.', '..', 'A', 'a/b', 'a\\b', '-a', '.a', '_a', 'a b', 'é', 'a%2f', 'a'.repeat(64), 'a\n', 'a\0'];
  for (const text of [...bad, 'v2', 'log', 'api', 'livez', 'readyz', 'metrics']) {
    refused('USAGE_REPOSITORY_ID', () => repositoryId(text));
  }
  for (const text of ['a', '0', 'sigstore', 'a.b-c_d', 'a'.repeat(63), 'v2.x']) assert.equal(repositoryId(text), text);
});

test('P-01 every role name has one metadata file name, and it is read back to the same role and version', () => {
  for (const name of ['targets', '../x', 'a/b', '1.root', 'x.json', '%2e', '', 'a\0', '😀', '0', '007']) {
    const role = roleName(name);
    const { versioned } = parseMetadataFileName(metadataFileName({ role, version: 12 })) ?? {};
    assert.deepEqual(versioned, name === '' ? undefined : { role, version: 12 });
    if (name !== '') assert.deepEqual(parseMetadataFileName(metadataFileName({ role }))?.plain, { role });
  }
  for (const name of ['', '.json', 'root', 'root.jsonx', '1.root'])
    assert.equal(parseMetadataFileName(name), undefined);
  assert.deepEqual(parseMetadataFileName('0.root.json'), { plain: { role: '0.root' } });
  assert.deepEqual(parseMetadataFileName('01.root.json'), { plain: { role: '01.root' } });
});

test('a target has the specification’s consistent name and tough’s, the directory part unharmed', () => {
  assert.deepEqual(targetFileNames(targetPath('dir/sub/file'), 'aa'), {
    prefixedFile: 'dir/sub/aa.file',
    prefixedPath: 'aa.dir/sub/file',
  });
  assert.equal(targetFileNames(targetPath('file'), 'aa').prefixedFile, 'aa.file');
});

test('J-09 names are shown with their controls, bidi marks and lone surrogates escaped, and cut off', () => {
  assert.equal(printable('a\u202eb\u2066c\u200bd\ufeffe\0f\u0085'), 'a\\u202eb\\u2066c\\u200bd\\ufeffe\\u0000f\\u0085');
  assert.equal(printable('\ud800x😀'), '\\ud800x😀');
  assert.equal(printable('x'.repeat(300)), `${'x'.repeat(200)}…`);
});

test('J-03 folding is at least that of Go’s JSON decoder, long s and Kelvin sign included', () => {
  for (const [left, right] of [
    ['Version', 'version'],
    ['\u017figned', 'signed'],
    ['\u212aeys', 'keys'],
    ['META', 'meta'],
  ] as const) {
    assert.equal(fold(left), fold(right));
  }
  assert.notEqual(fold('keys'), fold('key'));
  const known = new Set(['version']);
  assert.equal(mismatchKnown(['version', 'x', 'VERSION'], known), 'VERSION');
  assert.equal(mismatchKnown(['version', 'x', 'y'], known), undefined);
  assert.equal(mismatchKnown(['x', 'X'], known), 'X');
});
