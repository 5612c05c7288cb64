/** One purpose, one namespace: a signature for anything else is worth nothing (Y-05, A-05). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPurpose, PURPOSES } from '../../src/sshsig/namespaces.ts';
import { parseSignature, verifySignature } from '../../src/sshsig/signature.ts';
import { forge } from './forge.ts';
import { ed25519 } from './people.ts';
import { refused } from './refused.ts';

const purposes = Object.values(PURPOSES);

test('the purposes are fixed words with a version: they are in every signature ever made', () => {
  assert.deepEqual(purposes, [
    'import-claim.v1@countersign',
    'import-approval.v1@countersign',
    'policy-change.v1@countersign',
    'break-glass.v1@countersign',
    'key-ceremony.v1@countersign',
    'pin.v1@countersign',
  ]);
});

test('what people sign elsewhere is none of them', () => {
  for (const name of [
    'git',
    'file',
    '',
    'pin.v1@countersign ',
    'PIN.v1@countersign',
    'pin.v2@countersign',
    'toString',
  ]) {
    assert.equal(isPurpose(name), false, name);
  }
  for (const purpose of purposes) assert.equal(isPurpose(purpose), true);
});

test('a signature for one purpose is none for any other', () => {
  for (const namespace of ['git', 'file', ...purposes]) {
    const signature = parseSignature(forge(ed25519('alice'), { message: 'yes', namespace }));
    for (const other of purposes.filter((one) => one !== namespace)) {
      assert.throws(
        () => verifySignature(signature, Buffer.from('yes'), other),
        refused('TRUST_SSH_SIGNATURE', /was made for the purpose/),
      );
    }
  }
});
