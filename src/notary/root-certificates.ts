/**
 * Which root keys a stock client takes when it meets a collection for the first time: the certificate’s common name is
 * the only place where the collection’s name (GUN) stands, and so the only thing that ties a root to it (N-04).
 *
 * Clients drop what fails without a word, and then find too few signatures; here every key that is dropped has a reason.
 * Upstream’s own roots are verified by `signatures.ts`: what a certificate says about time is information there (N-02).
 * Source: the dialect’s description, 6.1, steps 2, 3 and 6.
 */
import { Refusal } from '../errors.ts';
import { type KeyId, printable, ROOT } from '../tuf/names.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import type { NotaryKey } from './keys.ts';
import type { NotaryRoot, ParsedNotary } from './metadata.ts';
import { decodePem, encodePem } from './pem.ts';
import { type NotaryRole, countNotarySigners } from './signatures.ts';

const LEEWAY_MS = 86_400_000;

export interface RootKeys {
  /** The role with the keys that clients keep; its threshold is the root’s. */
  readonly role: NotaryRole;
  readonly dropped: readonly { readonly id: KeyId; readonly reason: string }[];
}

/** Whether a certificate of this common name speaks for the collection: the name itself, or `prefix*`. Case counts. */
export function isNameFor(commonName: string, gun: string): boolean {
  return commonName === gun || (commonName.endsWith('*') && gun.startsWith(commonName.slice(0, -1)));
}

/** The certificate that the key is known by, the first of its bundle; undefined for a key without any. */
export function certificateOf({ keytype, isSupported, publicBytes }: NotaryKey): Certificate | undefined {
  if (!isSupported || !keytype.endsWith('-x509')) return undefined;
  const [leaf] = decodePem(Buffer.from(publicBytes).toString('latin1')) ?? [];
  return leaf && readCertificate(leaf);
}

/** The root’s keys as a client sees them that knows nothing yet, at this time. */
export function rootKeysFor(role: NotaryRole, gun: string, now: Date): RootKeys {
  const judged = role.keys.map((key) => ({ key, reason: whyDropped(key, gun, now) }));
  const kept = judged.filter(({ reason }) => reason === undefined).map(({ key }) => key);
  const dropped = judged.flatMap(({ key, reason }) => (reason === undefined ? [] : [{ id: key.id, reason }]));
  return { role: { keys: kept, threshold: role.threshold }, dropped };
}

/**
 * Whether a client that knows nothing would take this root for the collection: what a mirror asks before it publishes one.
 * @throws TRUST_SIGNATURES with the reason for every key that does not count
 */
export function requireFirstRoot(root: ParsedNotary<NotaryRoot>, gun: string, now: Date): void {
  const { role, dropped, signers } = firstSigners(root, gun, now);
  if (signers >= role.threshold) return;
  const why = dropped.map(({ id, reason }) => ` Key ${printable(id, 12)} ${reason}.`).join('');
  throw new Refusal(
    'TRUST_SIGNATURES',
    `root is signed by ${String(signers)} of the certificates that clients take for ${printable(gun)}, and ${String(role.threshold)} are needed.${why}`,
    { details: { role: ROOT, signers, threshold: role.threshold, dropped: dropped.map(({ id }) => id) } },
  );
}

/**
 * When the first of a root's certificates ends, and whether clients still take the root at this time. A client whose
 * remembered certificate has ended refuses every root, also a new one (6.2).
 */
export function certificatesEnd(
  root: ParsedNotary<NotaryRoot>,
  gun: string,
  now: Date,
): { readonly first: Date; readonly isTaken: boolean } {
  const ends = root.payload.roles.root.keys.map((key) => certificateOf(key)?.notAfter.getTime() ?? 0);
  const { role, signers } = firstSigners(root, gun, now);
  return { first: new Date(Math.min(...ends)), isTaken: signers >= role.threshold };
}

function firstSigners(root: ParsedNotary<NotaryRoot>, gun: string, now: Date): RootKeys & { readonly signers: number } {
  const keys = rootKeysFor(root.payload.roles.root, gun, now);
  const { message, signatures } = root.envelope;
  return { ...keys, signers: countNotarySigners(keys.role, message, signatures) };
}

/** @returns undefined when a client keeps the key, or the reason, to follow “Key x” */
function whyDropped(key: NotaryKey, gun: string, now: Date): string | undefined {
  if (!key.isSupported || !key.keytype.endsWith('-x509')) return 'holds no certificate';
  const text = Buffer.from(key.publicBytes).toString('latin1');
  const [leaf, ...others] = (decodePem(text) ?? []).map(readCertificate);
  if (!leaf || others.includes(undefined)) return 'holds something that is no certificate';
  // Exactly one that is no authority, and first: with two, which of them is the key?
  if (leaf.isAuthority) return 'starts with the certificate of an authority';
  if (others.some((other) => other?.isAuthority === false)) return 'holds two certificates that are no authority’s';
  // Clients write the PEM anew before they compute the id, so another spelling has another id.
  if (encodePem(...[leaf, ...others].flatMap((one) => (one ? [one.der] : []))) !== text) {
    return 'is not spelled with 64 columns, LF and a final LF';
  }
  return whyUnfit(leaf, gun, now);
}

function whyUnfit(leaf: Certificate, gun: string, now: Date): string | undefined {
  const { commonName, notBefore, notAfter, hasWeakDigest } = leaf;
  if (commonName === undefined) return 'has not exactly one common name';
  if (!isNameFor(commonName, gun)) return `is for “${printable(commonName, 100)}”`;
  if (hasWeakDigest) return 'is signed over SHA-1';
  if (notBefore > notAfter) return 'ends before it begins';
  if (notBefore.getTime() > now.getTime() + LEEWAY_MS) return `is not valid before ${notBefore.toISOString()}`;
  if (notAfter < now) return `expired on ${notAfter.toISOString()}`;
  return undefined;
}
