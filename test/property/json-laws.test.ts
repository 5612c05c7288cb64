/** Laws of the language (J-01 to J-05): reading, writing and canonical form, tried on values that nobody thought of. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../src/errors.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { type Json, parseJson, stringifyJson } from '../../src/tuf/json.ts';
import { runs } from './runs.ts';

const { canonicalize: theirs } = tufJsCanonicalJson();
/** The same strings that UTF-8 can carry: whole code points, controls and astral ones included. */
const text = fc.string({
  unit: fc.constantFrom(...Array.from('ab"\\/\u0000\u001f\u007fé\u0301ﬁＡ\uffff\ue000\ud7ff😀\u{10ffff}z0')),
});
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 2 })).map((value) => value + 0);

function jsonOf(strings: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  return fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      integer,
      strings,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(strings, tie('value')), { maxLength: 5 }).map((members) => new Map(members)),
    ),
  })).value;
}

test('what is written is read back to the same value, members in the same order', () => {
  fc.assert(
    fc.property(jsonOf(text), (value) => {
      const read = parse(stringifyJson(value));
      assert.deepEqual(read, value);
      assert.equal(stringifyJson(read), stringifyJson(value));
    }),
    runs(300, 20_000),
  );
});

test('the canonical form of a canonical form is itself, and does not depend on spacing or order', () => {
  const printable = text.filter((string) => !/[\u0000-\u001f]/.test(string));
  fc.assert(
    fc.property(jsonOf(printable), (value) => {
      const canonical = canonicalize(value);
      assert.deepEqual(canonicalize(parse(Buffer.from(canonical).toString('utf8'))), canonical);
      assert.deepEqual(canonicalize(shuffled(value)), canonical);
    }),
    runs(300, 20_000),
  );
});

test('J-02 the canonical form is that of tuf-js wherever no astral member name is involved', () => {
  const plain = text.filter((string) => !/[\ud800-\udfff]/.test(string) && string !== '__proto__');
  fc.assert(
    fc.property(jsonOf(plain), (value) => {
      assert.equal(Buffer.from(canonicalize(value)).toString('utf8'), theirs(asObject(value)));
    }),
    runs(300, 20_000),
  );
});

test('J-02 the order of members is that of their UTF-8 bytes, which tuf-js gets wrong', () => {
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 8 }), (names) => {
      const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const written = Buffer.from(canonicalize(new Map(names.map((name) => [name, 0])))).toString('utf8');
      const quote = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}":0`;
      assert.equal(written, `{${sorted.map(quote).join()}}`);
    }),
    runs(300, 20_000),
  );
});

test('what is accepted, the runtime accepts too, and reads to the same value', () => {
  fc.assert(
    fc.property(fc.oneof(damaged(), fc.string(), fc.json()), (input) => {
      const bytes = Buffer.from(input, 'utf8');
      const read = parsedOrRefused(bytes);
      if (read !== undefined) assert.deepEqual(asObject(read), withoutPrototypes(JSON.parse(bytes.toString('utf8'))));
    }),
    runs(1500, 100_000),
  );
});

test('any bytes at all are read or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void parsedOrRefused(bytes)),
    runs(1000, 100_000),
  );
});

/** JSON text with one character replaced, removed or doubled: near misses. */
function damaged(): fc.Arbitrary<string> {
  const junk = fc.constantFrom(...Array.from('"\\{}[]:,0-1.eE \n\u0000\ud800'), 'null', '\\u0061', '\\ud800', '-0');
  return fc.tuple(jsonOf(text).map(stringifyJson), fc.nat(), fc.nat(2), junk).map(([json, place, remove, insert]) => {
    const at = json.length === 0 ? 0 : place % json.length;
    return `${json.slice(0, at)}${insert}${json.slice(at + remove)}`;
  });
}

function parsedOrRefused(bytes: Uint8Array): Json | undefined {
  try {
    return parseJson(bytes, 'law');
  } catch (error) {
    if (isRefusal(error, 'TRUST_JSON')) return undefined;
    throw error;
  }
}

function parse(json: string): Json {
  return parseJson(Buffer.from(json, 'utf8'), 'law');
}

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled);
  if (!(value instanceof Map)) return value;
  return new Map([...value].reverse().map(([name, member]): [string, Json] => [name, shuffled(member)]));
}

/** As plain objects, which is what the runtime and tuf-js read. */
function asObject(value: Json): unknown {
  if (Array.isArray(value)) return value.map(asObject);
  if (!(value instanceof Map)) return value;
  const object = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of value) object[name] = asObject(member);
  return object;
}

function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const object = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value)) object[name] = withoutPrototypes(member);
  return object;
}

/** It is tuf-js’s own dependency, so it is asked for as tuf-js would ask. */
function tufJsCanonicalJson(): { canonicalize: (value: unknown) => string } {
  const fromHere = createRequire(import.meta.url);
  const fromModels = createRequire(createRequire(fromHere.resolve('tuf-js')).resolve('@tufjs/models'));
  return fromModels('@tufjs/canonical-json') as { canonicalize: (value: unknown) => string };
}
