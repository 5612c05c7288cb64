/** T-02: witnesses are counted by key, and a quorum is what the policy says it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { formatNote, openNote } from '../../src/tlog/note.ts';
import {
  countWitnesses,
  NO_WITNESSES,
  parseWitnessPolicy,
  type WitnessCount,
  type WitnessPolicy,
} from '../../src/tlog/witness-policy.ts';
import { GrownTree } from './grown-tree.ts';
import { refuses } from './refusing.ts';
import { LOG, logLine, TestWitness } from './test-keys.ts';

const BODY = formatCheckpoint({ origin: LOG.key.name, size: 5, root: GrownTree.counting(5).root() });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, place) => new TestWitness(`${name}.example`, 41 + place)) as [
  ...[TestWitness, TestWitness, TestWitness, TestWitness],
];
const TIME = 1_795_000_000;

function policyOf(...rest: string[]): WitnessPolicy {
  const witnesses = Object.entries({ A: a, B: b, C: c, D: d }).map(([name, { key }]) => `witness ${name} ${key.text}`);
  return parseWitnessPolicy([...witnesses, ...rest, ''].join('\n'));
}

function count(policy: WitnessPolicy, ...lines: string[]): WitnessCount {
  return countWitnesses(policy, openNote(formatNote(BODY, [logLine(BODY), ...lines])));
}

const twoOfThree = policyOf('group G 2 A B C', 'quorum G');

test('two of three are a quorum, one is not, and the missing are named', () => {
  const enough = count(twoOfThree, a.cosign(BODY, TIME), c.cosign(BODY, TIME + 60));
  assert.ok(enough.isQuorum);
  assert.deepEqual(
    enough.cosigned.map(({ witness, earliest, latest }) => [witness.name, earliest, latest]),
    [
      ['A', TIME, TIME],
      ['C', TIME + 60, TIME + 60],
    ],
  );
  assert.deepEqual(
    enough.missing.map(({ name }) => name),
    ['B', 'D'],
  );
  const { isQuorum, quorumAt, earliest } = count(twoOfThree, a.cosign(BODY, TIME));
  assert.deepEqual([isQuorum, quorumAt, earliest], [false, undefined, TIME]);
  assert.ok(!('earliest' in count(twoOfThree)));
});

test('T-02 two cosignatures of one witness count once, and tell its first and last time', () => {
  const { cosigned, isQuorum } = count(
    twoOfThree,
    a.cosign(BODY, TIME + 60),
    a.cosign(BODY, TIME),
    a.cosign(BODY, TIME),
  );
  assert.deepEqual(
    cosigned.map(({ witness, earliest, latest }) => [witness.name, earliest, latest]),
    [['A', TIME, TIME + 60]],
  );
  assert.ok(!isQuorum);
});

test('T-02 one key under two names counts once, also in a policy that nobody parsed', () => {
  const again = new TestWitness('again.example', 41);
  const [first, second] = twoOfThree.witnesses;
  assert.ok(first && second);
  const policy = { ...twoOfThree, witnesses: [first, { ...second, key: again.key }] };
  const { isQuorum, cosigned } = count(policy, a.cosign(BODY, TIME), again.cosign(BODY, TIME));
  assert.deepEqual([isQuorum, cosigned.length], [false, 1]);
});

test('T-02 a line copied under another witness’s name counts for nobody, and is no line of a known key', () => {
  const copied = a.cosign(BODY, TIME).replace('a.example', 'b.example');
  const { isQuorum, cosigned } = count(twoOfThree, a.cosign(BODY, TIME), copied);
  assert.deepEqual([isQuorum, cosigned.length], [false, 1]);
});

test('a witness that the policy does not place is counted, but is no part of the quorum', () => {
  const { isQuorum, cosigned } = count(twoOfThree, a.cosign(BODY, TIME), d.cosign(BODY, TIME));
  assert.deepEqual([isQuorum, cosigned.length], [false, 2]);
});

test('T-06 a failing line of a known witness refuses the note', () => {
  const otherBody = formatCheckpoint({ origin: LOG.key.name, size: 6, root: GrownTree.counting(6).root() });
  for (const policy of [twoOfThree, policyOf('quorum none')])
    refuses('TRUST_LOG_SIGNATURE', /^The signature of b\.example \([0-9a-f]{8}\) does not verify\.$/, () =>
      count(policy, a.cosign(BODY, TIME), c.cosign(BODY, TIME), b.cosign(otherBody, TIME)),
    );
});

test('strangers are ignored, and nobody is needed where nobody is asked for', () => {
  const stranger = new TestWitness('stranger.example', 99).cosign(BODY, TIME);
  assert.deepEqual(count(NO_WITNESSES, stranger), { cosigned: [], missing: [], isQuorum: true });
  const { isQuorum, quorumAt, earliest } = count(policyOf('quorum none'), a.cosign(BODY, TIME));
  assert.deepEqual([isQuorum, quorumAt, earliest], [true, undefined, TIME]);
});

test('a single witness can be the quorum', () => {
  const policy = policyOf('quorum B');
  assert.ok(!count(policy, a.cosign(BODY, TIME)).isQuorum);
  assert.equal(count(policy, b.cosign(BODY, TIME)).quorumAt, TIME);
});

test('groups of groups: all of both departments’ rules', () => {
  const policy = policyOf('group X all A B', 'group Y any C D', 'group Both 2 X Y', 'quorum Both');
  const lines = { a: a.cosign(BODY, TIME), b: b.cosign(BODY, TIME), c: c.cosign(BODY, TIME), d: d.cosign(BODY, TIME) };
  assert.ok(count(policy, lines.a, lines.b, lines.c).isQuorum);
  assert.ok(count(policy, lines.d, lines.b, lines.a).isQuorum);
  assert.ok(!count(policy, lines.a, lines.b).isQuorum);
  assert.ok(!count(policy, lines.a, lines.c, lines.d).isQuorum);
});

test('T-04 a witness alone cannot move the time of a quorum ahead', () => {
  const far = TIME + 10 * 365 * 86_400;
  const lines = [a.cosign(BODY, far), b.cosign(BODY, TIME), c.cosign(BODY, TIME + 60)];
  assert.equal(count(twoOfThree, ...lines).quorumAt, TIME + 60);
  assert.equal(count(policyOf('group G all A B C', 'quorum G'), ...lines).quorumAt, TIME);
  assert.equal(count(policyOf('group G any A B C', 'quorum G'), ...lines).quorumAt, far);
  // A later cosignature by the same witness renews its word.
  assert.equal(count(twoOfThree, ...lines, b.cosign(BODY, TIME + 120)).quorumAt, TIME + 120);
  assert.equal(count(twoOfThree, ...lines).earliest, TIME);
});
