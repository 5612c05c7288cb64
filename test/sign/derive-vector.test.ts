import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { deriveSeed } from '../../src/sign/derive.ts';
import { signerFromSeed } from '../../src/sign/signer.ts';
import { verifyEd25519 } from '../../src/tuf/ed25519.ts';
import { encodeHex } from '../../src/tuf/encoding.ts';
import { repositoryId } from '../../src/tuf/names.ts';

const master = Uint8Array.from({ length: 32 }, (_, index) => index);
const sigstore = repositoryId('sigstore');

test('the published vector: master secret 00 01 … 1f', () => {
  const vector = [
    ['sigstore', 'root', 1, '5c7a94cf8dc1550dd7db632f86ceaaa00311905f8d613b663d289dd74ba89388'],
    ['sigstore', 'timestamp', 1, '8c2c096541636cc5c66687770d00338336fd5092a27fab9922abf4fa51094f3d'],
    ['sigstore', 'timestamp', 2, '12b471ae46012ad768114b3c7de5f0b829f749ed2c1202ca6bf43b15fcc2a332'],
    ['npm', 'snapshot', 4294967295, '75dc65d86353ede5fbc9b27bd437ab02b9d5895b24c1f3dcb6742beeac1fa8f6'],
  ] as const;
  for (const [repository, role, epoch, seed] of vector) {
    assert.equal(encodeHex(deriveSeed(master, repositoryId(repository), role, epoch)), seed);
  }
});

test('another implementation, from the comment alone, gets the same seed', () => {
  const info = Buffer.from(
    '0008' + Buffer.from('sigstore').toString('hex') + '0004' + Buffer.from('root').toString('hex') + '00000007',
    'hex',
  );
  const seed = hkdfSync('sha256', master, Buffer.from('countersign/derive-seed/v1'), info, 32);
  assert.equal(encodeHex(deriveSeed(master, sigstore, 'root', 7)), encodeHex(new Uint8Array(seed)));
});

test('repository, role and epoch each give another key (Y-05)', () => {
  const seeds = [
    deriveSeed(master, sigstore, 'root', 1),
    deriveSeed(master, sigstore, 'snapshot', 1),
    deriveSeed(master, sigstore, 'timestamp', 1),
    deriveSeed(master, sigstore, 'timestamp', 2),
    deriveSeed(master, repositoryId('sigstor'), 'timestamp', 1),
    deriveSeed(new Uint8Array(32).fill(1), sigstore, 'timestamp', 1),
  ].map(encodeHex);
  assert.equal(new Set(seeds).size, seeds.length);
});

test('what does not fit the framing is a bug and never a key', () => {
  for (const epoch of [0, -1, 1.5, 2 ** 32, Number.NaN]) {
    assert.throws(() => deriveSeed(master, sigstore, 'root', epoch), RangeError);
  }
  assert.throws(() => deriveSeed(master.subarray(1), sigstore, 'root', 1), RangeError);
});

test('a signer lists its key as every client reads it, and signs until it is wiped (Y-02)', () => {
  const seed = deriveSeed(master, sigstore, 'root', 1);
  const signer = signerFromSeed(seed);
  assert.deepEqual([...signer.keyObject.keys()], ['keytype', 'keyval', 'scheme']);
  const keyval = signer.keyObject.get('keyval');
  const publicHex = keyval instanceof Map ? keyval.get('public') : undefined;
  assert.equal(publicHex, '879539fce73b8124baf8a46d6f211da5fb214f8c61e51d2b16d3285c9e3d892c');
  assert.equal(signer.keyId, 'c1700bb57ce626fb685a8f2f4f4b5cdff6e8c07fe1968422c532c219b3d9fe7c');
  const message = Buffer.from('a message');
  assert.ok(verifyEd25519(Buffer.from(publicHex, 'hex'), message, signer.sign(message)));
  signer.forget();
  assert.deepEqual(seed, new Uint8Array(32));
  assert.throws(() => signer.sign(message), /wiped/);
});
