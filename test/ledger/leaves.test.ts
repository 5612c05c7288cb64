/**
 * A leaf is its exact bytes: they are read back as they were written, others can write the same ones (RFC 8785), they say
 * where they stand, and nothing that is not one of our typed events gets in (T-07).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../src/errors.ts';
import { type AnyEvent, decodeLeaf, encodeLeaf, MOST_LEAF_BYTES } from '../../src/ledger/events/leaf.ts';
import type { EventType } from '../../src/ledger/events/types.ts';
import { firstOf } from '../../src/ledger/transcript.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { parseJson } from '../../src/tuf/json.ts';
import { eventOf, TYPES } from './bodies.ts';

const RUNS = { numRuns: 10 };

function isOutOfPlace(error: unknown, entry: number): boolean {
  return isRefusal(error, 'STATE_LEDGER') && error.message.includes(`Entry ${entry} of the ledger`);
}

/** One of each, always the same. */
function sample(type: EventType, n = 5): AnyEvent {
  const [event] = fc.sample(eventOf(type, fc.constant(n)), { numRuns: 1, seed: 7 });
  assert.ok(event);
  return event;
}

function valueOf(leaf: Buffer): { body: Record<string, unknown> } & Record<string, unknown> {
  return JSON.parse(leaf.toString('utf8')) as ReturnType<typeof valueOf>;
}

for (const type of TYPES) {
  void test(`${type}: what is written is read back, in at most 65,535 bytes that are the canonical form`, () => {
    fc.assert(
      fc.property(eventOf(type), (event) => {
        const leaf = encodeLeaf(event);
        assert.ok(leaf.length <= MOST_LEAF_BYTES);
        assert.deepEqual(decodeLeaf(leaf, event.n), event);
        assert.deepEqual(encodeLeaf(decodeLeaf(leaf, event.n)), leaf, 'read and written again');
        // Written by whoever has no code of ours: names in order, integers, the shortest escapes.
        const names = Object.keys(valueOf(leaf));
        assert.deepEqual(names, [...names].sort());
      }),
      RUNS,
    );
  });

  void test(`${type}: a member less, a member more, or one of another kind is no event of its type`, () => {
    const event = sample(type);
    for (const name of Object.keys(event.body)) {
      const less = Object.fromEntries(Object.entries(event.body).filter(([one]) => one !== name));
      for (const body of [less, { ...event.body, [`${name}x`]: 1 }, { ...event.body, [name]: { 1: 2.5 } }]) {
        const bent = { ...event, body } as AnyEvent;
        assert.throws(() => encodeLeaf(bent), RangeError, name);
        const value = { ...valueOf(encodeLeaf(event)), body };
        assert.throws(
          () => decodeLeaf(Buffer.from(JSON.stringify(value)), event.n),
          (error) => isOutOfPlace(error, event.n),
          name,
        );
      }
    }
  });
}

void test('the canonical form is RFC 8785’s: what the metadata’s own canonical form agrees on is the same', () => {
  for (const type of ['limits.set', 'serve.timestamp', 'export'] as const) {
    const leaf = encodeLeaf(sample(type));
    assert.deepEqual(Buffer.from(canonicalize(parseJson(leaf, 'a leaf'))), leaf);
  }
});

void test('a leaf that was moved contradicts itself, and says which entry it claims to be', () => {
  const leaf = encodeLeaf(sample('export', 5));
  assert.throws(
    () => decodeLeaf(leaf, 6),
    (error) => isOutOfPlace(error, 6) && error instanceof Error && error.message.includes('says that it is entry 5'),
  );
});

void test('the index, the nonce, the cause, the actor and the time have one form each', () => {
  const event = sample('export');
  const value = valueOf(encodeLeaf(event));
  for (const [name, wrong] of [
    ['n', -1],
    ['n', 5.5],
    ['n', '5'],
    ['nonce', ''],
    ['nonce', 'AB'.repeat(16)],
    ['nonce', 'ab'.repeat(15)],
    ['cause', ''],
    ['cause', 'ab'.repeat(31)],
    ['actor', 'alice'],
    ['actor', 'a-XYZ'],
    ['actor', 'system:'],
    ['mirror_id', 'the mirror'],
    ['at', '2026-01-01'],
    ['at', '2026-01-01T00:00:00.000Z'],
    ['at', '2026-01-01T00:00:00+00:00'],
    ['schema', 'countersign-event/2'],
    ['type', 'constructor'],
    ['type', 'import.published'],
    ['body', []],
    ['body', null],
    ['extra', 1],
  ] as const) {
    const bent = Buffer.from(JSON.stringify({ ...value, [name]: wrong }));
    assert.throws(
      () => decodeLeaf(bent, 5),
      (error) => isOutOfPlace(error, 5),
      `${name}: ${String(wrong)}`,
    );
  }
});

void test('bytes that are no JSON, not an object, or cut off are no leaf', () => {
  const leaf = encodeLeaf(sample('export'));
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('null'),
    Buffer.from('[]'),
    leaf.subarray(0, -1),
    Buffer.from('"x"'),
  ])
    assert.throws(
      () => decodeLeaf(bytes, 5),
      (error) => isOutOfPlace(error, 5),
    );
});

void test('an event that would not fit into 65,535 bytes is refused before anything is appended', () => {
  const fits = sample('upstream.enrol');
  const wide = (length: number): AnyEvent =>
    ({ ...fits, body: { ...fits.body, selection: '\u0001'.repeat(length) } }) as AnyEvent;
  assert.ok(encodeLeaf(wide(9000)).length < MOST_LEAF_BYTES);
  assert.throws(() => encodeLeaf(wide(12_000)), /upstream\.enrol has \d+ bytes/);
});

void test('W-07: upstream’s contradiction has room in its leaf, whatever upstream calls its roles', () => {
  const event = sample('equivocation');
  for (const name of ['r'.repeat(5000), '\u0001'.repeat(5000), '\u{1f512}'.repeat(900), '"\\'.repeat(2000)]) {
    const labels = Array.from({ length: 60 }, (_, index) => `${name}${index}@1`);
    const files = firstOf(labels);
    assert.ok(files.length >= 1);
    encodeLeaf({ ...event, body: { ...event.body, files, files_count: labels.length } } as AnyEvent);
  }
  assert.deepEqual(firstOf(['team@3', 'targets@2']), ['team@3', 'targets@2']);
});

void test('two events that say the same have different leaves: a nonce is drawn for each', () => {
  const event = sample('export');
  const [one, other] = ['a', 'b'].map((digit) => encodeLeaf({ ...event, nonce: digit.repeat(32) }));
  assert.notDeepEqual(one, other);
});
