/** Whatever is accepted is what we would have written: no text has a second spelling, and nothing is thrown but refusals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../src/errors.ts';
import { parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { formatNote, openNote, parseNoteKey } from '../../src/tlog/note.ts';
import { formatProof, parseProof } from '../../src/tlog/proof.ts';
import { judgeAddCheckpoint, readWitnessAnswer } from '../../src/tlog/witness.ts';
import { parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { encodeBase64 } from '../../src/tlog/wire.ts';
import { runs } from '../property/runs.ts';
import * as vector from './three-leaves.ts';

const PIECES = [
  '',
  '\n',
  '\n\n',
  ' ',
  '\r',
  '\t',
  '\0',
  '\u00a0',
  '\ufeff',
  '—',
  '–',
  '+',
  '=',
  '0',
  '00',
  'A',
  'old 0',
  'index 1',
];

/** A text with some of it replaced, doubled or cut, as bytes or as text. */
function alteredFrom(text: string): fc.Arbitrary<string> {
  const cut = fc.tuple(fc.nat(text.length), fc.nat(4), fc.constantFrom(...PIECES));
  return fc
    .array(cut, { minLength: 1, maxLength: 3 })
    .map((cuts) =>
      cuts.reduce((changed, [at, length, piece]) => changed.slice(0, at) + piece + changed.slice(at + length), text),
    );
}

function accepted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(isRefusal(error), String(error));
    return undefined;
  }
}

test('T-06 an altered proof is refused, or is written again byte for byte', () => {
  let taken = 0;
  fc.assert(
    fc.property(alteredFrom(vector.PROOF), (text) => {
      const proof = accepted(() => parseProof(text));
      if (proof === undefined) return;
      taken++;
      assert.equal(formatProof(proof), text);
      const { body, signatures } = openNote(proof.checkpoint);
      assert.equal(
        formatNote(
          body,
          signatures.map(({ line }) => line),
        ),
        proof.checkpoint,
      );
      const { origin, size, root } = parseCheckpoint(body);
      assert.ok(body.startsWith(`${origin}\n${String(size)}\n${encodeBase64(root)}\n`));
    }),
    runs(1500, 100_000),
  );
  // Letters of a name, an extension line, whole words: enough is accepted for the law to say something.
  assert.ok(taken > 20, String(taken));
});

test('an altered key is refused, or is the same', () => {
  fc.assert(
    fc.property(alteredFrom(vector.WITNESS_VKEY), (text) => {
      const key = accepted(() => parseNoteKey(text));
      if (key !== undefined) assert.equal(text, vector.WITNESS_VKEY);
    }),
    runs(500, 50_000),
  );
});

test('T-07 requests, answers and policies that anybody may send throw nothing but refusals', () => {
  const request = `old 2\n${vector.PROOF.split('\n')[2] ?? ''}\n\n${vector.NOTE}`;
  const policy = `log ${vector.LOG_VKEY}\nwitness w ${vector.WITNESS_VKEY}\ngroup g 1 w\nquorum g\n`;
  const anything = fc.oneof(fc.uint8Array({ maxLength: 80 }), alteredFrom(request), alteredFrom(policy));
  const known = new Map([
    ['mirror.example/provenance', { key: parseNoteKey(vector.LOG_VKEY), size: 2, root: new Uint8Array(32) }],
  ]);
  fc.assert(
    fc.property(anything, fc.constantFrom(200, 409, 500), (sent, status) => {
      const judgement = judgeAddCheckpoint(sent, known);
      assert.notEqual(judgement.status, 200);
      readWitnessAnswer(status, 'text/x.tlog.size', sent);
      accepted(() => parseWitnessPolicy(Buffer.from(sent).toString('utf8')));
    }),
    runs(1500, 100_000),
  );
});
