/** The short ways of the verification give the verdicts of the long ones: for signatures, and for the leaves of renewals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRenewal } from '../../src/audit/verify/renewal-form.ts';
import { quickVerifier } from '../../src/audit/verify/quick-signatures.ts';
import { isRefusal } from '../../src/errors.ts';
import { type AnyEvent, decodeLeaf, encodeLeaf } from '../../src/ledger/events/leaf.ts';
import { publicKeyOf, signEd25519, verifyEd25519 } from '../../src/tuf/ed25519.ts';
import { hex } from '../gate/names.ts';

const SEED = new Uint8Array(32).fill(7);
const KEY = publicKeyOf(SEED);
/** The identity, and a point of order two: under them anything verifies somewhere (C-02). */
const WEAK = ['01', 'ec'].map((first) =>
  Buffer.from(first + (first === 'ec' ? `${'ff'.repeat(30)}7f` : '00'.repeat(31)), 'hex'),
);
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

test('a signature has one verdict, however it is asked for', () => {
  const message = Buffer.from('message');
  const good = signEd25519(SEED, message);
  const malleated = Buffer.from(good);
  const s = BigInt(`0x${Buffer.from(good.subarray(32)).reverse().toString('hex')}`) + ORDER;
  Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse().copy(malleated, 32);
  const nothing = Buffer.alloc(64);
  nothing[0] = 1;
  const samples: [Uint8Array, Uint8Array, Uint8Array][] = [KEY, ...WEAK, Buffer.alloc(32, 0xff)].flatMap((key) =>
    [good, malleated, nothing, Buffer.alloc(64), good.subarray(1), Buffer.concat([good, good])].map(
      (signature): [Uint8Array, Uint8Array, Uint8Array] => [key, message, signature],
    ),
  );
  for (const [key, signed, signature] of samples)
    assert.equal(quickVerifier(key)(signed, signature), verifyEd25519(key, signed, signature));
  assert.equal(quickVerifier(KEY)(message, good), true);
  const quickly = quickVerifier(KEY);
  fc.assert(
    fc.property(fc.nat(63), fc.nat(7), fc.boolean(), (byte, bit, isMessage) => {
      const [text, signature] = [Buffer.from(message), Buffer.from(good)];
      const bent = isMessage ? text : signature;
      bent[byte % bent.length] = (bent[byte % bent.length] ?? 0) ^ (1 << bit);
      assert.equal(quickly(text, signature), verifyEd25519(KEY, text, signature));
    }),
    { numRuns: 60 },
  );
});

const file = fc.record({
  version: fc.nat(),
  sha256: fc.nat(99).map((n) => hex(String(n))),
  length: fc.nat(),
  expires: fc.constantFrom('2026-12-01T00:00:00Z', '2030-01-31T23:59:59Z'),
});
const renewal = fc.record({
  n: fc.nat(),
  generation: fc.nat(),
  online_epoch: fc.nat(9),
  root_version: fc.nat(99),
  repository: fc.constantFrom('a', 'sample', 'a.b-c_d', '0'),
  actor: fc.constantFrom('system:renewal', 'system:publish', 'local', `a-${'0'.repeat(20)}`),
  cause: fc.constantFrom(null, hex('cause')),
  snapshot: file,
  timestamp: file,
});

type Renewal = typeof renewal extends fc.Arbitrary<infer Value> ? Value : never;

function leafOf({ n, actor, cause, ...body }: Renewal): string {
  const at = new Date('2026-11-23T03:00:00Z');
  const event = {
    n,
    type: 'serve.timestamp',
    mirrorId: hex('mirror', 16),
    at,
    actor,
    cause,
    nonce: hex('nonce', 16),
    body,
  };
  return encodeLeaf(event as AnyEvent).toString('utf8');
}

test('a renewal is read as every other leaf is', () => {
  fc.assert(
    fc.property(renewal, (parts) => {
      const leaf = leafOf(parts);
      assert.deepEqual(readRenewal(leaf, parts.n), decodeLeaf(Buffer.from(leaf), parts.n));
      assert.equal(readRenewal(leaf, parts.n + 1), undefined);
    }),
    { numRuns: 200 },
  );
});

test('whatever is not exactly a renewal is left to the ordinary way, which refuses it or reads it as it is', () => {
  const leaf = leafOf({
    ...{ n: 3, generation: 1, online_epoch: 1, root_version: 1, repository: 'sample', actor: 'local', cause: null },
    snapshot: { version: 1, sha256: hex('s'), length: 1, expires: '2026-12-01T00:00:00Z' },
    timestamp: { version: 2, sha256: hex('t'), length: 1, expires: '2026-12-01T00:00:00Z' },
  });
  assert.ok(readRenewal(leaf, 3));
  for (let at = 0; at < leaf.length; at++) {
    for (const bent of [
      `${leaf.slice(0, at)}~${leaf.slice(at + 1)}`,
      `${leaf.slice(0, at)} ${leaf.slice(at)}`,
      leaf.slice(0, at) + leaf.slice(at + 1),
    ]) {
      const quick = readRenewal(bent, 3);
      if (quick) assert.deepEqual(quick, decodeLeaf(Buffer.from(bent), 3), bent);
    }
  }
  for (const bent of [
    leaf.replace('"generation":1', '"generation":01'),
    leaf.replace('"n":3', '"n":3.0'),
    leaf.replace('"length":1', '"length":-1'),
    `${leaf}\n`,
    leaf.replace('T00:00:00Z', 'T00:00:00+00:00'),
  ]) {
    assert.equal(readRenewal(bent, 3), undefined, bent);
    try {
      decodeLeaf(Buffer.from(bent), 3);
    } catch (error) {
      assert.ok(isRefusal(error, 'STATE_LEDGER'));
    }
  }
});
