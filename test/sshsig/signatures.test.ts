/** Signatures that OpenSSH made, what a device adds to one, and every single altered bit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { parseSignature, verifySignature } from '../../src/sshsig/signature.ts';
import { armor, forge, forgeBlob } from './forge.ts';
import { ed25519, hardwareEd25519, hardwareNistp256, nistp256, type Person } from './people.ts';
import { refused } from './refused.ts';
import { vector } from './vectors.ts';

const NAMESPACE = 'pin.v1@countersign';
const MESSAGE = 'What is signed here.\n';
const alice = ed25519('alice');

function verify(signature: string, message = MESSAGE, namespace = NAMESPACE): ReturnType<typeof verifySignature> {
  return verifySignature(parseSignature(signature), Buffer.from(message), namespace);
}

test('what ssh-keygen signed is verified, and the key is the one that signed', () => {
  for (const name of ['ed25519', 'ed25519, sha256', 'nistp256', 'rsa-3072']) {
    const { signature, message, namespace, publicKey } = vector(name);
    assert.deepEqual(verify(signature, message, namespace), parsePublicKeyLine(publicKey), name);
  }
});

test('the signatures of these tests are the very bytes that ssh-keygen writes', () => {
  assert.equal(forge(alice, { message: MESSAGE, namespace: NAMESPACE }), vector('ed25519').signature);
  assert.equal(
    forge(alice, { message: MESSAGE, namespace: NAMESPACE, hash: 'sha256' }),
    vector('ed25519, sha256').signature,
  );
});

test('a signature says what it is before it is verified', () => {
  const { namespace, hash, algorithm, key, device } = parseSignature(vector('rsa-3072').signature);
  assert.deepEqual([namespace, hash, algorithm, key.type], [NAMESPACE, 'sha512', 'rsa-sha2-512', 'ssh-rsa']);
  assert.equal(device, undefined);
});

test('a device says whether it was touched, whether it checked the person, and how often it signed', () => {
  const presences: readonly (readonly [Person, object])[] = [
    [hardwareEd25519('alice'), { isTouched: true, isVerified: false, counter: 7 }],
    [hardwareEd25519('alice', { flags: 0x05 }), { isTouched: true, isVerified: true, counter: 7 }],
    [hardwareNistp256('bob', { counter: 0xffff_ffff }), { isTouched: true, isVerified: false, counter: 0xffff_ffff }],
    [hardwareNistp256('bob', { flags: 0x1d, counter: 0 }), { isTouched: true, isVerified: true, counter: 0 }],
  ];
  for (const [person, presence] of presences) {
    const signer = verify(forge(person, { message: MESSAGE, namespace: NAMESPACE }));
    assert.deepEqual(signer, { ...parsePublicKeyLine(person.line), presence });
  }
  assert.equal('presence' in verify(vector('ed25519').signature), false);
});

test('no bit of a signature can be changed', () => {
  for (const person of [alice, nistp256('bob'), hardwareEd25519('alice'), hardwareNistp256('bob')]) {
    const blob = forgeBlob(person, { message: MESSAGE, namespace: NAMESPACE });
    // Every bit of the plain form; of the others, whose curves are slow, one of each byte.
    const step = person === alice ? 1 : 7;
    for (let at = 0; at < blob.length * 8; at += step) {
      const changed = Buffer.from(blob);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      assert.throws(() => verify(armor(changed)), refused('TRUST_SSH_SIGNATURE', /./), `bit ${String(at)}`);
    }
  }
});

test('no bit of the message can be changed', () => {
  const message = Buffer.from(MESSAGE);
  const signature = parseSignature(vector('nistp256').signature);
  for (let at = 0; at < message.length * 8; at++) {
    const changed = Buffer.from(message);
    changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
    assert.throws(
      () => verifySignature(signature, changed, NAMESPACE),
      refused('TRUST_SSH_SIGNATURE', /over these bytes: one of the two was altered/),
    );
  }
});

test('no bytes, however they are cut, are anything but a refusal', () => {
  const blob = forgeBlob(hardwareNistp256('bob'), { message: MESSAGE, namespace: NAMESPACE });
  for (let length = 0; length < blob.length; length++) {
    assert.throws(
      () => parseSignature(armor(blob.subarray(0, length))),
      (error) => isRefusal(error, 'TRUST_SSH_SIGNATURE'),
    );
  }
});

test('a length of four gigabytes is refused, and not waited for', () => {
  const blob = Buffer.concat([Buffer.from('SSHSIG'), Buffer.from([0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff])]);
  assert.throws(() => parseSignature(armor(blob)), refused('TRUST_SSH_SIGNATURE', /is cut off/));
});

test('an armour longer than any signature is refused before it is decoded', () => {
  const long = armor(Buffer.alloc(20_000));
  assert.throws(() => parseSignature(long), refused('TRUST_SSH_SIGNATURE', /is longer than 16384 characters/));
});

test('line ends of CR LF are told apart from other damage, because mail and Git make them', () => {
  const altered = vector('ed25519').signature.replaceAll('\n', '\r\n');
  assert.throws(() => parseSignature(altered), refused('TRUST_SSH_SIGNATURE', /has line ends of CR LF/));
});
