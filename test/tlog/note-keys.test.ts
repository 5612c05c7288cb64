/** Verifier keys as text: one spelling, an id that is the key’s own, and only points that cannot be signed for by anybody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COSIGNATURE, ED25519, noteKey, parseNoteKey } from '../../src/tlog/note.ts';
import { refuses } from './refusing.ts';
import { signerOf } from './test-keys.ts';

const { key } = signerOf('log.example/one', 11);
const [NAME = '', ID = '', ENCODED = ''] = key.text.split(/\+(.{8})\+/);

/** The text of a key of any type and bytes, with the id that it should have. */
function vkeyOf(type: number, publicKey: Uint8Array): string {
  return `x.example+00000000+${Buffer.concat([Buffer.of(type), publicKey]).toString('base64')}`;
}

test('a key is read as it is written, for notes and for cosignatures', () => {
  for (const type of [ED25519, COSIGNATURE]) {
    const made = signerOf('log.example/one', 11, type).key;
    assert.deepEqual(parseNoteKey(made.text), { ...made, publicKey: Buffer.from(made.publicKey) });
    assert.deepEqual(parseNoteKey(made.text, type).type, type);
  }
  assert.notEqual(signerOf('log.example/one', 11, COSIGNATURE).key.keyId, key.keyId);
  assert.notEqual(signerOf('log.example/two', 11).key.keyId, key.keyId);
});

test('base64 with a plus is not split', () => {
  const seed = Array.from({ length: 60 }, (_, index) => index).find((index) =>
    signerOf('x', index).key.text.slice(11).includes('+'),
  );
  const made = signerOf('x', seed ?? 0).key;
  assert.equal(made.text.split('+').length > 3, true);
  assert.equal(parseNoteKey(made.text).keyId, made.keyId);
});

const MALFORMED: readonly (readonly [scenario: string, vkey: string, words: RegExp])[] = [
  ['nothing', '', /not a note key/],
  ['a name alone', NAME, /not a note key/],
  ['no name', `+${ID}+${ENCODED}`, /not a note key/],
  ['no key', `${NAME}+${ID}+`, /not a note key/],
  ['base64 that has another spelling', `${NAME}+${ID}+${ENCODED}=`, /not a note key/],
  ['a line end after it', `${key.text}\n`, /not a note key/],
  ['another key’s id', `${NAME}+0${ID.slice(1)}+${ENCODED}`, /belongs to another key or name/],
  ['the id in capitals', `${NAME}+${ID.toUpperCase()}+${ENCODED}`, /belongs to another key or name/],
  ['the id of the same key under another name', `log.example/two+${ID}+${ENCODED}`, /belongs to another key or name/],
  ['a space in the name', `log example+${ID}+${ENCODED}`, /cannot be the name/],
  ['an ECDSA key', vkeyOf(2, new Uint8Array(32)), /signature type 2/],
  ['an ML-DSA key', vkeyOf(6, new Uint8Array(1312)), /signature type 6/],
  ['a short key', vkeyOf(1, key.publicKey.subarray(1)), /not a sound Ed25519 key/],
  ['a long key', vkeyOf(1, Buffer.concat([key.publicKey, Buffer.of(0)])), /not a sound Ed25519 key/],
  ['C-02 the neutral point', vkeyOf(1, Buffer.concat([Buffer.of(1), Buffer.alloc(31)])), /not a sound Ed25519 key/],
  ['C-02 a point of order four', vkeyOf(4, Buffer.alloc(32)), /not a sound Ed25519 key/],
  ['C-02 a point that is none', vkeyOf(1, Buffer.alloc(32, 0xff)), /not a sound Ed25519 key/],
];

for (const [scenario, vkey, words] of MALFORMED) {
  test(`refused: ${scenario}`, () => refuses('TRUST_LOG_FORMAT', words, () => parseNoteKey(vkey)));
}

test('a key of the other type is refused where one type is asked for', () => {
  refuses('TRUST_LOG_FORMAT', /signature type 1, not 4/, () => parseNoteKey(key.text, COSIGNATURE));
});

test('a name that could not stand on a signature line is refused', () => {
  for (const name of ['', 'a b', 'a+b', 'a\u2003b', 'a\nb', 'a\u0001b', '\ud800'])
    refuses('TRUST_LOG_FORMAT', /cannot be the name/, () => noteKey(name, ED25519, key.publicKey));
});
