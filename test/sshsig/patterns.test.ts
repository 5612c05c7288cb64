/** Patterns match as OpenSSH’s do, and cost nothing even when they are made to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExact, matchesList } from '../../src/sshsig/patterns.ts';

test('a pattern matches what its definition says, letter by letter', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      assert.equal(matchesList(text, [pattern]), slowly(text, pattern));
    }),
    { seed: 42, numRuns: 3000 },
  );
});

test('a list matches when one does and none forbids, wherever that stands', () => {
  assert.equal(matchesList('alice', ['bob', 'a*']), true);
  assert.equal(matchesList('alice', ['!alice', 'a*']), false);
  assert.equal(matchesList('alice', ['a*', '!al*']), false);
  assert.equal(matchesList('alice', ['!bob']), false);
  assert.equal(matchesList('alice', []), false);
});

test('a pattern of many stars before a name that almost fits is answered at once', () => {
  const started = performance.now();
  assert.equal(matchesList('a'.repeat(1000), [`${'*a'.repeat(500)}b`]), false);
  assert.ok(performance.now() - started < 1000);
});

test('exact is what stands for itself only', () => {
  for (const name of ['alice@example.org', 'a b', '#', 'é']) assert.equal(isExact(name), true, name);
  for (const name of ['', '*', 'a?', '!a', 'a!', 'a,b']) assert.equal(isExact(name), false, name);
});

function slowly(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*')) return slowly(text, rest) || (text !== '' && slowly(text.slice(1), pattern));
  return text !== '' && (pattern.startsWith('?') || pattern[0] === text[0]) && slowly(text.slice(1), rest);
}
