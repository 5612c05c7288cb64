/** Roots, the mirror's and upstream's, as far as publishing looks into them: the same in both dialects. */
import type { Enrolment } from '../ledger/records.ts';
import { parseNotaryRoot } from '../notary/metadata.ts';
import type { ListingRoot } from '../sign/root-pin.ts';
import { parseRoot } from '../tuf/metadata.ts';

/** Which dialect a repository's files are in, and how much of them is read. */
export type Reading = Pick<Enrolment, 'limits' | 'collection'>;

export type ReadRoot = ListingRoot & { readonly expires: Date };

/** @throws TRUST_* for bytes that are no root of this dialect */
export function readRoot(bytes: Uint8Array, label: string, { limits, collection }: Reading): ReadRoot {
  return collection ? parseNotaryRoot(bytes, label, limits) : parseRoot(bytes, label, limits);
}
