/** Vectors that others accept: the log of three leaves, byte for byte both ways, and the example of C2SP signed-note. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint, openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { formatNote, openNote, parseNoteKey, signNote, verifyNote } from '../../src/tlog/note.ts';
import { treeRoot } from '../../src/tlog/tree.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';
import { encodeHex } from '../../src/tuf/encoding.ts';
import * as vector from './three-leaves.ts';

const logKey = parseNoteKey(vector.LOG_VKEY);

test('the leaves and the root of the three entries are the published ones', () => {
  assert.deepEqual(vector.LEAVES.map(encodeHex), vector.LEAVES_IN_HEX);
  assert.equal(encodeHex(treeRoot(vector.LEAVES)), vector.ROOT_IN_HEX);
});

test('the checkpoint is written, and signed, as published', () => {
  const body = formatCheckpoint({ origin: logKey.name, size: 3, root: treeRoot(vector.LEAVES) });
  assert.equal(body, vector.BODY);
  assert.deepEqual(logKey.publicKey, Buffer.from(publicKeyOf(vector.LOG_SEED)));
  const line = signNote(body, { key: logKey, sign: (bytes) => signEd25519(vector.LOG_SEED, bytes) });
  assert.equal(line, vector.LOG_LINE);
  assert.equal(formatNote(body, [line, vector.WITNESS_LINE]), vector.NOTE);
});

test('the published checkpoint is believed, and says what it says', () => {
  const { origin, size, root, body, note, signatures } = openCheckpoint(Buffer.from(vector.NOTE), logKey);
  assert.deepEqual([origin, size, encodeHex(root)], ['mirror.example/provenance', 3, vector.ROOT_IN_HEX]);
  assert.deepEqual([body, note], [vector.BODY, vector.NOTE]);
  assert.deepEqual(
    signatures.map(({ line }) => line),
    [vector.LOG_LINE, vector.WITNESS_LINE],
  );
});

test('the example of the signed-note specification verifies', () => {
  const key = parseNoteKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
  const note = openNote(`This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`);
  assert.deepEqual(verifyNote(note, [key]), [key]);
  assert.equal(note.body, 'This is an example message.\n');
});
