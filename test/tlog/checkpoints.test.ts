/** Checkpoints: three exact lines, of the log that the key names; further lines are kept and mean nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { formatNote } from '../../src/tlog/note.ts';
import { EMPTY_ROOT } from '../../src/tlog/tree.ts';
import { inBase64 } from './go-vectors.ts';
import { GrownTree } from './grown-tree.ts';
import { refuses } from './refusing.ts';
import { LOG, logLine, signerOf } from './test-keys.ts';

const root = GrownTree.counting(5).root();
const ROOT = inBase64(root);
const BODY = formatCheckpoint({ origin: LOG.key.name, size: 5, root });

const MALFORMED: readonly (readonly [scenario: string, body: string, words: RegExp])[] = [
  ['nothing', '', /three or more lines/],
  ['two lines', 'o\n5\n', /three or more lines/],
  ['no last newline', BODY.slice(0, -1), /does not end in a newline/],
  ['an empty origin', `\n5\n${ROOT}\n`, /three or more lines/],
  ['an empty line among extensions', `o\n5\n${ROOT}\na\n\nb\n`, /three or more lines/],
  ['an empty line at the end', `o\n5\n${ROOT}\n\n`, /three or more lines/],
  ['T-05 a size beyond 2^53−1', `o\n9007199254740992\n${ROOT}\n`, /“9007199254740992”, not a number/],
  ['T-05 a size of 20 digits', `o\n18446744073709551615\n${ROOT}\n`, /not a number/],
  ['a leading zero', `o\n05\n${ROOT}\n`, /not a number/],
  ['a sign', `o\n-5\n${ROOT}\n`, /not a number/],
  ['an exponent', `o\n5e1\n${ROOT}\n`, /not a number/],
  ['a space', `o\n5 \n${ROOT}\n`, /not a number/],
  ['digits of another script', `o\n５\n${ROOT}\n`, /not a number/],
  ['a root of 31 bytes', `o\n5\n${inBase64(root.subarray(1))}\n`, /not a hash/],
  ['a root of 33 bytes', `o\n5\n${inBase64(Buffer.concat([root, Buffer.of(0)]))}\n`, /not a hash/],
  ['a root in hexadecimal', `o\n5\n${Buffer.from(root).toString('hex')}\n`, /not a hash/],
  ['a root with bits left over', `o\n5\n${'A'.repeat(42)}B=\n`, /not a hash/],
  ['a carriage return', `o\r\n5\n${ROOT}\n`, /control characters/],
];

for (const [scenario, body, words] of MALFORMED) {
  test(`refused: ${scenario}`, () => refuses('TRUST_LOG_FORMAT', words, () => parseCheckpoint(body)));
}

function noteOf(body: string, signer = LOG): string {
  return formatNote(body, [logLine(body, signer)]);
}

test('a checkpoint is read as it is written, up to the largest size', () => {
  for (const size of [1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const body = formatCheckpoint({ origin: 'go.sum database tree', size, root });
    assert.deepEqual(parseCheckpoint(body), { origin: 'go.sum database tree', size, root, body });
  }
});

test('extension lines are signed, kept, and say nothing', () => {
  const body = `${BODY}time 12\n— not a signature\n`;
  const { size, origin, body: kept } = openCheckpoint(noteOf(body), LOG.key);
  assert.deepEqual([size, origin, kept], [5, LOG.key.name, body]);
  refuses('TRUST_LOG_SIGNATURE', /does not verify/, () =>
    openCheckpoint(noteOf(body).replace('time 12', 'time 13'), LOG.key),
  );
});

test('T-03 a checkpoint of another log is refused, even when the same key signed it', () => {
  const body = formatCheckpoint({ origin: 'log.example/two', size: 5, root });
  refuses('TRUST_LOG_SIGNATURE', 'The checkpoint is of the log “log.example/two”, not of “log.example/one”.', () =>
    openCheckpoint(noteOf(body), LOG.key),
  );
});

test('a checkpoint that another key signed is refused', () => {
  refuses('TRUST_LOG_SIGNATURE', /is not signed by log\.example\/one/, () =>
    openCheckpoint(noteOf(BODY, signerOf(LOG.key.name, 12)), LOG.key),
  );
  refuses('TRUST_LOG_SIGNATURE', /does not verify/, () =>
    openCheckpoint(noteOf(BODY).replace('\n5\n', '\n6\n'), LOG.key),
  );
});

test('T-05 a log without leaves has the root of nothing, and no other', () => {
  const empty = formatCheckpoint({ origin: LOG.key.name, size: 0, root: EMPTY_ROOT });
  assert.equal(openCheckpoint(noteOf(empty), LOG.key).size, 0);
  const other = formatCheckpoint({ origin: LOG.key.name, size: 0, root });
  refuses('TRUST_LOG_FORMAT', /another root than that of nothing/, () => openCheckpoint(noteOf(other), LOG.key));
});

test('what could not be read back is not written', () => {
  for (const origin of ['', 'a\nb', 'a\tb', '\ud800'])
    assert.throws(() => formatCheckpoint({ origin, size: 5, root }), RangeError, JSON.stringify(origin));
  for (const size of [-1, 0.5, 2 ** 53, NaN])
    assert.throws(() => formatCheckpoint({ origin: 'o', size, root }), RangeError, String(size));
  assert.throws(() => formatCheckpoint({ origin: 'o', size: 5, root: root.subarray(1) }), RangeError);
});
