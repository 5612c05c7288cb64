/**
 * The certificate around a mirror’s root key: self-signed, P-256, for one collection or a prefix of them.
 *
 * A fixed template written as DER: `@peculiar/x509` would do, and would bring reflect-metadata, asynchronous WebCrypto and
 * every algorithm there is for one document of ten fields. Whoever draws the serial and holds the clock is elsewhere.
 * CA:FALSE, or clients drop it; no extended usage, or clients that pin an authority refuse it (6.3).
 * Source: the dialect’s description, 6.1 and 9; RFC 5280, 4.1.
 */
import { sign } from 'node:crypto';
import { TAG, element } from './der.ts';
import { encodePem } from './pem.ts';
import { privateKeyOf, publicKeyInfo } from './scalar.ts';

export interface RootCertificateTemplate {
  /** The collection’s name (GUN) or `prefix*`. The asterisk means something at the end only. */
  readonly commonName: string;
  /** 8 to 20 random bytes. The first bit is cleared, because serials are positive. */
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  /**
   * Ten years or more after `notBefore`: once the certificate that a client has kept is past this, that client refuses
   * every root, also a new one, until its memory is deleted (6.2).
   */
  readonly notAfter: Date;
}

const VERSION_3 = Buffer.from('a003020102', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
/** basicConstraints, critical, CA:FALSE; keyUsage, critical, digitalSignature. */
const EXTENSIONS = Buffer.from('301e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780', 'hex');

/**
 * @param scalar the 32-byte P-256 private key; not kept
 * @returns PEM in its exact form: `public` of an `ecdsa-x509` key
 * @throws RangeError for a template or a scalar that cannot be: a bug of the caller
 */
export function issueRootCertificate(scalar: Uint8Array, template: RootCertificateTemplate): string {
  const key = privateKeyOf(scalar);
  const body = certificateBody(publicKeyInfo(key), template);
  const signature = sign('sha256', body, { key, dsaEncoding: 'der' });
  const bits = element(TAG.bitString, Buffer.of(0), signature);
  return encodePem(element(TAG.sequence, body, ECDSA_WITH_SHA256, bits));
}

/**
 * What the signature is over.
 * @param publicKey DER SubjectPublicKeyInfo
 * @throws RangeError
 */
export function certificateBody(publicKey: Uint8Array, template: RootCertificateTemplate): Uint8Array {
  const { commonName, serial, notBefore, notAfter } = template;
  // Clients compare it letter by letter with the name they ask for, up to a last asterisk.
  // “*” alone would be a root for every collection anywhere.
  if (!/^(?!\*$)[!-)+-~]{0,254}[!-~]$/.test(commonName))
    throw new RangeError('a common name is a GUN, or a prefix and “*”');
  if (!(notBefore < notAfter)) throw new RangeError('a certificate ends after it begins');
  const name = element(
    TAG.sequence,
    element(TAG.set, element(TAG.sequence, COMMON_NAME, element(TAG.utf8String, Buffer.from(commonName)))),
  );
  const validity = element(TAG.sequence, timeOf(notBefore), timeOf(notAfter));
  const parts = [VERSION_3, serialOf(serial), ECDSA_WITH_SHA256, name, validity, name, publicKey];
  return element(TAG.sequence, ...parts, element(TAG.extensions, EXTENSIONS));
}

/** A positive integer in its shortest form. */
function serialOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 8 || bytes.length > 20) throw new RangeError('a serial has 8 to 20 bytes');
  const positive = Uint8Array.from(bytes, (byte, at) => (at === 0 ? byte & 0x7f : byte));
  // A leading zero byte is allowed only before a set bit.
  const start = positive.findIndex((byte, at) => byte !== 0 || (positive[at + 1] ?? 0) > 0x7f);
  if (start < 0) throw new RangeError('a serial is not zero');
  return element(TAG.integer, positive.subarray(start));
}

/** Two-digit years until 2049, four from 2050 on, as RFC 5280 demands; whole seconds. */
function timeOf(date: Date): Uint8Array {
  const year = date.getUTCFullYear();
  if (!(year >= 2000 && year <= 9999)) throw new RangeError('a certificate’s time is between 2000 and 9999');
  const digits = `${date.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return year < 2050
    ? element(TAG.utcTime, Buffer.from(digits.slice(2)))
    : element(TAG.generalizedTime, Buffer.from(digits));
}
