/** How many people signed (N-02, K-01, K-02): by key material, however many ids, certificates or signatures there are. */
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { test } from 'node:test';
import type { NotaryKey } from '../../src/notary/keys.ts';
import { asTufRole, countNotarySigners, requireNotaryThreshold } from '../../src/notary/signatures.ts';
import { ROOT, TARGETS, roleName } from '../../src/tuf/names.ts';
import { hasSameKeys, stillSuffice } from '../../src/tuf/signatures.ts';
import { refused } from '../simulator/refused.ts';
import { type Pair, ec, pemFor, rsa2048 } from './certificates.ts';
import { listedKey, pss, rawEcdsa, spkiOf } from './files.ts';

const MESSAGE = Buffer.from('what was signed');
const [one, other] = [ec(), ec()];

test('N-02 one key under two certificates counts once, signed with both ids', () => {
  const keys = ['first', 'second'].map((serial) => certified(one, serial));
  const signatures = keys.map((key) => signed(key, one));
  assert.notEqual(keys[0]?.id, keys[1]?.id);
  assert.equal(countNotarySigners({ keys, threshold: 2 }, MESSAGE, signatures), 1);
  // In such a role nobody could ever be two.
  refused('TRUST_THRESHOLD_VALUE', () => requireNotaryThreshold(ROOT, { keys, threshold: 2 }, MESSAGE, signatures));
  const three = { keys: [...keys, certified(other, 'third')], threshold: 2 };
  refused('TRUST_SIGNATURES', () => requireNotaryThreshold(ROOT, three, MESSAGE, signatures));
  requireNotaryThreshold(ROOT, three, MESSAGE, [
    ...signatures,
    ...three.keys.slice(2).map((key) => signed(key, other)),
  ]);
});

test('N-02 one key in a certificate and bare counts once', () => {
  const keys = [certified(one, 'first'), listedKey('ecdsa', spkiOf(one.publicKey))];
  const signatures = keys.map((key) => signed(key, one));
  assert.equal(countNotarySigners({ keys, threshold: 2 }, MESSAGE, signatures), 1);
});

test('one key that signs by two methods counts once', () => {
  const key = listedKey('rsa', spkiOf(rsa2048.publicKey));
  const signatures = [
    { keyId: key.id, method: 'rsapss', bytes: pss(rsa2048, MESSAGE, 32) },
    { keyId: key.id, method: 'rsapkcs1v15', bytes: sign('sha256', MESSAGE, rsa2048.privateKey) },
  ];
  assert.equal(countNotarySigners({ keys: [key, certified(other, '')], threshold: 2 }, MESSAGE, signatures), 1);
});

test('the same key id twice counts once, and a bad one before it does no harm', () => {
  const keys = [certified(one, ''), certified(other, '')];
  const [first] = keys.map((key) => signed(key, one));
  assert.ok(first);
  const bad = { ...first, bytes: Buffer.alloc(64, 1) };
  assert.equal(countNotarySigners({ keys, threshold: 2 }, MESSAGE, [bad, first, first]), 1);
});

test('unknown keys and methods are passed over', () => {
  const [key, stranger] = [certified(one, ''), certified(other, '')];
  const signatures = [signed(stranger, other), { ...signed(key, one), method: 'future' }, signed(key, one)];
  requireNotaryThreshold(TARGETS, { keys: [key], threshold: 1 }, MESSAGE, signatures);
  assert.equal(countNotarySigners({ keys: [key], threshold: 1 }, MESSAGE, signatures.slice(0, 2)), 0);
});

test('a key of an unknown kind is one of the role’s keys, and never signs', () => {
  const [key, future] = [certified(one, ''), listedKey('future', Buffer.from('anything'))];
  const role = { keys: [key, future], threshold: 2 };
  const signatures = [
    signed(key, one),
    ...['', 'future', 'ecdsa'].map((method) => ({ ...signed(future, one), method })),
  ];
  assert.equal(countNotarySigners(role, MESSAGE, signatures), 1);
  refused('TRUST_SIGNATURES', () => requireNotaryThreshold(TARGETS, role, MESSAGE, signatures));
});

test('a signature made for one key and named for another counts for neither', () => {
  const keys = [certified(one, ''), certified(other, '')];
  assert.equal(
    countNotarySigners(
      { keys, threshold: 1 },
      MESSAGE,
      keys.slice(1).map((key) => signed(key, one)),
    ),
    0,
  );
});

test('too few signers name the role, and who delegated it', () => {
  const role = { keys: [certified(one, '')], threshold: 1 };
  const releases = roleName('targets/releases');
  const { what } = refused('TRUST_SIGNATURES', () => requireNotaryThreshold(releases, role, MESSAGE, [], TARGETS));
  assert.match(what, /^targets\/releases as delegated by targets is signed by 0/);
});

test('roles are compared by key material: another certificate around the same key is no rotation', () => {
  const role = (serial: string, threshold = 1): Parameters<typeof asTufRole>[0] => ({
    keys: [certified(one, serial), listedKey('rsa', spkiOf(rsa2048.publicKey))],
    threshold,
  });
  assert.ok(hasSameKeys(asTufRole(role('a')), asTufRole(role('b'))));
  assert.ok(!hasSameKeys(asTufRole(role('a')), asTufRole(role('b', 2))));
  assert.ok(stillSuffice(asTufRole(role('a', 2)), asTufRole(role('b', 2))));
  assert.ok(!hasSameKeys(asTufRole(role('a')), asTufRole({ keys: [certified(other, 'a')], threshold: 1 })));
});

function certified(pair: Pair, serial: string): NotaryKey {
  return listedKey('ecdsa-x509', Buffer.from(pemFor(pair, { serial })));
}

function signed(key: NotaryKey, pair: Pair): { keyId: NotaryKey['id']; method: string; bytes: Uint8Array } {
  return { keyId: key.id, method: 'ecdsa', bytes: rawEcdsa(pair, MESSAGE) };
}
