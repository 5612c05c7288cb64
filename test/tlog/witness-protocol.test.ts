/** Log and witness talk: what the witness accepts, what it answers to anything else, and how the log reads answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { consistencyProof } from '../../src/tlog/consistency.ts';
import { verifyCosignature } from '../../src/tlog/cosignature.ts';
import { formatNote } from '../../src/tlog/note.ts';
import { EMPTY_ROOT, type Hash } from '../../src/tlog/tree.ts';
import {
  addCheckpointRequest,
  type Judgement,
  judgeAddCheckpoint,
  monitorPath,
  readWitnessAnswer,
  type WitnessedLog,
} from '../../src/tlog/witness.ts';
import { GrownTree } from './grown-tree.ts';
import { LOG, logLine, signerOf, TestWitness } from './test-keys.ts';

const TIME = 1_795_000_000;
const tree = GrownTree.counting(200);
const witness = new TestWitness('w.example', 51);

function bodyOf(size: number, root = tree.root(size), origin = LOG.key.name): string {
  return formatCheckpoint({ origin, size, root });
}

function noteOf(body: string, signer = LOG): string {
  return formatNote(body, [logLine(body, signer)]);
}

function knowing(size: number, root = tree.root(size)): Map<string, WitnessedLog> {
  return new Map([[LOG.key.name, { key: LOG.key, size, root }]]);
}

function judge(old: number, to: number, proof: readonly Hash[], known = knowing(old)): Judgement {
  return judgeAddCheckpoint(addCheckpointRequest(old, proof, noteOf(bodyOf(to))), known);
}

test('a witness follows a growing log through 100 checkpoints, and never back', () => {
  const known = knowing(0);
  for (let round = 1; round <= 100; round++) {
    const [old, size] = [known.get(LOG.key.name)?.size ?? 0, round * 2 - (round % 2)];
    const body = bodyOf(size);
    const request = addCheckpointRequest(old, consistencyProof(old, size, tree), noteOf(body));
    const answer = judgeAddCheckpoint(Buffer.from(request), known);
    assert.equal(answer.status, 200);
    assert.equal(answer.checkpoint.size, size);
    known.set(answer.checkpoint.origin, { key: LOG.key, size, root: answer.checkpoint.root });
    const read = readWitnessAnswer(200, 'text/plain', `${witness.cosign(answer.checkpoint.body, TIME + round)}\n`);
    assert.equal(read.kind, 'cosigned');
    assert.deepEqual(
      read.lines.map((line) => verifyCosignature(line, body, witness.key)),
      [TIME + round],
    );
  }
  const back = judge(100, 150, consistencyProof(100, 150, tree), known);
  assert.deepEqual(back, { status: 409, contentType: 'text/x.tlog.size', body: '200\n' });
  assert.deepEqual(readWitnessAnswer(409, 'text/x.tlog.size', '200\n'), { kind: 'conflict', size: 200 });
});

test('the request is written as the specification shows it', () => {
  const note = noteOf(bodyOf(3));
  const [hash] = consistencyProof(2, 3, tree);
  assert.ok(hash);
  assert.equal(addCheckpointRequest(2, [hash], note), `old 2\n${Buffer.from(hash).toString('base64')}\n\n${note}`);
  assert.equal(addCheckpointRequest(0, [], note), `old 0\n\n${note}`);
  assert.throws(() => addCheckpointRequest(-1, [], note), RangeError);
  assert.throws(
    () =>
      addCheckpointRequest(
        1,
        Array.from({ length: 64 }, () => hash),
        note,
      ),
    RangeError,
  );
});

test('the same checkpoint again is cosigned again, to renew its time', () => {
  assert.equal(judge(7, 7, []).status, 200);
  assert.equal(judge(0, 0, [], knowing(0)).status, 200);
});

test('404 for an origin that is unknown, 403 without a signature that counts', () => {
  assert.equal(judge(0, 5, [], new Map()).status, 404);
  const request = (note: string): Judgement => judgeAddCheckpoint(`old 0\n\n${note}`, knowing(0));
  assert.equal(request(noteOf(bodyOf(5), signerOf(LOG.key.name, 52))).status, 403);
  const failing = formatNote(bodyOf(5), [logLine(bodyOf(5)), logLine(bodyOf(6))]);
  assert.equal(request(failing).status, 403);
  const both = formatNote(bodyOf(5), [logLine(bodyOf(5), signerOf('other.example', 52)), logLine(bodyOf(5))]);
  const answer = request(both);
  assert.equal(answer.status, 200);
  // What a monitor is shown: the signature that was verified, and not the stranger’s.
  assert.deepEqual(answer.logLines, [logLine(bodyOf(5))]);
});

test('409 with the size that is known, whenever the old size is another', () => {
  const told = { status: 409, contentType: 'text/x.tlog.size', body: '10\n' };
  assert.deepEqual(judge(0, 20, [], knowing(10)), told);
  assert.deepEqual(judge(9, 20, consistencyProof(9, 20, tree), knowing(10)), told);
  assert.deepEqual(judge(11, 20, consistencyProof(11, 20, tree), knowing(10)), told);
  assert.deepEqual(judge(0, 5, [], knowing(10)), told);
});

test('400 when the old size is the larger one', () => {
  assert.equal(judge(20, 10, [], knowing(20)).status, 400);
});

test('422 when it does not grow from what was seen', () => {
  const forked = GrownTree.of([...Array.from({ length: 10 }, (_, index) => tree.leaf(index + 1))]);
  const proof = consistencyProof(10, 20, tree);
  assert.equal(judge(10, 20, proof).status, 200);
  assert.equal(judge(10, 20, proof, knowing(10, forked.root())).status, 422, 'another history');
  assert.equal(judge(10, 20, proof.slice(1)).status, 422, 'a hash less');
  assert.equal(judge(10, 20, []).status, 422, 'no proof');
  assert.equal(judge(0, 20, [tree.leaf(0)], knowing(0)).status, 422, 'a proof from nothing');
  assert.equal(judge(10, 10, proof).status, 422, 'a proof without growth');
  assert.equal(judge(10, 10, [], knowing(10, forked.root())).status, 422, 'the same size, another root');
  const noLeaves = addCheckpointRequest(0, [], noteOf(bodyOf(0, tree.root(1))));
  assert.equal(judgeAddCheckpoint(noLeaves, knowing(0)).status, 422, 'no leaves, but a root');
  assert.equal(judge(0, 0, [], knowing(0, EMPTY_ROOT)).status, 200);
});

const NOTE = noteOf(bodyOf(5));
const HASH = Buffer.from(tree.leaf(0)).toString('base64');
const MALFORMED: readonly (readonly [scenario: string, request: string | Uint8Array])[] = [
  ['nothing', ''],
  ['the checkpoint alone', NOTE],
  ['no old size', `${HASH}\n\n${NOTE}`],
  ['another word for the old size', `new 0\n\n${NOTE}`],
  ['an old size in another spelling', `old 00\n\n${NOTE}`],
  ['an old size beyond 2^53−1', `old 9007199254740992\n\n${NOTE}`],
  ['a negative old size', `old -1\n\n${NOTE}`],
  ['a hash that is none', `old 0\n${HASH}A\n\n${NOTE}`],
  ['64 hashes', `old 0\n${`${HASH}\n`.repeat(64)}\n${NOTE}`],
  ['carriage returns', `old 0\r\n\r\n${NOTE}`],
  ['no signature', `old 0\n\n${bodyOf(5)}\n`],
  ['a note that is no checkpoint', `old 0\n\n${noteOf('a text\n')}`],
  ['bytes that are not UTF-8', Buffer.of(0xff, 0xfe)],
];

for (const [scenario, request] of MALFORMED) {
  test(`400: ${scenario}`, () => assert.equal(judgeAddCheckpoint(request, knowing(0)).status, 400));
}

test('what is not an answer of a witness is a refusal that says so in one line', () => {
  const answers: readonly (readonly [number, string | undefined, string | Uint8Array, RegExp])[] = [
    [200, 'text/plain', '', /The answer is not made of lines/],
    [200, 'text/plain', witness.cosign(bodyOf(5), TIME), /not made of lines/],
    [200, 'text/plain', `${witness.cosign(bodyOf(5), TIME)}\nmore`, /not made of lines/],
    [200, 'text/html', '<html>\n', /“<html>” is not a signature line/],
    [200, 'text/plain', Buffer.of(0xff, 0x0a), /not UTF-8/],
    [409, 'text/plain', '10\n', /^status 409: 10$/],
    [409, undefined, '10\n', /^status 409: 10$/],
    [409, 'text/x.tlog.size', '10', /^status 409: 10$/],
    [409, 'text/x.tlog.size', '010\n', /^status 409: 010$/],
    [409, 'text/x.tlog.size', '9007199254740992\n', /^status 409: 9007199254740992$/],
    [404, 'text/plain', 'unknown\u001b[31m log\nsecond line\n', /^status 404: unknown\\u001b\[31m log$/],
    [503, undefined, '', /^status 503$/],
    [201, 'text/plain', 'x'.repeat(500), /^status 201: x{200}…$/],
  ];
  for (const [status, type, body, words] of answers) {
    const answer = readWitnessAnswer(status, type, body);
    assert.equal(answer.kind, 'refused', String(body));
    assert.match(answer.why, words);
  }
  assert.deepEqual(readWitnessAnswer(409, 'Text/X.tlog.size; charset=utf-8', '0\n'), { kind: 'conflict', size: 0 });
});

test('a witness may answer with several lines', () => {
  const lines = [witness.cosign(bodyOf(5), TIME), new TestWitness('w.example', 53).cosign(bodyOf(5), TIME)];
  assert.deepEqual(readWitnessAnswer(200, undefined, `${lines.join('\n')}\n`), { kind: 'cosigned', lines });
});

test('a monitor finds the checkpoint under the digest of the origin', () => {
  const digest = '5fd2dc0beb4ce54da5050cf6d5c75248b023abad441c3cecde3976fbe9da4fe4';
  assert.equal(monitorPath('example.com/behind-the-sofa'), `${digest}/checkpoint`);
});
