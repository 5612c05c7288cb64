/**
 * What real JSON readers disagree on is refused (J-03 to J-07), each input of the catalogue’s differential table by name;
 * what they agree on is read to the same value.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json, type JsonObject, parseJson, stringifyJson } from '../../src/tuf/json.ts';
import { refused } from '../simulator/refused.ts';

const REFUSED: Readonly<Record<string, readonly (readonly [input: string | Uint8Array, what: RegExp])[]>> = {
  'J-03 a member that is there twice, at any depth and after unescaping': [
    ['{"a":1,"a":2}', /“a” twice/],
    ['{"a":1,"\\u0061":2}', /“a” twice/],
    ['{"version":1,"\\u0076ersion":2}', /“version” twice/],
    ['{"signed":{},"signatures":[],"signed":{}}', /“signed” twice/],
    ['{"signatures":[],"signed":{},"signatures":[]}', /“signatures” twice/],
    ['{"signed":{"targets":{"x":1,"x":1}}}', /“x” twice/],
    ['[[[{"":1,"":2}]]]', /twice/],
    ['{"\\ud83d\\ude00":1,"😀":2}', /twice/],
    ['{"__proto__":1,"__proto__":2}', /twice/],
  ],
  'J-04 a number that is not a plain integer within ±(2^53−1)': [
    ['1e3', /plain integer/],
    ['1E2', /plain integer/],
    ['1.0', /plain integer/],
    ['-0', /plain integer/],
    ['01', /plain integer/],
    ['-01', /plain integer/],
    ['-', /plain integer/],
    ['1.', /plain integer/],
    ['.5', /is not JSON/],
    ['+1', /is not JSON/],
    ['0x10', /content after/],
    ['NaN', /is not JSON/],
    ['Infinity', /is not JSON/],
    ['-Infinity', /plain integer/],
    ['9007199254740992', /beyond/],
    ['9007199254740993', /beyond/],
    ['-9007199254740992', /beyond/],
    [`1${'0'.repeat(400)}`, /plain integer/],
    ['9'.repeat(1_000_000), /plain integer/],
  ],
  'J-05 a text that is not exactly UTF-8, or holds a lone surrogate': [
    [bytes(0x22, 0xff, 0x22), /UTF-8/],
    [bytes(0x22, 0xc0, 0xaf, 0x22), /UTF-8/],
    [bytes(0x22, 0xe0, 0x80, 0xaf, 0x22), /UTF-8/],
    [bytes(0x22, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, 0x22), /UTF-8/],
    [bytes(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22), /UTF-8/],
    [bytes(0x22, 0xe2, 0x82, 0x22), /UTF-8/],
    [bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d), /is not JSON/],
    [Buffer.from('{}', 'utf16le'), /is not JSON|without a name/],
    [bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00), /UTF-8/],
    ['"\\ud800"', /lone surrogate/],
    ['"\\udc00\\ud800"', /lone surrogate/],
    ['"\\ud83dx"', /lone surrogate/],
    ['{"\\udfff":1}', /lone surrogate/],
  ],
  'J-07 anything after the end, or nothing at all': [
    ['{} {}', /after its end/],
    ['{}x', /after its end/],
    ['{}\u0000', /after its end/],
    ['', /ends too early/],
    [' \n', /ends too early/],
  ],
  'R-06 nesting beyond the bound, however deep': [
    ['['.repeat(66), /deeper than 64/],
    ['['.repeat(200_000), /deeper than 64/],
    ['{"a":'.repeat(200_000), /deeper than 64/],
  ],
  'J-07 broken grammar that lenient readers let pass': [
    ['{"a":1,}', /without a name/],
    ['[1,]', /is not JSON/],
    ['[1 2]', /not closed/],
    ['{"a" 1}', /lacks a “:”/],
    ['{a:1}', /without a name/],
    ["{'a':1}", /without a name/],
    ['{"a":1', /not closed/],
    ['["a', /string that is not closed/],
    ['"a\\', /escape/],
    ['"a\nb"', /raw control/],
    ['"\\n\u001f"', /raw control/],
    ['"\\x41"', /unknown escape/],
    ['"\\u12G4"', /broken \\u/],
    ['"\\u12"', /broken \\u/],
    ['/* */ {}', /is not JSON/],
    ['tru', /is not JSON/],
    ['nulL', /is not JSON/],
    ['\u00a0{}', /is not JSON/],
    ['\f1', /is not JSON/],
  ],
};

for (const [what, inputs] of Object.entries(REFUSED)) {
  test(`${what} is refused`, () => {
    for (const [input, problem] of inputs) {
      const refusal = refused('TRUST_JSON', () => read(input));
      assert.match(refusal.what, problem);
      assert.ok(refusal.what.length < 200, 'the message repeats the input');
    }
  });
}

test('J-06 names that mean something to JavaScript are names like any other', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
  const value = read(`{${names.map((name) => `"${name}":1`).join()}}`) as JsonObject;
  assert.deepEqual([...value.keys()], names);
  assert.equal((read('{}') as JsonObject).get('constructor'), undefined);
});

test('J-01 members and items keep their order, integer-like names included', () => {
  assert.equal(stringifyJson(read('{"dev":[3,1,2],"10":{},"2":[]}')), '{"dev":[3,1,2],"10":{},"2":[]}');
});

test('J-04 the largest and smallest integers are read exactly', () => {
  const text = '[0,9007199254740991,-9007199254740991,2147483647,-1]';
  assert.equal(stringifyJson(read(text)), text);
});

test('strings are read with every escape, astral characters and U+0000 included', () => {
  assert.equal(read('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00 😀 é \\u0000"'), '"\\/\b\f\n\r\tA😀 😀 é \0');
  assert.equal(read(' \t\r\n"" '), '');
});

test('nesting up to the bound is read, and the bound is the caller’s', () => {
  assert.ok(Array.isArray(read(`${'['.repeat(64)}1${']'.repeat(64)}`)));
  refused('TRUST_JSON', () => parseJson(Buffer.from('[[1]]'), 'file', 1));
});

test('messages name the file without its control characters, and never its content', () => {
  const { what, details } = refused('TRUST_JSON', () => parseJson(Buffer.from('{"secret'), 'a\u202eb.json'));
  assert.equal(what, 'a\\u202eb.json has a string that is not closed (at character 2).');
  assert.equal(details['at'], 2);
});

function read(input: string | Uint8Array): Json {
  return parseJson(typeof input === 'string' ? Buffer.from(input, 'utf8') : input, 'file');
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}
