/** Certificates that two readers could understand differently are none: DER has one form, and each fact stands in one place. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { readCertificate } from '../../src/notary/certificate.ts';
import { TAG, element, readElements } from '../../src/notary/der.ts';
import { certificateOf, ec, rsa2048 } from './certificates.ts';

const pair = ec();

test('what a certificate says is read as it stands there', () => {
  const wanted = { commonNames: ['a/b*'], from: '2026-02-03T04:05:06Z', until: '2051-02-03T04:05:06Z' } as const;
  const read = readCertificate(certificateOf(pair, wanted));
  assert.deepEqual(
    [read?.commonName, read?.notBefore.toISOString(), read?.notAfter.toISOString(), read?.isAuthority],
    ['a/b*', '2026-02-03T04:05:06.000Z', '2051-02-03T04:05:06.000Z', false],
  );
  assert.equal(readCertificate(certificateOf(pair, { isAuthority: true }))?.isAuthority, true);
  assert.equal(readCertificate(certificateOf(rsa2048, { digest: 'sha1' }))?.hasWeakDigest, true);
  assert.equal(readCertificate(certificateOf(rsa2048))?.hasWeakDigest, false);
});

test('an authority is one by basicConstraints alone, as Go sees it, and not by keyUsage', () => {
  // digitalSignature only: the runtime then says that it is none.
  const der = certificateOf(pair, { isAuthority: true, extension: '300e0603551d0f0101ff040403020780' });
  assert.equal(new X509Certificate(der).ca, false);
  assert.equal(readCertificate(der)?.isAuthority, true);
});

test('basicConstraints named twice is no certificate: is it an authority’s or not?', () => {
  assert.equal(readCertificate(certificateOf(pair, { extension: '300c0603551d130101ff04023000' })), undefined);
});

test('a digest named differently inside and outside is no certificate', () => {
  const der = Buffer.from(certificateOf(pair));
  const sha256 = Buffer.from('2a8648ce3d040302', 'hex');
  der[der.lastIndexOf(sha256) + 7] = 3;
  assert.ok(new X509Certificate(der));
  assert.equal(readCertificate(der), undefined);
});

test('a day that does not exist is no time', () => {
  for (const until of [
    '2036-02-30T00:00:00Z',
    '2036-13-01T00:00:00Z',
    '2036-01-01T24:00:00Z',
    '2036-01-01T00:00:60Z',
  ]) {
    assert.equal(readCertificate(certificateOf(pair, { until })), undefined, until);
  }
});

test('a common name that is not text is no name', () => {
  const der = Buffer.from(certificateOf(pair, { commonNames: ['abc*'] }));
  const at = der.lastIndexOf('abc*');
  // In UTF8String the runtime sees it itself; in IA5String it does not look.
  der[at - 2] = TAG.ia5String;
  assert.equal(readCertificate(der)?.commonName, 'abc*');
  der[at] = 0xff;
  const read = readCertificate(der);
  assert.ok(read);
  assert.equal(read.commonName, undefined);
});

for (const [what, hex] of [
  ['a length that is cut off', '30'],
  ['content that is cut off', '300201'],
  ['a long length that is cut off', '3082'],
  ['a long length for a short content', '30810101'],
  ['a leading zero in a length', `30820080${'00'.repeat(128)}`],
  ['an indefinite length', '30800000'],
  ['a length of four bytes', '3084000000ff'],
  ['a tag of several bytes', '1f8101'],
  ['a good element and then a broken one', '020101ff'],
] as const) {
  test(`DER with ${what} is not read`, () => {
    assert.equal(readElements(Buffer.from(hex, 'hex')), undefined);
  });
}

test('what is written is read back, at every size of a length', () => {
  for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
    const content = Buffer.alloc(size, 7);
    const [one, two, ...rest] =
      readElements(Buffer.concat([element(TAG.octetString, content), element(TAG.set)])) ?? [];
    assert.deepEqual([one?.tag, one?.content.length, two?.tag, rest.length], [TAG.octetString, size, TAG.set, 0]);
  }
});
