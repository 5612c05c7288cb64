/** Which target files come, go or are replaced, and what roles say of them besides. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../../src/tuf/json.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { filesOf, linesOf, summaryOf } from './sides.ts';

const sha = (text: string, algorithm = 'sha256'): string => createHash(algorithm).update(text).digest('hex');
const short = (text: string, algorithm = 'sha256'): string => `${algorithm} ${sha(text, algorithm).slice(0, 16)}...`;

/** Two states of one upstream: `change` makes the second. */
function pair(change: (upstream: SimulatedUpstream) => void) {
  const upstream = new SimulatedUpstream().add('kept', 'kept').add('old', 'old text');
  const before = filesOf(upstream.publish());
  change(upstream);
  return [before, filesOf(upstream.publish('targets'))] as const;
}

function entry(signed: JsonObject, path: string): JsonObject {
  const found = (signed.get('targets') as Map<string, Json>).get(path);
  assert.ok(found instanceof Map);
  return found;
}

/** The entry of `kept` as the second state has it. */
function altered(change: (entry: JsonObject) => void, later: (entry: JsonObject) => void = () => undefined) {
  const upstream = new SimulatedUpstream().add('kept', 'kept');
  upstream.alter('targets', (signed) => change(entry(signed, 'kept')));
  const before = filesOf(upstream.publish());
  upstream.alter('targets', (signed) => {
    change(entry(signed, 'kept'));
    later(entry(signed, 'kept'));
  });
  return summaryOf(before, filesOf(upstream.publish('targets')));
}

test('new, gone and replaced files are said with length and digest', () => {
  const summary = summaryOf(
    ...pair((upstream) => {
      upstream.add('new', 'new').add('old', 'new text');
      upstream.targets.targets.delete('kept');
    }),
  );
  assert.deepEqual(linesOf(summary, 'target-added'), [`"new" in targets: 3 bytes, ${short('new')}`]);
  assert.deepEqual(linesOf(summary, 'target-removed'), [`"kept" in targets: 4 bytes, ${short('kept')}`]);
  assert.deepEqual(linesOf(summary, 'target-replaced'), [
    `"old" in targets: 8 bytes, ${short('old text')} -> 8 bytes, ${short('new text')}`,
  ]);
});

test('lines come by name, whatever order upstream writes', () => {
  const summary = summaryOf(
    ...pair((upstream) => upstream.add('b', 'b').add('a', 'a').add('\u{1f600}', 'x').add('B', 'B')),
  );
  assert.deepEqual(
    linesOf(summary, 'target-added').map((line) => line.split(' in ')[0]),
    ['"B"', '"a"', '"b"', '"\\ud83d\\ude00"'],
  );
});

test('the same bytes under other digests are the same file', () => {
  const both = (hashes: JsonObject): void => void hashes.set('sha512', sha('kept', 'sha512'));
  const more = altered(
    () => undefined,
    (entry) => both(entry.get('hashes') as JsonObject),
  );
  assert.deepEqual(linesOf(more, 'target-words'), [
    `"kept" in targets: listed with other digests: 4 bytes, ${short('kept')} -> 4 bytes, ${short('kept')}, ${short('kept', 'sha512')}`,
  ]);
  assert.deepEqual(linesOf(more, 'target-replaced'), []);
});

test('a digest that both have and that differs is another file, and so is one without a digest in common', () => {
  const both = (entry: JsonObject): void =>
    void (entry.get('hashes') as JsonObject).set('sha512', sha('kept', 'sha512'));
  const other = altered(
    both,
    (entry) => void (entry.get('hashes') as JsonObject).set('sha512', sha('other', 'sha512')),
  );
  assert.equal(linesOf(other, 'target-replaced').length, 1);
  const apart = altered(
    () => undefined,
    (entry) => void entry.set('hashes', new Map([['sha512', sha('kept', 'sha512')]])),
  );
  assert.equal(linesOf(apart, 'target-replaced').length, 1);
  const length = altered(
    () => undefined,
    (entry) => void entry.set('length', 5),
  );
  assert.equal(linesOf(length, 'target-replaced').length, 1);
});

test('a length of zero that is left out is said to be, because others do not read it so', () => {
  const upstream = new SimulatedUpstream().add('empty', '');
  upstream.alter('targets', (signed) => void entry(signed, 'empty').delete('length'));
  const before = filesOf(upstream.publish());
  upstream.alter('targets', () => undefined);
  assert.deepEqual(linesOf(summaryOf(before, filesOf(upstream.publish('targets'))), 'target-words'), [
    '"empty" in targets: its length is written as 0, before as absent',
  ]);
});

test('custom is compared member by member, and said of a new file too', () => {
  const custom = (status: string, more: readonly (readonly [string, Json])[] = []) =>
    new Map<string, Json>([['sigstore', new Map<string, Json>([['status', status], ...more])]]);
  const changed = altered(
    (entry) => void entry.set('custom', custom('Active', [['usage', 'CTFE']])),
    (entry) => void entry.set('custom', custom('Expired', [['usage', 'CTFE']])),
  );
  assert.deepEqual(linesOf(changed, 'target-words'), [
    '"kept" in targets: upstream\'s own "custom" > "sigstore" > "status": "Active" -> "Expired"',
  ]);
  const came = altered(
    () => undefined,
    (entry) => void entry.set('custom', custom('Active', [['list', [1, 'two', null, true]]])),
  );
  assert.deepEqual(linesOf(came, 'target-words'), [
    '"kept" in targets: upstream\'s own "custom": absent -> {"sigstore": {"list": [1, "two", null, true], "status": "Active"}}',
  ]);
});

test('a value that is too long for a line is cut under its digest', () => {
  const words = (tail: string): string => `${'x'.repeat(150)}${tail}`;
  const lines = [words('a'), words('b')].map((text) =>
    linesOf(
      altered(
        () => undefined,
        (entry) => void entry.set('note', [text]),
      ),
      'target-words',
    ).join('\n'),
  );
  assert.match(lines[0] ?? '', /absent -> \["x{118}\.\.\. \[1\d\d characters, sha256 [0-9a-f]{16}\.\.\.\]$/);
  assert.notEqual(lines[0], lines[1]);
});

test('all targets of a role that comes or goes are listed', () => {
  const upstream = new SimulatedUpstream();
  const without = filesOf(upstream.publish());
  upstream.author.delegate('targets', 'dev', { paths: ['*'] });
  const having = filesOf(upstream.add('x', 'x', 'dev').publish('targets'));
  assert.deepEqual(linesOf(summaryOf(without, having), 'target-added'), [`"x" in "dev": 1 bytes, ${short('x')}`]);
  assert.deepEqual(linesOf(summaryOf(having, without), 'target-removed'), [`"x" in "dev": 1 bytes, ${short('x')}`]);
});
