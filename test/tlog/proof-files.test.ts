/** T-03: a proof as a file shows one leaf in one log; what else is in it shows nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { inclusionProof } from '../../src/tlog/inclusion.ts';
import { formatNote } from '../../src/tlog/note.ts';
import { formatProof, type LogProof, parseProof, verifyProof } from '../../src/tlog/proof.ts';
import { GrownTree } from './grown-tree.ts';
import { refuses } from './refusing.ts';
import { LOG, logLine, signerOf } from './test-keys.ts';

const tree = GrownTree.counting(6);

/** A signed checkpoint of the first `size` leaves. */
function noteOf(size: number, signer = LOG): string {
  const body = formatCheckpoint({ origin: signer.key.name, size, root: tree.root(size) });
  return formatNote(body, [logLine(body, signer)]);
}

const PROOF: LogProof = { index: 4, hashes: inclusionProof(4, 6, tree), checkpoint: noteOf(6) };
const TEXT = formatProof(PROOF);
const HASH = TEXT.split('\n')[2] ?? '';

test('a proof is read as it is written, with and without extra', () => {
  assert.equal(formatProof(parseProof(TEXT)), TEXT);
  assert.deepEqual(parseProof(Buffer.from(TEXT)), PROOF);
  const extra = Buffer.from('{"n":4}');
  const text = formatProof({ ...PROOF, extra });
  assert.equal(text.split('\n')[1], 'extra eyJuIjo0fQ==');
  assert.deepEqual(parseProof(text), { ...PROOF, extra });
});

test('a proof of the only leaf has no hashes', () => {
  const proof = { index: 0, hashes: [], checkpoint: noteOf(1) };
  assert.deepEqual(parseProof(formatProof(proof)), proof);
  assert.equal(verifyProof(proof, tree.leaf(0), LOG.key).size, 1);
});

test('T-03 a valid proof is of no other leaf, and of no other log', () => {
  assert.equal(verifyProof(PROOF, tree.leaf(4), LOG.key).size, 6);
  refuses('TRUST_LOG_PROOF', 'This is not shown to be leaf 4 of the 6 of log.example/one.', () =>
    verifyProof(PROOF, tree.leaf(3), LOG.key),
  );
  const other = signerOf('log.example/two', 12);
  refuses('TRUST_LOG_SIGNATURE', /of the log “log\.example\/one”, not of/, () =>
    verifyProof(PROOF, tree.leaf(4), other.key),
  );
  refuses('TRUST_LOG_SIGNATURE', /of the log “log\.example\/two”, not of/, () =>
    verifyProof({ ...PROOF, checkpoint: noteOf(6, other) }, tree.leaf(4), LOG.key),
  );
});

test('T-03 another index, size or hash shows nothing', () => {
  const wrong: Partial<LogProof>[] = [
    { index: 3 },
    { index: 6 },
    { checkpoint: noteOf(5) },
    { hashes: PROOF.hashes.slice(1) },
    { hashes: PROOF.hashes.toReversed() },
    { hashes: [] },
  ];
  for (const part of wrong)
    refuses('TRUST_LOG_PROOF', /not shown/, () => verifyProof({ ...PROOF, ...part }, tree.leaf(4), LOG.key));
});

test('T-03 extra is signed by nobody: a proof with any extra verifies', () => {
  for (const extra of [Buffer.from('{"n":4}'), Buffer.from('{"n":5}')]) {
    const proof = parseProof(formatProof({ ...PROOF, extra }));
    assert.equal(verifyProof(proof, tree.leaf(4), LOG.key).note, PROOF.checkpoint);
  }
});

const MALFORMED: readonly (readonly [scenario: string, text: string, words: RegExp])[] = [
  ['nothing', '', /no empty line/],
  ['the checkpoint alone', noteOf(6), /does not begin with “c2sp\.org\/tlog-proof@v1”/],
  ['another version', TEXT.replace('@v1', '@v2'), /does not begin/],
  ['a byte-order mark', `\ufeff${TEXT}`, /does not begin/],
  ['carriage returns', TEXT.replaceAll('\n', '\r\n'), /control characters/],
  ['no index', TEXT.replace('index 4\n', ''), /stands where the index must/],
  ['an index in another spelling', TEXT.replace('index 4', 'index 04'), /“04”, not a number/],
  ['T-05 an index beyond 2^53−1', TEXT.replace('index 4', 'index 9007199254740992'), /not a number/],
  ['two spaces', TEXT.replace('index 4', 'index  4'), /not a number/],
  ['a second index', TEXT.replace('index 4', 'index 4\nindex 4'), /“index 4”, not a hash/],
  ['extra after the index', TEXT.replace('index 4', 'index 4\nextra AAAA'), /“extra AAAA”, not a hash/],
  ['two extras', TEXT.replace('index 4', 'extra AAAA\nextra AAAA\nindex 4'), /“extra AAAA” stands where the index/],
  ['an empty extra', TEXT.replace('index 4', 'extra \nindex 4'), /extra of the proof/],
  ['an extra that is not base64', TEXT.replace('index 4', 'extra AAA\nindex 4'), /extra of the proof/],
  ['a hash of 31 bytes', TEXT.replace(HASH, Buffer.alloc(31).toString('base64')), /not a hash/],
  ['an empty line among the hashes', TEXT.replace(HASH, `${HASH}\n`), /three or more lines/],
  ['T-05 64 hashes', TEXT.replace(HASH, `${`${HASH}\n`.repeat(63)}${HASH}`), /more than 63/],
  ['no checkpoint', `${TEXT.split('\n\n')[0] ?? ''}\n\n`, /no empty line/],
  ['a checkpoint without signatures', TEXT.slice(0, TEXT.indexOf('\n—')), /The note/],
  [
    'a note that is no checkpoint',
    TEXT.replace('log.example/one\n6\n', 'log.example/one\nsix\n'),
    /“six”, not a number/,
  ],
  ['words after it', `${TEXT}more\n`, /not a signature line/],
];

for (const [scenario, text, words] of MALFORMED) {
  test(`refused: ${scenario}`, () => refuses('TRUST_LOG_FORMAT', words, () => parseProof(text)));
}

test('what could not be read back is not written', () => {
  const hash = tree.leaf(0);
  for (const part of [{ index: -1 }, { index: 2 ** 53 }, { hashes: [hash.subarray(1)] }, { extra: new Uint8Array() }])
    assert.throws(() => formatProof({ ...PROOF, ...part }), RangeError);
  assert.throws(() => formatProof({ ...PROOF, hashes: Array.from({ length: 64 }, () => hash) }), RangeError);
  refuses('TRUST_LOG_FORMAT', /no empty line/, () => formatProof({ ...PROOF, checkpoint: 'a text\n' }));
});
