/** T-06: notes are taken apart in exactly one way, and one bad signature of a known key spoils them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNote, openNote, parseSignature, signatureLine, signNote, verifyNote } from '../../src/tlog/note.ts';
import { refuses } from './refusing.ts';
import { LOG, logLine, signerOf } from './test-keys.ts';

const BODY = 'a text\n';
const LINE = logLine(BODY);
const NOTE = `${BODY}\n${LINE}\n`;
const BLOB = LINE.split(' ')[2] ?? '';

const MALFORMED: readonly (readonly [scenario: string, note: string | Uint8Array, words: RegExp])[] = [
  ['T-06 without an empty line', `${BODY}${LINE}\n`, /no empty line/],
  ['T-06 without signatures', `${BODY}\n`, /no signature/],
  ['nothing at all', '', /no empty line/],
  ['T-06 without the last newline', NOTE.slice(0, -1), /does not end in a newline/],
  ['T-06 cut off within a signature', NOTE.slice(0, -9), /does not end in a newline/],
  ['T-06 with carriage returns', NOTE.replaceAll('\n', '\r\n'), /control characters/],
  ['T-06 a tab in the text', `a\ttext\n\n${LINE}\n`, /control characters/],
  ['T-06 a zero byte in the text', `a\0text\n\n${LINE}\n`, /control characters/],
  ['T-06 an escape in a signature line', `${BODY}\n${LINE}\u001b\n`, /control characters/],
  ['T-06 an en dash instead of the em dash', NOTE.replace('—', '–'), /not a signature line/],
  ['T-06 a hyphen instead of the em dash', NOTE.replace('—', '-'), /not a signature line/],
  ['no space after the dash', NOTE.replace('— ', '—'), /not a signature line/],
  ['two spaces before the signature', NOTE.replace(` ${BLOB}`, `  ${BLOB}`), /not a signature line/],
  ['words after the signature', `${BODY}\n${LINE} more\n`, /not a signature line/],
  ['a line that is no signature', `${BODY}\n${LINE}\nsigned by me\n`, /“signed by me” is not a signature line/],
  ['a name without a signature', `${BODY}\n— log.example\n`, /not a signature line/],
  ['an empty signature', `${BODY}\n— log.example \n`, /not a signature line/],
  ['a signature of an id alone', `${BODY}\n— log.example AAAAAA==\n`, /not a signature line/],
  ['an empty name', `${BODY}\n—  ${BLOB}\n`, /not a signature line/],
  ['T-06 a name with a plus', `${BODY}\n— log+example ${BLOB}\n`, /not a signature line/],
  ['T-06 a name with a no-break space', `${BODY}\n— log\u00a0example ${BLOB}\n`, /not a signature line/],
  ['T-06 a name with an ideographic space', `${BODY}\n— log\u3000example ${BLOB}\n`, /not a signature line/],
  ['T-06 a name with a next-line character', `${BODY}\n— log\u0085example ${BLOB}\n`, /not a signature line/],
  ['base64 without padding', NOTE.replace(BLOB, BLOB.replace(/=+$/, '')), /not a signature line/],
  ['base64 with bits left over', NOTE.replace(BLOB, 'AAAAAAB='), /not a signature line/],
  ['base64 of the other alphabet', NOTE.replace(BLOB, 'AAAAA__-'), /not a signature line/],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.of(0xc3), Buffer.from(NOTE)]), /not UTF-8/],
  ['a surrogate without its pair', `\ud800${NOTE}`, /not UTF-8/],
  ['more than 100 signatures', `${BODY}\n${`${LINE}\n`.repeat(101)}`, /more than 100/],
  ['longer than a million bytes', `${'a'.repeat(1_000_000)}${NOTE}`, /longer than 1000000/],
];

for (const [scenario, note, words] of MALFORMED) {
  test(`refused: ${scenario}`, () => refuses('TRUST_LOG_FORMAT', words, () => openNote(note)));
}

test('what is signed keeps every byte: a byte-order mark, spaces at line ends, decomposed letters', () => {
  for (const body of ['\ufeffa\n', 'a \n b\n', 'e\u0301\n', '\u0085\n', '\u007f\n']) {
    const note = formatNote(body, [logLine(body)]);
    assert.equal(openNote(Buffer.from(note)).body, body);
    assert.deepEqual(verifyNote(openNote(note), [LOG.key]), [LOG.key]);
  }
  assert.throws(() => verifyNote(openNote(`\ufeff${NOTE}`), [LOG.key]));
});

test('T-06 the text ends at the last empty line, so that nobody can hide some of it among signatures', () => {
  const body = 'first\n\n\nsecond\n\n';
  const note = openNote(formatNote(body, [logLine(body)]));
  assert.equal(note.body, body);
  verifyNote(note, [LOG.key]);
  // A whole signed note as the text of another: what the inner signature says is text.
  const outer = openNote(`${NOTE}\n${logLine(NOTE)}\n`);
  assert.equal(outer.body, NOTE);
  verifyNote(outer, [LOG.key]);
  refuses('TRUST_LOG_SIGNATURE', /does not verify/, () => verifyNote(openNote(`${NOTE}\n${LINE}\n`), [LOG.key]));
});

test('T-06 lines of unknown keys are ignored, also of those that share the name or the id', () => {
  const stranger = signerOf('other.example', 12);
  const sameName = signerOf(LOG.key.name, 13);
  const sameId = `— other.example ${BLOB}`;
  const foreign = [logLine(BODY, stranger), logLine('another text\n', sameName), sameId, '— x AAAAAAA='];
  const note = openNote(formatNote(BODY, [...foreign, LINE]));
  assert.deepEqual(verifyNote(note, [LOG.key]), [LOG.key]);
  assert.equal(note.signatures.length, 5);
  refuses('TRUST_LOG_SIGNATURE', /^The note is not signed by log\.example\/one \([0-9a-f]{8}\)\.$/, () =>
    verifyNote(openNote(formatNote(BODY, foreign)), [LOG.key]),
  );
});

test('T-06 a failing line of a known key refuses the note, whatever else is good', () => {
  const failing = logLine('another text\n');
  const second = signerOf('second.example', 12);
  for (const lines of [
    [LINE, failing],
    [failing, LINE],
    [failing, logLine(BODY, second)],
  ]) {
    const note = openNote(formatNote(BODY, lines));
    refuses('TRUST_LOG_SIGNATURE', /^The signature of log\.example\/one \([0-9a-f]{8}\) does not verify\.$/, () =>
      verifyNote(note, [second.key, LOG.key]),
    );
  }
  // Too short to be one, it fails as well.
  const short = signatureLine(LOG.key, new Uint8Array(63));
  refuses('TRUST_LOG_SIGNATURE', /does not verify/, () => verifyNote(openNote(formatNote(BODY, [short])), [LOG.key]));
});

test('T-06 a line that stands twice is one signature, and 100 lines are read', () => {
  const note = openNote(
    formatNote(
      BODY,
      Array.from({ length: 100 }, () => LINE),
    ),
  );
  assert.deepEqual(verifyNote(note, [LOG.key, signerOf('second.example', 12).key]), [LOG.key]);
});

test('those of the known keys that signed are told', () => {
  const second = signerOf('second.example', 12);
  const note = openNote(formatNote(BODY, [LINE, logLine(BODY, second)]));
  assert.deepEqual(verifyNote(note, [second.key, LOG.key]), [second.key, LOG.key]);
  refuses('TRUST_LOG_SIGNATURE', /is not signed by/, () => verifyNote(note, []));
});

test('a line is read as it is written', () => {
  const { name, keyId, bytes, line } = parseSignature(LINE);
  assert.deepEqual([name, keyId, bytes.length, line], [LOG.key.name, LOG.key.keyId, 64, LINE]);
  assert.equal(signatureLine(LOG.key, bytes), LINE);
});

test('what could not be read back is not signed or written', () => {
  for (const body of ['', 'no newline', 'a\r\n', 'a\ttab\n', '\ud800\n']) {
    assert.throws(() => signNote(body, LOG), RangeError, JSON.stringify(body));
    assert.throws(() => formatNote(body, [LINE]), RangeError, JSON.stringify(body));
  }
  assert.throws(() => formatNote(BODY, []), RangeError);
  refuses('TRUST_LOG_FORMAT', /not a signature line/, () => formatNote(BODY, [`${LINE}\n${LINE}`]));
});

test('a witness’s key neither signs notes nor verifies them', () => {
  const witness = signerOf('w.example', 12, 4);
  assert.throws(() => signNote(BODY, witness), RangeError);
  assert.throws(() => verifyNote(openNote(NOTE), [witness.key]), RangeError);
});
