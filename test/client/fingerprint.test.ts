/** A root is compared by digest or by ear: the same bytes say the same words, and no word is easily taken for another. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { rootFingerprint } from '../../src/client/pin/fingerprint.ts';
import { SPOKEN_WORDS } from '../../src/client/pin/spoken-words.ts';
import { refused } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const upstream = new SimulatedUpstream().publish();

test('a root is named by digest, version and eight words, one for each of the first bytes', () => {
  const digest = createHash('sha256').update(upstream.firstRoot).digest();
  assert.deepEqual(rootFingerprint(upstream.firstRoot), {
    sha256: digest.toString('hex'),
    version: 1,
    spoken: [...digest.subarray(0, 8)].map((byte) => SPOKEN_WORDS[byte]).join(' '),
  });
});

test('the words are of the bytes: white space at the end changes them', () => {
  const spaced = Buffer.concat([upstream.firstRoot, Buffer.from('\n')]);
  assert.notEqual(rootFingerprint(spaced).spoken, rootFingerprint(upstream.firstRoot).spoken);
});

test('what is not a root has no fingerprint', () => {
  refused('TRUST_TYPE', () => rootFingerprint(upstream.file('timestamp.json')));
  refused('TRUST_JSON', () => rootFingerprint(Buffer.from('<html>')));
});

test('there are 256 words of 3 to 7 lower-case letters, in order', () => {
  assert.equal(SPOKEN_WORDS.length, 256);
  assert.deepEqual(
    SPOKEN_WORDS.filter((word) => !/^[a-z]{3,7}$/.test(word)),
    [],
  );
  assert.deepEqual(SPOKEN_WORDS, [...new Set(SPOKEN_WORDS)].sort());
});

test('any two words are at least three letters apart', () => {
  const close = SPOKEN_WORDS.flatMap((a, at) =>
    SPOKEN_WORDS.slice(at + 1).flatMap((b) => (distance(a, b) < 3 ? [`${a} ${b}`] : [])),
  );
  assert.deepEqual(close, []);
});

test('the list is the published one: a word that moves would change what people compare', () => {
  const digest = createHash('sha256').update(SPOKEN_WORDS.join('\n')).digest('hex');
  assert.equal(digest, '4f83685b12c09335183fbc5a722777d73af28f3b694f68583d2bcdb8e3362fef');
});

/** Letters to add, remove or replace, at least. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
