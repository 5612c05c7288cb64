/** Path patterns (D-04): the specification’s meaning, in a table, and work that grows with pattern × name at most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busiestBlock } from './steps.ts';
import { isAmbiguousPattern, matchesPattern } from '../../src/tuf/glob.ts';

const TABLE: readonly (readonly [pattern: string, matches: readonly string[], others: readonly string[]])[] = [
  ['a', ['a'], ['A', 'b', 'aa', '', 'a/', '/a']],
  ['*', ['a', 'a.b', '', '.hidden', '..', '😀', '*', 'e\u0301'], ['a/b', '/', 'a/']],
  ['a/*', ['a/b', 'a/', 'a/.b'], ['a', 'b/a', 'a/b/c', 'A/b']],
  ['*/*', ['a/b', '/'], ['a', 'a/b/c']],
  ['*.tgz', ['a.tgz', '.tgz', 'a.b.tgz', '.a.tgz'], ['a.tgz/', 'a.tgz.sig', 'a/b.tgz', 'a.TGZ', 'tgz']],
  [
    'foo-version-?.tgz',
    ['foo-version-2.tgz', 'foo-version-a.tgz', 'foo-version-😀.tgz'],
    ['foo-version-.tgz', 'foo-version-10.tgz', 'foo-version-/.tgz'],
  ],
  ['?', ['a', '😀', '.', '?'], ['', 'ab', '/', 'e\u0301']],
  ['a*b*c', ['abc', 'axbxc', 'abbcc', 'abcabc'], ['ab', 'acb', 'abcd']],
  ['**', ['', 'a', 'ab'], ['a/b']],
  ['a**b', ['ab', 'axxb'], ['a/b']],
  ['**/a', ['x/a', '/a'], ['a', 'x/y/a']],
  ['[abc]', ['a', 'c'], ['d', '', 'ab', 'A', '[abc]']],
  ['[0-9]x', ['0x', '5x', '9x'], ['ax', 'x', '-x']],
  ['[a-cx-z]', ['b', 'y'], ['d', '-']],
  ['[a-]', ['a', '-'], ['b']],
  ['[]a]', [']', 'a'], ['b', '[]a]']],
  ['[*]', ['*'], ['a']],
  ['[', ['['], ['a', '']],
  ['[a', ['[a'], ['a']],
  ['a]', ['a]'], ['a']],
  ['[]', ['[]'], ['']],
  // Clients read these differently; here every character but * ? [ means itself.
  ['!a', ['!a'], ['b', 'a']],
  ['[!a]', ['!', 'a'], ['b']],
  ['[^a]', ['^', 'a'], ['b']],
  ['{a,b}', ['{a,b}'], ['a', 'b']],
  ['+(a|b)', ['+(a|b)'], ['a', 'ab']],
  ['#x', ['#x'], ['x']],
  ['\\*', ['\\*', '\\x'], ['*']],
  ['', [''], ['a', '/']],
  ['Straße', ['Straße'], ['Strasse', 'STRASSE', 'STRASSE']],
  ['\u00e9', ['\u00e9'], ['e\u0301']],
];

test('D-04 patterns mean what the specification says, and case, dots and code points are as written', () => {
  for (const [pattern, matches, others] of TABLE) {
    for (const name of matches) assert.ok(matchesPattern(pattern, name), `“${pattern}” should match “${name}”`);
    for (const name of others) assert.ok(!matchesPattern(pattern, name), `“${pattern}” should not match “${name}”`);
  }
});

test('D-04 patterns that clients read differently are told apart from those they agree on', () => {
  const ambiguous = ['!a', '[!a]', '[a-z]', '{a,b}', '+(a)', '@(a)', '#x', 'a\\b', '^', 'a]', 'a(b'];
  const plain = ['*', 'a/*', 'a?', 'a.b-c_d', '*.tgz', 'a/é', '.hidden', '~a', 'a,b', "a'b"];
  for (const pattern of ambiguous) assert.ok(isAmbiguousPattern(pattern), pattern);
  for (const pattern of plain) assert.ok(!isAmbiguousPattern(pattern), pattern);
});

const HOSTILE: readonly (readonly [what: string, pattern: (size: number) => string, name: (size: number) => string])[] =
  [
    ['fifty stars', () => `${'*a'.repeat(50)}b`, (size) => 'a'.repeat(size)],
    ['a star and a long tail that nearly fits', (size) => `*${'a'.repeat(size)}b`, (size) => 'a'.repeat(2 * size)],
    ['brackets that are never closed', (size) => `*${'['.repeat(size)}x`, (size) => '['.repeat(2 * size)],
    ['one bracket class as long as a name', (size) => `*[${'b'.repeat(size)}]c`, (size) => 'a'.repeat(2 * size)],
    ['many bracket classes', (size) => `*${'[ab]'.repeat(size / 4)}c`, (size) => 'ab'.repeat(size)],
  ];

test('D-04 no pattern costs more steps than its length times that of the name', () => {
  for (const [what, pattern, name] of HOSTILE) {
    const [hostile, target] = [pattern(400), name(400)];
    const bound = hostile.length * target.length;
    const steps = busiestBlock(() => assert.ok(!matchesPattern(hostile, target)));
    assert.ok(steps <= bound, `${what}: ${String(steps)} steps for ${String(bound)}`);
    const searched = searchedElements(() => matchesPattern(hostile, target));
    assert.ok(searched <= bound, `${what}: ${String(searched)} elements searched for ${String(bound)}`);
  }
});

/** The engine’s own loops are not counted as blocks: how many elements `indexOf` looked at. */
function searchedElements(work: () => void): number {
  const original = Object.getOwnPropertyDescriptor(Array.prototype, 'indexOf') ?? {};
  let searched = 0;
  const indexOf = function (this: unknown[], wanted: unknown, from = 0): number {
    searched += this.length - from;
    return this.findIndex((element, at) => at >= from && element === wanted);
  };
  Object.defineProperty(Array.prototype, 'indexOf', { ...original, value: indexOf });
  try {
    work();
  } finally {
    Object.defineProperty(Array.prototype, 'indexOf', original);
  }
  return searched;
}

test('D-04 a pattern with many parts is compared part by part', () => {
  const deep = 'a/'.repeat(2000);
  const steps = busiestBlock(() => assert.ok(!matchesPattern(`${deep}x`, `${deep}y`)));
  assert.ok(steps <= 4 * deep.length, String(steps));
});
