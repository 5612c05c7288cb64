/** T-04: a cosignature vouches for one text at one time, by one key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { cosignedBytes, signCosignature, verifyCosignature } from '../../src/tlog/cosignature.ts';
import { parseSignature, signatureLine } from '../../src/tlog/note.ts';
import { GrownTree } from './grown-tree.ts';
import { refuses } from './refusing.ts';
import { LOG, logLine, signerOf, TestWitness } from './test-keys.ts';

const BODY = formatCheckpoint({ origin: LOG.key.name, size: 5, root: GrownTree.counting(5).root() });
const witness = new TestWitness('w.example/one', 21);
const TIME = 1_795_000_000;

/** A line whose stated time and signed time may be any. */
function lineOf(stated: bigint, signed: bigint, body = BODY): string {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(stated);
  const signature = witness.signer.sign(Buffer.from(`cosignature/v1\ntime ${String(signed)}\n${body}`));
  return signatureLine(witness.key, Buffer.concat([time, signature]));
}

test('the signed text is the one of the specification', () => {
  assert.equal(Buffer.from(cosignedBytes(TIME, BODY)).toString(), `cosignature/v1\ntime 1795000000\n${BODY}`);
});

test('a cosignature tells its time, as a line and taken apart, and keeps it above 2^32', () => {
  for (const time of [1, TIME, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER]) {
    const line = witness.cosign(BODY, time);
    assert.equal(verifyCosignature(line, BODY, witness.key), time);
    assert.equal(verifyCosignature(parseSignature(line), BODY, witness.key), time);
    assert.equal(line, lineOf(BigInt(time), BigInt(time)));
  }
});

test('T-04 another time, another text or another extension line than was signed is nothing', () => {
  const now = BigInt(TIME);
  assert.equal(verifyCosignature(lineOf(now + 1n, now), BODY, witness.key), undefined);
  assert.equal(verifyCosignature(lineOf(now, now, `${BODY}extension\n`), BODY, witness.key), undefined);
  assert.equal(verifyCosignature(lineOf(now, now), `${BODY}extension\n`, witness.key), undefined);
  assert.equal(verifyCosignature(lineOf(now, now), BODY.replace('5', '6'), witness.key), undefined);
});

test('T-04 a time of zero or beyond 2^53−1 is none, though it was signed', () => {
  for (const time of [0n, 2n ** 53n, 2n ** 63n]) {
    assert.equal(verifyCosignature(lineOf(time, time), BODY, witness.key), undefined, String(time));
  }
});

test('the line of another key is nothing, whatever it has in common', () => {
  const line = witness.cosign(BODY, TIME);
  assert.equal(verifyCosignature(line, BODY, new TestWitness('w.example/one', 22).key), undefined);
  assert.equal(verifyCosignature(line, BODY, new TestWitness('w.example/two', 21).key), undefined);
  // With the right name and id, it is the signature that fails.
  const { bytes } = parseSignature(new TestWitness('w.example/one', 22).cosign(BODY, TIME));
  assert.equal(verifyCosignature(signatureLine(witness.key, bytes), BODY, witness.key), undefined);
  assert.equal(verifyCosignature(line.replace('w.example/one', 'w.example/two'), BODY, witness.key), undefined);
  const otherId = { ...witness.key, keyId: '00000000' };
  assert.equal(verifyCosignature(signatureLine(otherId, parseSignature(line).bytes), BODY, witness.key), undefined);
});

test('a signature that is no cosignature by its length is nothing', () => {
  const { bytes } = parseSignature(witness.cosign(BODY, TIME));
  for (const other of [
    bytes.subarray(0, 1),
    bytes.subarray(0, 8),
    bytes.subarray(0, 71),
    Buffer.concat([bytes, Buffer.of(0)]),
    bytes.subarray(8),
  ])
    assert.equal(verifyCosignature(signatureLine(witness.key, other), BODY, witness.key), undefined);
  // A log’s own signature, by the same key material, vouches for no time.
  const plain = parseSignature(logLine(BODY, signerOf('w.example/one', 21))).bytes;
  assert.equal(verifyCosignature(signatureLine(witness.key, plain), BODY, witness.key), undefined);
});

test('a line that is none is refused, and a log’s key does not cosign', () => {
  refuses('TRUST_LOG_FORMAT', /not a signature line/, () => verifyCosignature('cosigned', BODY, witness.key));
  assert.throws(() => verifyCosignature(witness.cosign(BODY, TIME), BODY, LOG.key), RangeError);
});

test('times that are none are not signed', () => {
  const { sign, key } = witness.signer;
  for (const time of [0, -1, 1.5, NaN, 2 ** 53])
    assert.throws(() => signCosignature(BODY, time, key.name, sign, key.publicKey), RangeError, String(time));
});
