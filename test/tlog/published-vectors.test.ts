/** Vectors that others accept: the log of three leaves, byte for byte both ways, and the example of C2SP signed-note. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint, openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signCosignature, verifyCosignature } from '../../src/tlog/cosignature.ts';
import { inclusionProof } from '../../src/tlog/inclusion.ts';
import { formatNote, openNote, parseNoteKey, signNote, verifyNote } from '../../src/tlog/note.ts';
import { formatProof, parseProof, verifyProof } from '../../src/tlog/proof.ts';
import { leafHash, treeRoot } from '../../src/tlog/tree.ts';
import { countWitnesses, parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';
import { encodeHex } from '../../src/tuf/encoding.ts';
import { GrownTree } from './grown-tree.ts';
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

test('the witness cosigns as published, and is counted at its time', () => {
  const key = parseNoteKey(vector.WITNESS_VKEY);
  const sign = (bytes: Uint8Array): Uint8Array => signEd25519(vector.WITNESS_SEED, bytes);
  const line = signCosignature(vector.BODY, vector.COSIGNED_AT, key.name, sign, key.publicKey);
  assert.equal(line, vector.WITNESS_LINE);
  assert.equal(verifyCosignature(line, vector.BODY, key), vector.COSIGNED_AT);
  const policy = parseWitnessPolicy(`log ${vector.LOG_VKEY}\nwitness w1 ${vector.WITNESS_VKEY}\nquorum w1\n`);
  const { isQuorum, quorumAt } = countWitnesses(policy, openCheckpoint(vector.NOTE, logKey));
  assert.deepEqual([isQuorum, quorumAt], [true, vector.COSIGNED_AT]);
});

test('the proof of the second entry is written as published, and shows it', () => {
  const hashes = inclusionProof(1, 3, GrownTree.of(vector.LEAVES));
  assert.equal(formatProof({ index: 1, hashes, checkpoint: vector.NOTE }), vector.PROOF);
  const entry = vector.ENTRIES[1] ?? new Uint8Array();
  const { origin, size, note } = verifyProof(parseProof(vector.PROOF), leafHash(entry), logKey);
  assert.deepEqual([origin, size, note], [logKey.name, 3, vector.NOTE]);
});

test('the example of the signed-note specification verifies', () => {
  const key = parseNoteKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
  const note = openNote(`This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`);
  assert.deepEqual(verifyNote(note, [key]), [key]);
  assert.equal(note.body, 'This is an example message.\n');
});
