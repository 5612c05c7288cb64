/**
 * A root key of a collection as a mirror lists it: P-256, in one certificate that the key itself signed.
 *
 * Its id is the digest of the certificate’s text, and the signature in a certificate is random: so a holder makes it once,
 * and from then on it is copied. Making it again would make another id. Source: the dialect’s description, 6.1.
 */
import { Refusal } from '../errors.ts';
import { type Certificate, isSelfSigned } from '../notary/certificate.ts';
import { issueRootCertificate } from '../notary/certificate-template.ts';
import { type NotaryKey, keyObjectOf, readKey } from '../notary/keys.ts';
import { encodePem } from '../notary/pem.ts';
import { certificateOf } from '../notary/root-certificates.ts';
import type { Json, JsonObject } from '../tuf/json.ts';
import { type KeyId, printable } from '../tuf/names.ts';
import { isSameValue } from './root-pin.ts';

export const CERTIFICATE_KEYTYPE = 'ecdsa-x509';

const YEAR_MS = 365 * 86_400_000;
/** A client whose remembered certificate has ended refuses every root, also a new one (6.2). */
const LIFETIME_MS = 20 * YEAR_MS;
const SERIAL_BYTES = 16;

/**
 * The certificate, for twenty years from now.
 * @param scalar the 32-byte P-256 root key; not kept
 * @param commonName the served name, or `prefix/*`
 * @param draw fresh random bytes of a length
 * @returns PEM in its exact form
 */
export function makeRootCertificate(
  scalar: Uint8Array,
  commonName: string,
  now: Date,
  draw: (length: number) => Uint8Array,
): string {
  const notAfter = new Date(now.getTime() + LIFETIME_MS);
  return issueRootCertificate(scalar, { commonName, serial: draw(SERIAL_BYTES), notBefore: now, notAfter });
}

/**
 * Whether a certificate may bear this name: a collection’s, or a prefix that ends where a part of the name does.
 * “team/app*” would be the name of “team/application” as well.
 */
export function isCertificateName(commonName: string): boolean {
  return /^[!-)+-~]{1,255}$/.test(commonName.replace(/\/\*$/, '/')) && commonName !== '/*';
}

/**
 * @param keyId under which it is listed
 * @throws STATE_KEY unless this is a key as mirrors of collections list it: the exact object, its own id, P-256, one certificate
 *   in its exact spelling, signed by its own key
 */
export function requireCertificateKey(
  keyId: KeyId,
  keyObject: Json | undefined,
): { readonly key: NotaryKey; readonly certificate: Certificate } {
  const key = readAsKey(keyId, keyObject);
  const certificate = certificateOf(key);
  const text = Buffer.from(key.publicBytes).toString('latin1');
  if (!certificate || !key.fingerprint.startsWith('ec:P-256:')) {
    return refuse(keyId, 'is not a P-256 key in a certificate');
  }
  // A member more would go with the key wherever it is copied.
  if (!isSameValue(key.object, keyObjectOf(key.keytype, key.publicBytes))) refuse(keyId, 'has more than a key has');
  // Clients write the text anew before they compute the id; and a second certificate could be another signer’s.
  if (encodePem(certificate.der) !== text) refuse(keyId, 'is not one certificate in its exact spelling');
  if (!isSelfSigned(certificate)) refuse(keyId, 'is in a certificate that somebody else made');
  return { key, certificate };
}

function readAsKey(keyId: KeyId, keyObject: Json | undefined): NotaryKey {
  if (!(keyObject instanceof Map)) return refuse(keyId, 'is not a key object');
  try {
    return readKey(keyId, keyObject satisfies JsonObject, 'root');
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new Refusal('STATE_KEY', cause.what, { cause });
  }
}

function refuse(keyId: KeyId, problem: string): never {
  throw new Refusal('STATE_KEY', `Key ${printable(keyId, 12)} ${problem}.`);
}
