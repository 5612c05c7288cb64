/** Canonical JSON as securesystemslib writes it, by golden vectors for every place where encoders differ (J-01, J-02). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize, compareUtf8 } from '../../src/tuf/canonical.ts';
import { type Json, jsonObject, parseJson } from '../../src/tuf/json.ts';

const VECTORS: readonly (readonly [scenario: string, input: string, canonical: string])[] = [
  [
    'members are sorted, at every level, and white space goes',
    '{ "b" : 1, "a" : { "d":[ ], "c":{ } } }',
    '{"a":{"c":{},"d":[]},"b":1}',
  ],
  [
    'J-01 integer-like names are sorted as text and items keep their order',
    '{"dev":[3,1,2],"10":1,"2":1,"1":1}',
    '{"1":1,"10":1,"2":1,"dev":[3,1,2]}',
  ],
  ['J-02 an astral name comes after U+FF21, as its UTF-8 bytes do', '{"😀":1,"Ａ":2,"z":3}', '{"z":3,"Ａ":2,"😀":1}'],
  [
    'J-02 the same deeper in a name',
    '{"a😀":1,"a\uffff":2,"a":3,"a\\ud7ff":4}',
    '{"a":3,"a\ud7ff":4,"a\uffff":2,"a😀":1}',
  ],
  ['J-02 only the backslash and the quote are escaped', '"\\\\ \\" \\/ \\u0041"', '"\\\\ \\" / A"'],
  ['J-02 control characters are written raw', '"\\u0000\\u001f\\n\\t\\u007f\\u2028"', '"\u0000\u001f\n\t\u007f\u2028"'],
  [
    'J-02 a PEM key keeps its line ends raw',
    '{"public":"-----BEGIN\\nAB\\r\\n-----"}',
    '{"public":"-----BEGIN\nAB\r\n-----"}',
  ],
  [
    'J-02, J-09 nothing is normalised: é composed and decomposed stay two names',
    '{"e\u0301":1,"\u00e9":2}',
    '{"e\u0301":1,"\u00e9":2}',
  ],
  [
    'names with quotes and backslashes are sorted as they are and written escaped',
    '{"a\\"":1,"a\\\\":2,"aZ":3}',
    '{"a\\"":1,"aZ":3,"a\\\\":2}',
  ],
  ['the empty name comes first', '{"a":1,"":2}', '{"":2,"a":1}'],
  [
    'J-06 names that mean something to JavaScript are written like any other',
    '{"constructor":1,"__proto__":{"x":2}}',
    '{"__proto__":{"x":2},"constructor":1}',
  ],
  [
    'integers, truth values and null are written as themselves',
    '[0,-1,9007199254740991,true,false,null]',
    '[0,-1,9007199254740991,true,false,null]',
  ],
];

for (const [scenario, input, canonical] of VECTORS) {
  test(scenario, () => {
    assert.equal(Buffer.from(canonicalize(read(input))).toString('utf8'), canonical);
  });
}

test('J-02 the order of names is that of their UTF-8 bytes, also where UTF-16 differs', () => {
  const names = [
    '',
    '\u0000',
    'A',
    'a',
    'ab',
    '\u007f',
    '\u0080',
    '\ud7ff',
    '\ue000',
    '\uff21',
    '\uffff',
    '😀',
    '\u{10ffff}',
  ];
  assert.deepEqual([...names].reverse().sort(compareUtf8), names);
  const object = new Map([...names].reverse().map((name): [string, Json] => [name, 1]));
  const expected = `{${names.map((name) => `"${name}":1`).join()}}`;
  assert.equal(Buffer.from(canonicalize(object)).toString('utf8'), expected);
});

test('unknown members are kept and covered, empty ones included', () => {
  const object = jsonObject({ known: 1, 'x-custom': jsonObject({ empty: jsonObject({}), list: [] }) });
  assert.equal(Buffer.from(canonicalize(object)).toString(), '{"known":1,"x-custom":{"empty":{},"list":[]}}');
});

function read(input: string): Json {
  return parseJson(Buffer.from(input, 'utf8'), 'vector');
}
