/**
 * Which of a root's keys speak for a collection: those in a certificate that names it. Nothing else in Notary metadata says
 * whose it is, so without this a server could answer for one collection with another (N-04).
 *
 * What a certificate says about time is left alone: upstream's may have expired years ago, and the signatures under it say
 * what they always said. Clients that meet a collection for the first time judge more (root-certificates.ts).
 * Source: the dialect’s description, 6.1, step 3.
 */
import type { NotaryKey } from './keys.ts';
import { certificateOf, isNameFor } from './root-certificates.ts';
import type { NotaryRole } from './signatures.ts';

/** The role with those keys only; its threshold stays what it is, so that it may be out of reach. */
export function keysNamedFor({ keys, threshold }: NotaryRole, gun: string): NotaryRole {
  return { keys: keys.filter((key) => isNamedFor(key, gun)), threshold };
}

export function isNamedFor(key: NotaryKey, gun: string): boolean {
  const commonName = certificateOf(key)?.commonName;
  return commonName !== undefined && isNameFor(commonName, gun);
}
