/**
 * Which of a root's keys speak for a collection: those in a certificate that names it. Nothing else in Notary metadata says
 * whose it is, so without this a server could answer for one collection with another (N-04).
 *
 * What a certificate says about time is left alone: upstream's may have expired years ago, and the signatures under it say
 * what they always said. Clients that meet a collection for the first time judge more (root-certificates.ts).
 * Source: the dialect’s description, 6.1, step 3.
 */
import { readCertificate } from './certificate.ts';
import type { NotaryKey } from './keys.ts';
import { decodePem } from './pem.ts';
import { isNameFor } from './root-certificates.ts';
import type { NotaryRole } from './signatures.ts';

/** The role with those keys only; its threshold stays what it is, so that it may be out of reach. */
export function keysNamedFor({ keys, threshold }: NotaryRole, gun: string): NotaryRole {
  return { keys: keys.filter((key) => names(key, gun)), threshold };
}

function names({ keytype, isSupported, publicBytes }: NotaryKey, gun: string): boolean {
  if (!isSupported || !keytype.endsWith('-x509')) return false;
  const [leaf] = (decodePem(Buffer.from(publicBytes).toString('latin1')) ?? []).map(readCertificate);
  return leaf?.commonName !== undefined && isNameFor(leaf.commonName, gun);
}
