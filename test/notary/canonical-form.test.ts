/**
 * What signatures are over (5.1, N-10): the canonical form of what the file means, never its bytes; and files that two readers
 * would understand differently are refused.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeNotary } from '../../src/notary/documents.ts';
import { type NotaryTargets, type ParsedNotary, parseNotaryTargets } from '../../src/notary/metadata.ts';
import { readKey } from '../../src/notary/keys.ts';
import { countNotarySigners } from '../../src/notary/signatures.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { type Json, type JsonObject, jsonObject, parseJson } from '../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { TARGETS } from '../../src/tuf/names.ts';
import { runs } from '../property/runs.ts';
import { refused } from '../simulator/refused.ts';
import { LISTING, fileOf, fileOfText, signerNamed, targetsWith } from './files.ts';

const signer = signerNamed('targets');
const role = { keys: [readKey(signer.keyId, signer.keyObject, 'test')], threshold: 1 };

test('publishers write <, > and & escaped and sign them as they are: the parse is what is verified', () => {
  const meaning = targetsWith({ targets: { 'a&b<c>\u2028': LISTING } });
  const wire = JSON.stringify(meaning).replaceAll(/[&<>\u2028]/g, escaped);
  assert.match(wire, /a\\u0026b\\u003cc\\u003e\\u2028/);
  const parsed = read(fileOfText(wire, meaning, signer));
  assert.equal(signersOf(parsed), 1);
  assert.deepEqual([...parsed.payload.targets.keys()], ['a&b<c>\u2028']);
  assert.equal(Buffer.from(parsed.envelope.bytes).includes('\\u003c'), true);
});

test('order, white space and padding of the file change nothing', () => {
  const meaning = targetsWith({ targets: { b: LISTING, a: LISTING } });
  const reversed = Object.fromEntries(Object.entries(meaning).reverse());
  for (const wire of [JSON.stringify(meaning), JSON.stringify(reversed), ` ${JSON.stringify(meaning, null, 2)}\n`]) {
    assert.equal(signersOf(read(fileOfText(wire, meaning, signer))), 1);
  }
});

test('a changed value is no longer signed', () => {
  const meaning = targetsWith({ targets: { a: LISTING } });
  assert.equal(signersOf(read(fileOfText(JSON.stringify({ ...meaning, version: 2 }), meaning, signer))), 0);
});

test('N-10 members are sorted by UTF-8 bytes, which tuf-js does not', () => {
  const meaning = { '\u{1f600}': 1, '\uff21': 2, z: 3 };
  assert.equal(canonical(meaning), '{"z":3,"\uff21":2,"\u{1f600}":1}');
});

test('names with control characters verify, and what is written of them is JSON', () => {
  const name = 'line\nfeed\u0000"\\\u007f';
  const parsed = read(fileOf(targetsWith({ targets: { [name]: LISTING } }), signer));
  assert.deepEqual([...parsed.payload.targets.keys()], [name]);
  assert.equal(signersOf(parsed), 1);
  assert.ok(Buffer.from(parsed.envelope.message).includes('line\nfeed\u0000\\"\\\\\u007f'));
  assert.doesNotThrow(() => void JSON.parse(Buffer.from(parsed.envelope.bytes).toString('utf8')));
});

const LENGTH = '"length":3';
for (const [what, from, to] of [
  ['a fraction', LENGTH, '"length":1.5'],
  ['a whole number written as a fraction', LENGTH, '"length":1.0'],
  ['an exponent', LENGTH, '"length":1e3'],
  ['minus zero', LENGTH, '"length":-0'],
  ['2^53 + 1, which Go rounds before it verifies', LENGTH, '"length":9007199254740993'],
  ['a version that Go rounds', '"version":1', '"version":9007199254740993'],
  ['a member named twice', '"version":1', '"version":1,"version":1'],
  ['a target named twice', '"targets":{', `"targets":{"a":${JSON.stringify(LISTING)},`],
  ['a target named twice, once escaped', '"targets":{', `"targets":{"\\u0061":${JSON.stringify(LISTING)},`],
  ['a lone surrogate', '"a":', '"a\\ud800":'],
  ['text after the end', '"signatures":[]}', '"signatures":[]}}'],
] as const) {
  test(`N-10 ${what} is refused`, () => {
    const signed = JSON.stringify(targetsWith({ targets: { a: LISTING } }));
    const file = `{"signed":${signed},"signatures":[]}`;
    read(Buffer.from(file));
    assert.ok(file.includes(from));
    refused('TRUST_JSON', () => read(Buffer.from(file.replace(from, () => to))));
  });
}

for (const [what, from, to] of [
  ['signed', '"version":1', '"version":7,"Version":99'],
  ['the envelope', '{"signed"', '{"Signed":{},"signed"'],
  ['a target', LENGTH, '"length":3,"LENGTH":4'],
  ['a delegation', '"roles":[]', '"roles":[],"Roles":[]'],
  ['signed, by a letter that folds to it', '"version":1', '"version":1,"ver\u017fion":99'],
] as const) {
  test(`N-10 a member of ${what} that Go takes for another is refused`, () => {
    const signed = JSON.stringify(targetsWith({ targets: { a: LISTING } }));
    const file = `{"signed":${signed},"signatures":[]}`;
    assert.ok(file.includes(from));
    refused('TRUST_MALFORMED', () => read(Buffer.from(file.replace(from, to))));
  });
}

const text = fc.string({
  unit: fc.constantFrom(...Array.from('ab"\\/\u0000\u001f\u007fé\u0301<>&\u2028Ａ\uffff\ue000\ud7ff😀\u{10ffff}z0')),
});
const anyJson = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((number) => number + 0),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((members) => new Map(members)),
  ),
})).value;

test('the canonical form is that of the dialect’s description, written a second time', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      assert.equal(Buffer.from(canonicalize(value)).toString('latin1'), described(value));
    }),
    runs(300, 20_000),
  );
});

test('whatever we write is read back to what was signed', () => {
  fc.assert(
    fc.property(text, anyJson, (name, value) => {
      const signed = jsonObject({ custom: new Map([[name, value]]) });
      const bytes = writeNotary(signed, []);
      const read = parseJson(bytes, 'law') as JsonObject;
      assert.deepEqual(canonicalize(read.get('signed') ?? null), canonicalize(signed));
      assert.deepEqual([...read.keys()], ['signed', 'signatures']);
    }),
    runs(300, 20_000),
  );
});

/** 5.1 in a few lines, over byte strings instead of text. */
function described(value: Json): string {
  const utf8 = (string: string): string => Buffer.from(string, 'utf8').toString('latin1');
  const quoted = (bytes: string): string => `"${bytes.split('\\').join('\\\\').split('"').join('\\"')}"`;
  if (typeof value === 'string') return quoted(utf8(value));
  if (Array.isArray(value)) return `[${value.map(described).join(',')}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  // Latin-1 code units are bytes, so their order is that of the bytes.
  const members = [...value].map(([name, member]): [string, string] => [utf8(name), described(member)]);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${quoted(name)}:${member}`).join(',')}}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function canonical(value: unknown): string {
  return Buffer.from(canonicalize(parseJson(Buffer.from(JSON.stringify(value)), 'test'))).toString('utf8');
}

function read(bytes: Uint8Array): ParsedNotary<NotaryTargets> {
  return parseNotaryTargets(bytes, TARGETS, DEFAULT_LIMITS);
}

function signersOf({ envelope }: ParsedNotary<NotaryTargets>): number {
  return countNotarySigners(role, envelope.message, envelope.signatures);
}
