/** Static pins count people and not labels: one key under two ids is one, and a key that cannot count is refused (K-02, K-03, C-02). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from '../../../src/errors.ts';
import { pairNamed } from '../../tuf/key-spellings.ts';
import { SMALL_ORDER } from '../../tuf/ed25519-points.ts';
import { signerNamed } from '../../simulator/keys.ts';
import { plainKey, type Plain, read, refusedPin, staticPin, staticPins } from './pins.ts';

function ed25519(text: string): Plain {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: text } };
}

function spki(name: string): string {
  return String(pairNamed(name).publicKey.export({ type: 'spki', format: 'pem' }));
}

function refusedPins(changes: Plain, cause?: string, what = 'The pin: targets'): void {
  const refusal = refusedPin(staticPin({ targets: staticPins(changes) }), what);
  assert.equal((refusal.cause as Refusal | undefined)?.code, cause, refusal.what);
}

test('K-03 the threshold is a whole number from 1 to the number of different keys', () => {
  for (const threshold of [0, -1, 3, '1', '2', true, null, [2], {}, 2 ** 40])
    refusedPins({ threshold }, 'TRUST_THRESHOLD_VALUE');
  for (const threshold of [1.5, 1e30]) refusedPin(staticPin({ targets: staticPins({ threshold }) }), 'The pin has a');
  refusedPins({ threshold: undefined }, 'TRUST_THRESHOLD_VALUE');
  refusedPins({ keys: {}, threshold: 1 }, 'TRUST_THRESHOLD_VALUE');
  assert.equal(read(staticPin({ targets: staticPins({ threshold: 1 }) })).targets?.threshold, 1);
});

test('K-02 one key under two ids, in any spelling, does not make a threshold of two', () => {
  refusedPins({ keys: { one: plainKey('alice'), two: plainKey('alice') } }, 'TRUST_THRESHOLD_VALUE');
  const hex = Buffer.from(String(pairNamed('ed25519').publicKey.export({ format: 'jwk' }).x), 'base64url').toString(
    'hex',
  );
  const keys = { one: ed25519(hex), two: ed25519(hex.toUpperCase()), three: ed25519(spki('ed25519')) };
  refusedPins({ keys }, 'TRUST_THRESHOLD_VALUE');
  assert.equal(
    read(staticPin({ targets: staticPins({ keys: { ...keys, four: plainKey('bob') } }) })).targets?.threshold,
    2,
  );
});

test('a key whose signatures never count is refused, even beside enough others', () => {
  const kinds: readonly Plain[] = [
    { keytype: 'sigstore-oidc', scheme: 'Fulcio', keyval: { identity: 'a@b.example', issuer: 'https://c.example' } },
    { keytype: 'ed448', scheme: 'ed448', keyval: { public: 'ab' } },
    { keytype: 'rsa', scheme: 'rsassa-pss-sha512', keyval: { public: spki('rsa') } },
    { keytype: '\u001b[2J', scheme: '', keyval: {} },
  ];
  for (const kind of kinds) {
    refusedPins(
      { threshold: 1, keys: { ok: plainKey('alice'), odd: kind } },
      undefined,
      'The pin: targets.keys has the key odd of a kind',
    );
  }
});

test('C-02 keys that are weak, or not what they are declared to be, are refused', () => {
  const wrong: readonly Plain[] = [
    ...SMALL_ORDER.map(ed25519),
    ed25519('00'.repeat(31)),
    ed25519(''),
    ed25519('zz'.repeat(32)),
    ed25519(spki('P-256')),
    { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: spki('P-384') } },
    { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: spki('ed25519') } },
  ];
  for (const key of wrong)
    refusedPins({ threshold: 1, keys: { ok: plainKey('alice'), weak: key } }, 'TRUST_KEY', 'The pin: targets.keys');
});

test('keys of every kind that counts are accepted', () => {
  const keys = {
    rsa: { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: spki('rsa') } },
    p256: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: spki('P-256') } },
    p384: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp384', keyval: { public: spki('P-384') } },
    pem: ed25519(spki('ed25519')),
  };
  const { targets } = read(staticPin({ targets: staticPins({ threshold: 4, keys }) }));
  assert.deepEqual([...(targets?.keys.keys() ?? [])], Object.keys(keys));
});

test('a key without its members, and a list instead of keys, are refused', () => {
  const whole = plainKey('alice');
  for (const key of [
    {},
    null,
    [],
    'x',
    { ...whole, keyval: {} },
    { ...whole, scheme: undefined },
    { ...whole, keytype: 1 },
  ]) {
    refusedPins({ keys: { one: key } }, 'TRUST_MALFORMED', 'The pin: targets.keys key one');
  }
  for (const keys of [null, [], [plainKey('alice')], 'x'])
    refusedPins({ keys }, undefined, 'The pin: targets.keys must be an object');
});

test('R-02 more keys than a role can need are refused before any is decoded', () => {
  const keys = Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`k${String(at)}`, ed25519('junk')]));
  refusedPins({ keys }, 'TRUST_LIMIT');
});

test('the role is targets or a delegated one, never another top-level role', () => {
  for (const name of ['', 'root', 'timestamp', 'snapshot'])
    refusedPins({ targets_rolename: name }, undefined, 'The pin: targets.targets_rolename ');
  for (const name of ['targets', 'claimed', '../x', 'Targets', '__proto__']) {
    assert.equal(read(staticPin({ targets: staticPins({ targets_rolename: name }) })).targets?.rolename, name);
  }
});

test('K-04 ids are labels: nothing depends on what they look like', () => {
  const keys = { '10': plainKey('alice'), '2': plainKey('bob'), [signerNamed('carol').keyId]: plainKey('dave') };
  assert.equal(read(staticPin({ targets: staticPins({ threshold: 3, keys }) })).targets?.keys.size, 3);
});
