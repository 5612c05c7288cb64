/** Certificates and public keys in PEM. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { newAuthority } from '../../acquire/certificates.ts';
import { derOf, said } from './written.ts';

const [first, second] = [newAuthority('first').certificate, newAuthority('second').certificate];
const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const bytes = (...texts: readonly string[]): Buffer => Buffer.from(texts.join(''), 'utf8');

test('certificates by subject and SHA-256, public keys by SHA-256', () => {
  assert.deepEqual(said(undefined, bytes(first, key), 'ca.pem'), [
    'is a file of certificates or keys',
    `certificate "CN=first" sha256 ${derOf(first).sha256} comes`,
    `public key sha256 ${derOf(key).sha256} comes`,
  ]);
});

test('one that takes another’s place', () => {
  assert.deepEqual(said(bytes(first), bytes(second)), [
    `certificate "CN=second" sha256 ${derOf(second).sha256} comes`,
    `certificate "CN=first" sha256 ${derOf(first).sha256} goes`,
  ]);
});

test('line breaks are no change, and text around the blocks is', () => {
  const broken = first.replaceAll('\n', '\r\n');
  assert.deepEqual(said(bytes(first), bytes(broken)), [
    'is a file of certificates or keys that says the same as before in other words',
  ]);
  assert.deepEqual(said(bytes(first), bytes('# note\u202e\n', first)), [
    'the file: text around them none -> "# note\\u00e2\\u0080\\u00ae"',
  ]);
});

test('what is no certificate is said to be none, and other blocks are named', () => {
  const junk = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const other = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
  const digest = derOf(junk).sha256;
  assert.deepEqual(said(undefined, bytes(junk, other)).slice(1), [
    `certificate 3 bytes that are no certificate, sha256 ${digest} comes`,
    `"PRIVATE KEY" sha256 ${digest} comes`,
  ]);
});
