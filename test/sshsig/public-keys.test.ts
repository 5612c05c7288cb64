/** Public keys of people: read as ssh-keygen prints them, compared by material, refused where they are weak (K-02, Y-05). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePublicKeyBlob, parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { decodeKey } from '../../src/tuf/keys.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import type { KeyId } from '../../src/tuf/names.ts';
import { NON_CANONICAL, SMALL_ORDER } from '../tuf/ed25519-points.ts';
import { ed25519, hardwareEd25519, hardwareNistp256, lineOf, nistp256, type Person, wire } from './people.ts';
import { refused } from './refused.ts';
import { vector } from './vectors.ts';

const alice = ed25519('alice');
const rsa = vector('rsa-3072').publicKey;

test('each kind has the fingerprint that ssh-keygen -l prints', () => {
  const printed: readonly (readonly [string, string, boolean])[] = [
    [alice.line, 'SHA256:bzgMqIMV1HHeBWt072VKJ8DbXiS1yjoFBKAfktFCdVI', false],
    [nistp256('bob').line, 'SHA256:ZQLaElNNLzZYW3eHdiqeoyxH41FF79bOl2B4mS3ZJjU', false],
    [rsa, 'SHA256:Uv3UTHi/aBYWvc1sPFK+MhknBSDf22ja8ODtrvhQY38', false],
    [hardwareEd25519('alice').line, 'SHA256:OuGHGOjIR5Ko8/x1MiHBf8rz9pW2eJDaQOJ8z/iuQug', true],
    [hardwareNistp256('bob').line, 'SHA256:W5XHUKMlAuPLcYXhSYLbeVwtBnfOIc5pj9WLlVfDQHs', true],
  ];
  for (const [line, fingerprint, isHardware] of printed) {
    const key = parsePublicKeyLine(line);
    assert.deepEqual([key.fingerprint, key.isHardware, key.line], [fingerprint, isHardware, line]);
    assert.equal(`${key.type} ${Buffer.from(key.blob).toString('base64')}`, line);
    assert.deepEqual(parsePublicKeyBlob(key.blob), key);
  }
});

test('one material has one identity, whatever it is dressed as (K-02)', () => {
  const materials = (...people: Person[]): string[] => people.map(({ line }) => parsePublicKeyLine(line).material);
  const [plain, hardware, other] = materials(
    alice,
    hardwareEd25519('alice'),
    hardwareEd25519('alice', { application: 'ssh:other' }),
  );
  assert.deepEqual([hardware, other], [plain, plain]);
  const [curve, token] = materials(nistp256('bob'), hardwareNistp256('bob'));
  assert.equal(curve, token);
  assert.equal(new Set(materials(alice, ed25519('bob'), nistp256('bob'), nistp256('alice'))).size, 4);
});

test('a key of metadata and a person’s key have the same identity when they are the same (Y-05)', () => {
  const material = parsePublicKeyLine(alice.line).material;
  const hex = Buffer.from(alice.blob.subarray(-32)).toString('hex');
  assert.equal(decodeKey('x' as KeyId, 'ed25519', 'ed25519', hex, jsonObject({})).fingerprint, material);
  const point = Buffer.from(nistp256('bob').blob.subarray(-65)).toString('hex');
  const { fingerprint } = decodeKey('x' as KeyId, 'ecdsa', 'ecdsa-sha2-nistp256', point, jsonObject({}));
  assert.equal(fingerprint, parsePublicKeyLine(nistp256('bob').line).material);
});

test('the comment is dropped: anybody may write a name there (A-04)', () => {
  const key = parsePublicKeyLine(alice.line);
  for (const text of [
    `${alice.line} root@trusted`,
    `${alice.line}\n`,
    `${alice.line} x\r\n`,
    ` \t${alice.line}\t\tx y`,
  ]) {
    assert.deepEqual(parsePublicKeyLine(text), key, JSON.stringify(text));
  }
});

test('what is not exactly one plain key is refused', () => {
  const lines: readonly (readonly [string, RegExp])[] = [
    ['', /is of the kind “”/],
    ['ssh-ed25519', /is cut off|is not padded base64/],
    [`${alice.line}\n${alice.line}\n`, /is more than one line/],
    [`${alice.line}\r${alice.line}`, /is more than one line/],
    [`${alice.line} ${'x'.repeat(20_000)}`, /is more than one line/],
    [`no-pty ${alice.line}`, /is of the kind “no-pty”/],
    [`ssh-ed25519 ${Buffer.from(alice.blob).toString('base64url')}==`, /is not padded base64/],
    [`ssh-rsa ${alice.line.split(' ')[1] ?? ''}`, /says ssh-rsa in front, and ssh-ed25519 inside/],
    ['ssh-dss AAAA', /is of the kind “ssh-dss”, and not one of ssh-ed25519, /],
    [vector('nistp384').publicKey, /is of the kind “ecdsa-sha2-nistp384”/],
    ['ssh-ed25519-cert-v01@openssh.com AAAA', /is a certificate \(ssh-ed25519-cert-v01@openssh\.com\)/],
    ['sk-ecdsa-sha2-nistp256-cert-v01@openssh.com AAAA', /is a certificate/],
    ['\u202essh-ed25519 AAAA', /“\\u202essh-ed25519”/],
  ];
  for (const [line, what] of lines) {
    assert.throws(() => parsePublicKeyLine(line), refused('TRUST_KEY', what), line);
  }
});

test('a blob is read to its last byte, and holds what its kind says', () => {
  const blobs: readonly (readonly [Uint8Array, RegExp])[] = [
    [Buffer.alloc(0), /is cut off/],
    [Buffer.concat([alice.blob, Buffer.of(0)]), /has 1 bytes after its end/],
    [alice.blob.subarray(0, -1), /is cut off/],
    [wire('ssh-ed25519', Buffer.alloc(31, 1)), /is not a 32-byte Ed25519 key/],
    [wire('ssh-ed25519', Buffer.alloc(33, 1)), /is not a 32-byte Ed25519 key/],
    [wire('sk-ssh-ed25519@openssh.com', alice.blob.subarray(-32)), /is cut off/],
    [wire('ssh-ed25519-cert-v01@openssh.com', 'x'), /is a certificate/],
    [wire('ssh-unknown', 'x'), /of a kind that is not supported/],
    [wire('ecdsa-sha2-nistp256', 'nistp384', nistp256('bob').blob.subarray(-65)), /names another curve/],
    [wire('ecdsa-sha2-nistp256', 'nistp256', Buffer.of(0)), /is not an uncompressed P-256 point/],
    [wire('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 6)), /is not an uncompressed P-256 point/],
  ];
  for (const [blob, what] of blobs) {
    assert.throws(() => parsePublicKeyBlob(blob), refused('TRUST_KEY', what), String(what));
  }
});

test('RSA has 2048 to 16384 bits, an odd exponent from 3, and numbers written in one way', () => {
  const odd = (bytes: number): Buffer => Buffer.concat([Buffer.of(0), Buffer.alloc(bytes, 0xff)]);
  const shorter = Buffer.concat([Buffer.of(0x7f), Buffer.alloc(255, 0xff)]);
  const e = Buffer.of(1, 0, 1);
  const keys: readonly (readonly [Uint8Array, Uint8Array, RegExp | undefined])[] = [
    [e, odd(256), undefined],
    [Buffer.of(3), odd(256), undefined],
    [e, odd(2048), undefined],
    [e, shorter, /is an RSA key of 2047 bits/],
    [e, odd(2049), /of more than 16384 bits/],
    [e, Buffer.concat([Buffer.of(1), Buffer.alloc(2048, 0xff)]), /of more than 16384 bits/],
    [Buffer.of(1), odd(256), /with the exponent 1/],
    [Buffer.of(4), odd(256), /with the exponent 4/],
    [Buffer.alloc(0), odd(256), /has a zero where a number must stand/],
    [Buffer.of(0, 3), odd(256), /has a number with zeros in front of it/],
    [e, Buffer.concat([Buffer.of(0), odd(256)]), /has a number with zeros in front of it/],
    [e, Buffer.alloc(256, 0xff), /has a negative number/],
  ];
  for (const [exponent, modulus, what] of keys) {
    const parse = (): unknown => parsePublicKeyBlob(wire('ssh-rsa', exponent, modulus));
    if (what) assert.throws(parse, refused('TRUST_KEY', what), String(what));
    else parse();
  }
});

test('a point under which everybody can sign, or that has two spellings, is no key (C-02)', () => {
  for (const hex of [...SMALL_ORDER, ...NON_CANONICAL]) {
    const point = Buffer.from(hex, 'hex');
    for (const blob of [wire('ssh-ed25519', point), wire('sk-ssh-ed25519@openssh.com', point, 'ssh:')]) {
      assert.throws(() => parsePublicKeyBlob(blob), refused('TRUST_KEY', /weak or non-canonical/), hex);
    }
    assert.throws(() => parsePublicKeyLine(lineOf('ssh-ed25519', wire('ssh-ed25519', point))), hex);
  }
});
