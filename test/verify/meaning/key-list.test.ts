/** A list of keys as a package registry publishes it, in both forms in use; recognised by its shape. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64, json, said, sha256Of } from './written.ts';

const key = (keyId: string, keyUsage: string, bytes: string, end?: string) => ({
  keyId,
  keyUsage,
  publicKey: {
    rawBytes: base64(bytes),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: { start: '2022-12-01T00:00:00.000Z', ...(end === undefined ? {} : { end }) },
  },
});
const base = json({ keys: [key('SHA256:one', 'npm:signatures', 'one')] });

test('a first list, with keys by id and usage', () => {
  assert.deepEqual(said(undefined, base), [
    'is a list of keys',
    `key "SHA256:one" for "npm:signatures" comes: key sha256 ${sha256Of('one')}, kind "PKIX_ECDSA_P256_SHA_256", valid from 2022-12-01T00:00:00.000Z`,
  ]);
});

test('a key that ends, while another comes for the same usage', () => {
  const rotated = json({
    keys: [
      key('SHA256:one', 'npm:signatures', 'one', '2025-01-29T00:00:00.000Z'),
      key('SHA256:two', 'npm:signatures', 'two'),
    ],
  });
  const [ends, comes, ...others] = said(base, rotated);
  assert.equal(ends, 'key "SHA256:one" for "npm:signatures" ends: valid until none -> 2025-01-29T00:00:00.000Z');
  assert.match(comes ?? '', /^key "SHA256:two" for "npm:signatures" comes: /);
  assert.deepEqual(others, []);
});

test('other material under the same id, and the same key for another usage', () => {
  assert.deepEqual(said(base, json({ keys: [key('SHA256:one', 'npm:signatures', 'forged')] })), [
    `key "SHA256:one" for "npm:signatures": key sha256 ${sha256Of('one')} -> sha256 ${sha256Of('forged')}`,
  ]);
  const lines = said(base, json({ keys: [key('SHA256:one', 'npm:attestations', 'one')] }));
  assert.deepEqual(
    lines.map((line) => line.split(': ')[0]),
    ['key "SHA256:one" for "npm:attestations" comes', 'key "SHA256:one" for "npm:signatures" goes'],
  );
});

test('the form with `keyid`, `key` and `expires`', () => {
  const entry = {
    keyid: 'SHA256:one',
    keytype: 'ecdsa',
    scheme: 'ecdsa-sha2-nistp256',
    key: base64('one'),
    expires: null,
  };
  const list = (more: object): Buffer => json({ keys: [{ ...entry, ...more }] });
  assert.deepEqual(said(undefined, list({})).slice(1), [
    `key "SHA256:one" comes: key sha256 ${sha256Of('one')}, key type "ecdsa", scheme "ecdsa-sha2-nistp256", also "expires" null`,
  ]);
  assert.deepEqual(said(list({}), list({ expires: '2025-01-29T00:00:00.000Z' })), [
    'key "SHA256:one": expires none -> 2025-01-29T00:00:00.000Z',
    'key "SHA256:one": also "expires" null -> none',
  ]);
});

test('a list whose every entry has an id is one, and nothing else is', () => {
  for (const other of [
    { keys: [] },
    { keys: {} },
    { keys: [{ kid: 'x' }] },
    { keys: [{ keyId: 'x' }, 1] },
    { keys: [{ keyId: 1 }] },
  ])
    assert.deepEqual(said(undefined, json(other)), [], JSON.stringify(other));
});

test('members beside the keys are said', () => {
  assert.deepEqual(said(base, json({ keys: [key('SHA256:one', 'npm:signatures', 'one')], revoked: ['SHA256:one'] })), [
    'the file: also "revoked" none -> ["SHA256:one"]',
  ]);
});
