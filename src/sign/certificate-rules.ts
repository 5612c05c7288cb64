/**
 * Will clients of a collection take every root key's certificate, and how long? They drop what they do not take without a
 * word and then find too few signatures (6.1); and one whose remembered certificate has ended refuses every root, also
 * a new one, until its memory is deleted (6.2).
 */
import { Refusal } from '../errors.ts';
import { isNameFor } from '../notary/root-certificates.ts';
import { formatDate } from '../tuf/dates.ts';
import { printable } from '../tuf/names.ts';
import type { CeremonyRoot, RootKey } from './root-dialect.ts';
import { isCertificateName } from './root-certificate.ts';

const DAY_MS = 86_400_000;
/** A certificate that clients see for the first time lives at least so long from now, of the twenty years it was made for. */
const FRESH_MS = 10 * 365 * DAY_MS;
/** Clients let a certificate begin so far ahead of their clock. */
const LEEWAY_MS = DAY_MS;

/** @throws STATE_ROOT_DRAFT */
export function requireLongCertificates(
  next: CeremonyRoot,
  previous: CeremonyRoot | undefined,
  servedAs: string,
  now: Date,
): void {
  const known = new Set(previous?.rootRole.keys.map(({ id }) => id));
  for (const key of next.rootRole.keys) {
    const problem = whyUnfit(key, known.has(key.id), { next, servedAs, now });
    if (problem === undefined) continue;
    throw new Refusal('STATE_ROOT_DRAFT', `The certificate of the root key ${printable(key.id, 16)} ${problem}.`);
  }
}

interface Asked {
  readonly next: CeremonyRoot;
  readonly servedAs: string;
  readonly now: Date;
}

function whyUnfit({ certificate }: RootKey, isKnown: boolean, { next, servedAs, now }: Asked): string | undefined {
  if (!certificate) return 'cannot be read';
  const { commonName, notBefore, notAfter, isAuthority, hasWeakDigest } = certificate;
  if (commonName === undefined || !isNameFor(commonName, servedAs)) {
    return `is for “${printable(commonName ?? '', 100)}” and not for ${printable(servedAs, 100)}`;
  }
  // “*” is the name of every collection anywhere, and “team/app*” that of “team/application” as well.
  if (!isCertificateName(commonName)) return `is for “${printable(commonName, 100)}”: a prefix ends in “/*”`;
  if (isAuthority) return 'is an authority’s, which clients drop';
  if (hasWeakDigest) return 'is signed over SHA-1, which clients drop';
  if (notBefore.getTime() > now.getTime() + LEEWAY_MS) return `is not valid before ${formatDate(notBefore)}`;
  if (!isKnown && notAfter.getTime() < now.getTime() + FRESH_MS) {
    return `ends on ${formatDate(notAfter)}, and a new one must live for ten years`;
  }
  if (notAfter <= next.expires) return `ends on ${formatDate(notAfter)}, before the root does`;
  return undefined;
}
