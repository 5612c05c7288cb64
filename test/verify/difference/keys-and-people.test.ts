/** Whose keys come and go: by material, with the holders that upstream names, marked as upstream’s words (K-02, K-04, A-01). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signer } from '../../../src/sign/signer.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { keyOf, onlineKey, renamed, withWords } from './people.ts';
import { type SideFiles, filesOf, linesOf, summaryOf } from './sides.ts';

/** A state whose root role is held by these. */
function heldBy(signers: readonly Signer[], threshold = 1, role = 'root'): SideFiles {
  const upstream = new SimulatedUpstream();
  upstream.author.keyholders.set(role, { signers, threshold });
  return filesOf(upstream.publish());
}

const facts = (signer: Signer): RegExp =>
  new RegExp(
    `\\(so says upstream; ed25519, id ${signer.keyId.slice(0, 12)}\\.\\.\\., material [0-9a-f]{16}\\.\\.\\.\\)`,
  );

test('a rotation names who goes and who comes, and that the names are upstream’s words', () => {
  const [alice, bob, carol] = [keyOf('@alice'), keyOf('@bob'), keyOf('@carol')];
  const lines = linesOf(summaryOf(heldBy([alice, carol]), heldBy([bob, carol])), 'keys');
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /^root: key of "@alice" \(so says upstream; .*\) removed$/);
  assert.match(lines[0] ?? '', facts(alice));
  assert.match(lines[1] ?? '', /^root: key of "@bob" \(so says upstream; .*\) added$/);
});

