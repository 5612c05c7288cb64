/** The certificate that a mirror makes for its root key (6.1, 9): exactly what clients want, whatever the fields are. */
import assert from 'node:assert/strict';
import { X509Certificate, createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCertificate } from '../../src/notary/certificate.ts';
import { issueRootCertificate, type RootCertificateTemplate } from '../../src/notary/certificate-template.ts';
import { membersOf, readElements } from '../../src/notary/der.ts';
import { decodePem } from '../../src/notary/pem.ts';
import { notaryRootSigner, notarySignerFromScalar, notarySignerFromSeed } from '../../src/notary/signer.ts';
import { seedNamed } from '../simulator/keys.ts';
import { runs } from '../property/runs.ts';

const scalar = seedNamed('a root');
const template: RootCertificateTemplate = {
  commonName: 'mirror.dc.internal/*',
  serial: createHash('sha256').update('serial').digest().subarray(0, 16),
  notBefore: new Date('2026-11-22T10:34:30.999Z'),
  notAfter: new Date('2036-11-19T10:35:30Z'),
};

test('it is self-signed, no authority, and for digital signatures only', () => {
  const certificate = new X509Certificate(issueRootCertificate(scalar, template));
  assert.equal(certificate.subject, 'CN=mirror.dc.internal/*');
  assert.equal(certificate.issuer, certificate.subject);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.ca, false);
  // The runtime lists extended usages here; with none, clients that pin an authority take it.
  assert.equal(certificate.keyUsage, undefined);
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(new Date(certificate.validFrom).toISOString(), '2026-11-22T10:34:30.000Z');
  assert.equal(new Date(certificate.validTo).toISOString(), '2036-11-19T10:35:30.000Z');
});

test('the same fields give the same certificate but for its signature, and what is read is what was written', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 8, maxLength: 20 }).filter((serial) => serial.some((byte) => (byte & 0x7f) !== 0)),
      fc.string({ unit: fc.constantFrom('a', '/', '.', ':', '-', '9', ' '), minLength: 1, maxLength: 250 }),
      fc.constantFrom('', '*'),
      fc.integer({ min: 946_684_800, max: 253_402_300_000 }),
      fc.integer({ min: 1, max: 99 }),
      (serial, name, end, from, later) => {
        const commonName = `${name.replaceAll(' ', 'x')}${end}`;
        const [notBefore, notAfter] = [from, from + later].map((seconds) => new Date(seconds * 1000)) as [Date, Date];
        const [der] = decodePem(issueRootCertificate(scalar, { commonName, serial, notBefore, notAfter })) ?? [];
        const read = readCertificate(der ?? new Uint8Array());
        assert.deepEqual(
          [read?.commonName, read?.notBefore, read?.notAfter, read?.isAuthority, read?.hasWeakDigest],
          [commonName, notBefore, notAfter, false, false],
        );
        const theirs = new X509Certificate(der ?? '');
        const first = Buffer.of((serial[0] ?? 0) & 0x7f);
        const written = Buffer.concat([first, serial.subarray(1)]).toString('hex');
        assert.equal(BigInt(`0x${theirs.serialNumber}`), BigInt(`0x${written}`));
        assert.ok(theirs.verify(theirs.publicKey));
      },
    ),
    runs(60, 3000),
  );
});

test('years from 2050 on are written with four digits', () => {
  const until = (text: string): string =>
    issueRootCertificate(scalar, { ...template, notAfter: new Date(text) })
      .split('\n')
      .slice(1, -2)
      .join('');
  const bytes = (text: string): string => Buffer.from(until(text), 'base64').toString('latin1');
  assert.ok(bytes('2049-12-31T23:59:59Z').includes('\x17\x0d491231235959Z'));
  assert.ok(bytes('2050-01-01T00:00:00Z').includes('\x18\x0f20500101000000Z'));
});

test('serials are positive and in their shortest form, whatever bytes were drawn', () => {
  const tail = '11'.repeat(7);
  for (const [drawn, written] of [
    [`01${tail}`, `020801${tail}`],
    [`81${tail}`, `020801${tail}`],
    [`0081${tail.slice(2)}`, `02080081${tail.slice(2)}`],
    [`80${tail}`, `0207${tail}`],
    ['000000000000007f', '02017f'],
    ['0000000000000080', '02020080'],
  ] as const) {
    const pem = issueRootCertificate(scalar, { ...template, serial: Buffer.from(drawn, 'hex') });
    // After the headers of certificate and body, and the version.
    const [der] = decodePem(pem) ?? [];
    const [body] = membersOf(readElements(der ?? new Uint8Array())?.[0]) ?? [];
    const after = Buffer.from(body?.content ?? []).subarray(5);
    assert.equal(after.subarray(0, written.length / 2).toString('hex'), written);
  }
});

test('fields that cannot be are refused before anything is signed', () => {
  const wrong: readonly Partial<RootCertificateTemplate>[] = [
    { commonName: '' },
    { commonName: '*' },
    { commonName: 'a*b' },
    { commonName: 'a b' },
    { commonName: 'a\n' },
    { commonName: 'é' },
    { commonName: 'a'.repeat(256) },
    { serial: new Uint8Array(7) },
    { serial: new Uint8Array(21) },
    { serial: new Uint8Array(16) },
    { notAfter: template.notBefore },
    { notAfter: new Date(Number.NaN) },
    { notBefore: new Date('1999-12-31T23:59:59Z') },
  ];
  for (const fields of wrong) {
    assert.throws(() => issueRootCertificate(scalar, { ...template, ...fields }), RangeError, JSON.stringify(fields));
  }
});

test('a private key is a number of 32 bytes below the order of the curve, and not zero', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
  const below = Buffer.from(order);
  below[31] = 0x50;
  for (const bytes of [new Uint8Array(32), order, Buffer.alloc(32, 0xff), below.subarray(1), Buffer.alloc(33, 1)]) {
    assert.throws(() => notarySignerFromScalar(bytes), RangeError);
  }
  for (const bytes of [below, Buffer.concat([Buffer.alloc(31), Buffer.of(1)])]) notarySignerFromScalar(bytes);
});

test('a root signer is that of its certificate, and of no other', () => {
  const pem = issueRootCertificate(scalar, template);
  assert.equal(notaryRootSigner(scalar, pem).method, 'ecdsa');
  assert.throws(() => notaryRootSigner(seedNamed('another'), pem), RangeError);
  assert.throws(() => notaryRootSigner(scalar, 'text'), RangeError);
});

test('Y-02 a signer that was told to forget signs no more, and shows no secret', () => {
  const seed = Uint8Array.from(seedNamed('forgetful'));
  for (const signer of [notarySignerFromSeed(seed), notarySignerFromScalar(scalar)]) {
    assert.equal(signer.sign(Buffer.from('x')).length, 64);
    assert.doesNotMatch(JSON.stringify(signer), new RegExp(Buffer.from(seedNamed('forgetful')).toString('hex')));
    signer.forget();
    assert.throws(() => signer.sign(Buffer.from('x')), /given up/);
  }
  assert.deepEqual(seed, new Uint8Array(32));
});
