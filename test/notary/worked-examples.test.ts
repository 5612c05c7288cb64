/** The worked examples of the dialect’s description (5.2, 5.3), byte by byte: both key ids, a signature, a file’s digest. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { listingOf, notaryTimestamp, signNotary } from '../../src/notary/documents.ts';
import { parseNotaryTimestamp } from '../../src/notary/metadata.ts';
import { countNotarySigners } from '../../src/notary/signatures.ts';
import { notarySignerFromScalar, notarySignerFromSeed } from '../../src/notary/signer.ts';
import { canonicalize } from '../../src/tuf/canonical.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { listedKey } from './files.ts';

const ED25519_ID = 'c3dedb9f6adc50ba0f49a0ae56dc8bc24021cab7c296db65404410b4e3258aef';
const SIGNATURE = 'UJST2JXPsNfme/kNTm0a1Lun/eHqxSsqctaeXePucZ/YU4jBTKMA9kB+dXtdpH/5iGf6D2Ld6AdU6YNub3WiBw==';
const CANONICAL =
  '{"_type":"Timestamp","expires":"2030-01-01T00:00:00Z","meta":{"snapshot":{"hashes":{"sha256":' +
  '"d4PUejePbDyo0bKaobaI/2sU0mvTv4uuFHhRONse/ww=","sha512":"aMTc4XIwiIUXYZtMKodRn8r2t5cpmf95uHPlV5odk6e+' +
  'ktapuPiyOen42IOoHuJMd1e5uKRHhm4qwyYT8HQ5Nw=="},"length":14}},"version":7}';

const timestamp = notaryTimestamp({
  version: 7,
  expires: new Date('2030-01-01T00:00:00Z'),
  snapshot: listingOf(Buffer.from('snapshot-bytes')),
});

test('example 1: the id of an Ed25519 key', () => {
  const { keyId, keyObject } = notarySignerFromSeed(new Uint8Array(32).fill(1));
  assert.equal(
    text(canonicalize(keyObject)),
    '{"keytype":"ed25519","keyval":{"private":null,"public":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="}}',
  );
  assert.equal(keyId, ED25519_ID);
});

test('example 2: the id of an ECDSA key', () => {
  const { keyId, keyObject } = notarySignerFromScalar(new Uint8Array(32).fill(2));
  assert.equal(
    text(canonicalize(keyObject)),
    '{"keytype":"ecdsa","keyval":{"private":null,"public":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVQ9HEAPz35fD31Bqx5f2ch+' +
      'xoft7j2+D0iRJimXIjiQTYJPXAS5QmnNxXL0LAKPMD/S1wBs/+hlqsfsycDa45g=="}}',
  );
  assert.equal(keyId, '9d55e676d12c81352ada73b4da08ca67c09948e42e10453e135508bfd4373616');
});

test('a timestamp: its canonical form and the Ed25519 signature over it', () => {
  const message = canonicalize(timestamp);
  assert.equal(text(message), CANONICAL);
  assert.equal(hex(message), 'c0b767e7458c2399e342d935ace0ff7fc7129b8774b712c9288b58080d888a79');
  const signature = notarySignerFromSeed(new Uint8Array(32).fill(1)).sign(message);
  assert.equal(Buffer.from(signature).toString('base64'), SIGNATURE);
});

test('the file of that timestamp has these bytes, and verifies', () => {
  const signer = notarySignerFromSeed(new Uint8Array(32).fill(1));
  const bytes = signNotary(timestamp, [signer]);
  assert.equal(
    text(bytes),
    `{"signed":${CANONICAL},"signatures":[{"keyid":"${ED25519_ID}","method":"eddsa","sig":"${SIGNATURE}"}]}`,
  );
  assert.equal(bytes.length, 484);
  assert.equal(hex(bytes), '6091c781d88c4d838c964ef068c066e55c24490e4b2f0189136343a443432302');
  const { envelope, version, payload } = parseNotaryTimestamp(bytes, 'timestamp', DEFAULT_LIMITS);
  const key = listedKey('ed25519', Buffer.from('iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=', 'base64'));
  assert.equal(countNotarySigners({ keys: [key], threshold: 1 }, envelope.message, envelope.signatures), 1);
  assert.deepEqual([version, payload.snapshot.length], [7, 14]);
});

function hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
