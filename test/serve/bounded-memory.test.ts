/** what stays in memory is bounded by bytes, whatever clients ask for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import type { Sha256 } from '../../src/tuf/names.ts';

/** A reader that only has `bytes`, and remembers what it was asked for; digests begin with the length. */
function countingReader(): { reader: LedgerReader; asked: string[] } {
  const asked: string[] = [];
  const bytes = (digest: string): Buffer => {
    asked.push(digest);
    return Buffer.alloc(Number(digest.split(' ')[0]));
  };
  return { reader: { bytes } as unknown as LedgerReader, asked };
}

function readAll(bodies: RecordBodies, ...digests: string[]): void {
  for (const digest of digests) bodies.read(digest as Sha256);
}

void test('the least recently used bytes are let go first', () => {
  const { reader, asked } = countingReader();
  const bodies = new RecordBodies(reader, 100);
  readAll(bodies, '25 a', '25 b', '25 c', '25 d', '25 a', '25 e');
  assert.deepEqual(asked.splice(0), ['25 a', '25 b', '25 c', '25 d', '25 e']);
  readAll(bodies, '25 a', '25 c', '25 d', '25 e');
  assert.deepEqual(asked, []);
  readAll(bodies, '25 b');
  assert.deepEqual(asked, ['25 b']);
});

void test('a file that would push out everything else is read each time', () => {
  const { reader, asked } = countingReader();
  const bodies = new RecordBodies(reader, 100);
  readAll(bodies, '10 small', '26 large', '26 large', '10 small');
  assert.deepEqual(asked, ['10 small', '26 large', '26 large']);
});

void test('a file that is larger than what is kept at all is still read', () => {
  const { reader } = countingReader();
  assert.equal(new RecordBodies(reader, 0).read('7 x' as Sha256).length, 7);
});
