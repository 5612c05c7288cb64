/** Certificates and keys by what cannot be chosen: their digests, with the subject as a name beside it. */
import { X509Certificate } from 'node:crypto';
import { sha256 } from '../../tuf/digest.ts';
import { quoted } from '../difference/words.ts';

/** `"O=sigstore.dev, CN=sigstore" sha256 <hex of the DER>`. */
export function describeCertificate(der: Uint8Array): string {
  return `${subjectOf(der) ?? `${der.length} bytes that are no certificate,`} sha256 ${sha256(der)}`;
}

/** The subject as the certificate has it, quoted; undefined for what is not exactly one certificate in DER. */
export function subjectOf(der: Uint8Array): string | undefined {
  try {
    const certificate = new X509Certificate(der);
    // The runtime also takes PEM, and ignores what follows: then the digest would be of something else.
    if (Buffer.compare(certificate.raw, der) !== 0) return undefined;
    return quoted(certificate.subject.split('\n').join(', '));
  } catch {
    return undefined;
  }
}