test('an online key is called one, and a key without words has none', () => {
  const kms = onlineKey('gcpkms:projects/x');
  const rotated = summaryOf(heldBy([signerNamed('plain')], 1, 'timestamp'), heldBy([kms], 1, 'timestamp'));
  const [line, added] = linesOf(rotated, 'keys');
  assert.match(line ?? '', /^timestamp: key \(ed25519, id [0-9a-f]{12}\.\.\., material [0-9a-f]{16}\.\.\.\) removed$/);
  assert.match(added ?? '', /^timestamp: online key "gcpkms:projects\/x" \(so says upstream; .*\) added$/);
  const both = withWords(kms, { 'x-tuf-on-ci-keyowner': '@ops' });
  const [first] = linesOf(summaryOf(undefined, heldBy([both], 1, 'timestamp')), 'keys').filter((text) =>
    text.startsWith('timestamp'),
  );
  assert.match(first ?? '', /^timestamp: key of "@ops", online at "gcpkms:projects\/x" \(so says upstream; /);
});

test('a first import lists every key of every role, with its holder and the thresholds', () => {
  const summary = summaryOf(undefined, heldBy([keyOf('@alice'), keyOf('@bob')], 2));
  const lines = linesOf(summary, 'keys');
  assert.deepEqual(
    lines.map((line) => line.replace(/ \(.*/, '')),
    ['root: key of "@alice"', 'root: key of "@bob"', 'snapshot: key', 'targets: key', 'timestamp: key'],
  );
  assert.ok(lines.every((line) => line.endsWith(' added')));
  assert.deepEqual(linesOf(summary, 'threshold'), [
    'root: threshold 2 of 2 keys',
    'snapshot: threshold 1 of 1 keys',
    'targets: threshold 1 of 1 keys',
    'timestamp: threshold 1 of 1 keys',
  ]);
  assert.deepEqual(linesOf(summary, 'statement'), []);
});

test('a threshold that moves is said with how many keys there are, one that stays is not', () => {
  const keys = [keyOf('@alice'), keyOf('@bob'), keyOf('@carol')];
  assert.deepEqual(linesOf(summaryOf(heldBy(keys, 2), heldBy(keys, 1)), 'threshold'), [
    'root: threshold 2 of 3 keys -> 1 of 3 keys',
  ]);
  const fewer = summaryOf(heldBy(keys, 2), heldBy(keys.slice(1), 2));
  assert.deepEqual(linesOf(fewer, 'threshold'), []);
  assert.equal(linesOf(fewer, 'keys').length, 1);
});

test('K-04 the same key under another id is no new key, and another key under the old id is', () => {
  const alice = signerNamed('alice');
  const moved = summaryOf(heldBy([alice]), heldBy([renamed(alice, 'opaque')]));
  assert.deepEqual(linesOf(moved, 'keys'), []);
  const [line] = linesOf(moved, 'key-ids');
  assert.match(
    line ?? '',
    new RegExp(
      `^root: key \\(ed25519, id opaque, .*\\) is the key that was listed as ${alice.keyId.slice(0, 12)}\\.\\.\\.$`,
    ),
  );
  const mallory = renamed(signerNamed('mallory'), alice.keyId);
  const taken = linesOf(summaryOf(heldBy([alice]), heldBy([mallory])), 'keys');
  assert.equal(taken.length, 2);
  const [gone, come] = taken.map((text) => /material ([0-9a-f]{16})/.exec(text)?.[1]);
  assert.notEqual(gone, come);
});

test('K-02 one key under two ids is one key, and said to be listed twice', () => {
  const alice = signerNamed('alice');
  const summary = summaryOf(heldBy([signerNamed('bob')]), heldBy([alice, renamed(alice, 'again')]));
  const added = linesOf(summary, 'keys').filter((line) => line.includes('added'));
  assert.equal(added.length, 1);
  assert.match(added[0] ?? '', /added, listed 2 times under other ids$/);
  assert.deepEqual(linesOf(summary, 'threshold'), []);
});

test('K-02 words that change beside one of two ids of a key are said', () => {
  const [alice, again] = [keyOf('@alice', 'key'), renamed(keyOf('@alice', 'key'), 'again')];
  const other = renamed(keyOf('@mallory', 'key'), 'again');
  const [line, ...others] = linesOf(summaryOf(heldBy([alice, again]), heldBy([alice, other])), 'key-words');
  assert.match(line ?? '', /id again, .*: upstream's own "x-tuf-on-ci-keyowner": "@alice" -> "@mallory"$/);
  assert.deepEqual(others, []);
  const kept = summaryOf(heldBy([alice, other]), heldBy([alice, other, keyOf('@carol')]));
  assert.deepEqual(linesOf(kept, 'key-words'), [], 'each id is compared with itself');
});

test('a holder’s name that changes under an unchanged key is upstream’s change of words', () => {
  const summary = summaryOf(heldBy([keyOf('@alice', 'key')]), heldBy([keyOf('@mallory', 'key')]));
  assert.deepEqual(linesOf(summary, 'keys'), []);
  const [line, ...others] = linesOf(summary, 'key-words');
  assert.match(line ?? '', /: upstream's own "x-tuf-on-ci-keyowner": "@alice" -> "@mallory"$/);
  assert.deepEqual(others, []);
});

test('a key that is spelled otherwise is the same key, and said to be', () => {
  const alice = signerNamed('alice');
  const spelled = withWords(alice, { keyid_hash_algorithms: ['sha256'] });
  const [line, ...others] = linesOf(summaryOf(heldBy([alice]), heldBy([spelled])), 'key-words');
  assert.match(line ?? '', /^root: key .*: the same key is spelled otherwise$/);
  assert.deepEqual(others, []);
});

test('a key of a kind that cannot count is listed as such', () => {
  const odd = withWords(signerNamed('odd'), { scheme: 'of-tomorrow' });
  const [line, ...others] = linesOf(
    summaryOf(heldBy([signerNamed('alice')]), heldBy([signerNamed('alice'), odd])),
    'keys',
  );
  assert.deepEqual(others, []);
  assert.match(line ?? '', /^root: key \(ed25519 of-tomorrow, .*\) added, of a kind that counts for nothing here$/);
});

test('A-01 a holder’s name writes no line of its own', () => {
  const name = '@x" (so says upstream) removed\n  root: key of "@alice\u202e\u0430\u001b[2J\\';
  const { text, changes } = summaryOf(heldBy([keyOf('@bob')]), heldBy([keyOf(name, 'x')]));
  assert.ok(
    text.includes(
      'key of "@x\\" (so says upstream) removed\\u000a  root: key of \\"@alice\\u202e\\u0430\\u001b[2J\\\\" (so says',
    ),
  );
  assert.equal(changes.filter(({ kind }) => kind === 'keys').length, 2);
  assert.match(text, /^[\n\x20-\x7e]+$/);
});
