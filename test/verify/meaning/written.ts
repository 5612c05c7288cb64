/** Files as Sigstore and others write them, with keys and certificates of nobody’s. */
import { createHash } from 'node:crypto';
import { compareMeaning } from '../../../src/verify/meaning/compare.ts';
import { newAuthority } from '../../acquire/certificates.ts';

export type Members = Readonly<Record<string, unknown>>;

/** The DER of a certificate, and its SHA-256. */
export interface Certificate {
  readonly der: Buffer;
  readonly sha256: string;
}

export function certificateOf(commonName: string): Certificate {
  return derOf(newAuthority(commonName).certificate);
}

export function derOf(pem: string): Certificate {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  return { der, sha256: sha256Of(der) };
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function log(url: string, key: string, validFor: Members = { start: '2021-01-12T11:53:27Z' }): Members {
  return {
    baseUrl: url,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(key), keyDetails: 'PKIX_ED25519', validFor },
    logId: { keyId: base64(`id of ${key}`) },
  };
}

export function authority(
  certificates: readonly Certificate[],
  validFor: Members = { start: '2022-04-13T20:06:15.000Z' },
): Members {
  return {
    subject: { organization: 'sigstore.dev', commonName: 'sigstore' },
    uri: 'https://ca.test',
    certChain: { certificates: certificates.map(({ der }) => ({ rawBytes: der.toString('base64') })) },
    validFor,
  };
}

export function trustedRoot(members: Members): Buffer {
  return json({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1', ...members });
}

export function signingConfig(members: Members): Buffer {
  return json({ mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json', ...members });
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** What is said when the file of this name has these bytes in place of those; undefined is a file that is not listed. */
export function said(before: Buffer | undefined, after: Buffer | undefined, name = 'file.json'): string[] {
  const held = (bytes: Buffer | undefined) => ({ bytes, isListed: bytes !== undefined });
  return compareMeaning(name, held(before), held(after));
}
