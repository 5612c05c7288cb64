/**
 * The mirror's root of a Notary collection: upstream's targets role, our online keys, and one root key in a certificate that
 * names the collection as it is served.
 *
 * Clients know a root key by the digest of its certificate's text, and a certificate's signature is random: so it is made
 * once and copied from root to root. A client whose remembered certificate has expired refuses every root, also a new one
 * (6.2), so it lives twenty years and is replaced years before, in a root that both certificates sign.
 * Source: the dialect's description, 6 and 9.
 */
import { Refusal } from '../errors.ts';
import { readCertificate } from '../notary/certificate.ts';
import { issueRootCertificate } from '../notary/certificate-template.ts';
import { notaryRoot, signNotary } from '../notary/documents.ts';
import { keyIdOf, type NotaryKey } from '../notary/keys.ts';
import { type NotaryRoot, type ParsedNotary, parseNotaryRoot } from '../notary/metadata.ts';
import { decodePem } from '../notary/pem.ts';
import { requireFirstRoot } from '../notary/root-certificates.ts';
import { privateKeyOf, publicKeyInfo } from '../notary/scalar.ts';
import { type LocalNotarySigner, type NotarySigner, notaryRootSigner } from '../notary/signer.ts';
import { TrustedCollection } from '../notary/trusted-set.ts';
import { jsonObject } from '../tuf/json.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type RepositoryId, ROOT, TARGETS } from '../tuf/names.ts';
import { listRole, refuseUnlessPinned } from './root-pin.ts';

export interface CollectionRootRequest {
  readonly repository: RepositoryId;
  /** The name under which clients ask for the collection. */
  readonly servedAs: string;
  /** The mirror's current root; undefined for the first. */
  readonly previous: Uint8Array | undefined;
  /** Upstream's newest verified root: its targets role is copied value for value. */
  readonly upstreamRoot: Uint8Array;
  readonly onlineKeys: Readonly<Record<'snapshot' | 'timestamp', Pick<NotarySigner, 'keyId' | 'keyObject'>>>;
  readonly expires: Date;
  readonly now: Date;
  /** Fresh random bytes of a length. */
  readonly draw: (length: number) => Uint8Array;
}

const YEAR_MS = 365 * 86_400_000;
const CERTIFICATE_MS = 20 * YEAR_MS;
/** So long before its end a certificate is replaced: whoever looks once in these years knows the next one. */
const REPLACED_MS = 5 * YEAR_MS;
const SERIAL_BYTES = 16;

/**
 * @param scalar the 32-byte P-256 root key; not kept
 * @throws STATE_NEEDS_ROOT when the current root has other keys; POLICY_PIN, TRUST_* for a root that clients would refuse
 */
export function makeCollectionRoot(scalar: Uint8Array, request: CollectionRootRequest): Uint8Array {
  const { repository, servedAs, previous, upstreamRoot, onlineKeys, expires, now } = request;
  const current = previous && parseNotaryRoot(previous, 'the mirror’s root', DEFAULT_LIMITS);
  const upstream = parseNotaryRoot(upstreamRoot, 'upstream’s root', DEFAULT_LIMITS);
  const signers = rootSigners(scalar, current, request);
  try {
    const [signer] = signers;
    const targets = listRole(upstream, TARGETS);
    const own = { root: signer, snapshot: onlineKeys.snapshot, timestamp: onlineKeys.timestamp };
    const role = ({ keyId }: Pick<NotarySigner, 'keyId'>) => ({ keyIds: [keyId], threshold: 1 });
    const signed = notaryRoot({
      ...{ version: (current?.version ?? 0) + 1, expires },
      keys: new Map([...Object.values(own).map((key) => [key.keyId, key.keyObject] as const), ...targets.keys]),
      roles: {
        ...{ root: role(own.root), snapshot: role(own.snapshot), timestamp: role(own.timestamp) },
        targets: { keyIds: targets.keyIds, threshold: targets.threshold },
      },
    });
    signed.set('x-countersign', jsonObject({ repository, upstream_root_version: upstream.version }));
    const bytes = signNotary(signed, signers);
    requireGood(bytes, previous, upstream, servedAs, now);
    return bytes;
  } finally {
    for (const signer of signers) signer.forget();
  }
}

/** Whether the key at hand is the whole of this root's root role. */
export function isRootKeyOf(scalar: Uint8Array, root: Uint8Array): boolean {
  const { keys, threshold } = parseNotaryRoot(root, 'the mirror’s root', DEFAULT_LIMITS).payload.roles.root;
  return threshold === 1 && keys.some((key) => key.canonicalId === bareIdOf(scalar));
}

/** The next root's key first; beside it the same key under the certificate that clients know, where that is replaced. */
function rootSigners(
  scalar: Uint8Array,
  current: ParsedNotary<NotaryRoot> | undefined,
  { repository, servedAs, now, draw }: CollectionRootRequest,
): readonly [LocalNotarySigner, ...LocalNotarySigner[]] {
  const known = current?.payload.roles.root.keys.find((key) => key.canonicalId === bareIdOf(scalar));
  if (current && !known) {
    throw new Refusal('STATE_NEEDS_ROOT', `The root key of ${repository} is not on this machine.`, {
      details: { repository },
    });
  }
  if (known && endOf(known).getTime() - now.getTime() > REPLACED_MS) return [signerUnder(scalar, known)];
  const template = { commonName: servedAs, serial: draw(SERIAL_BYTES), notBefore: now };
  const notAfter = new Date(now.getTime() + CERTIFICATE_MS);
  const fresh = notaryRootSigner(scalar, issueRootCertificate(scalar, { ...template, notAfter }));
  return known ? [fresh, signerUnder(scalar, known)] : [fresh];
}

function signerUnder(scalar: Uint8Array, { publicBytes }: NotaryKey): LocalNotarySigner {
  return notaryRootSigner(scalar, Buffer.from(publicBytes).toString('utf8'));
}

function endOf({ publicBytes }: NotaryKey): Date {
  const [leaf] = (decodePem(Buffer.from(publicBytes).toString('latin1')) ?? []).map(readCertificate);
  return leaf?.notAfter ?? new Date(0);
}

function bareIdOf(scalar: Uint8Array): string {
  return keyIdOf('ecdsa', publicKeyInfo(privateKeyOf(scalar)));
}

/** As both kinds of client will see it: those that know the root before, and those that know none. */
function requireGood(
  bytes: Uint8Array,
  previous: Uint8Array | undefined,
  upstream: ParsedNotary<NotaryRoot>,
  servedAs: string,
  now: Date,
): void {
  const { root } = previous
    ? TrustedCollection.enrol(previous, servedAs, DEFAULT_LIMITS).rotate(bytes)
    : TrustedCollection.enrol(bytes, servedAs, DEFAULT_LIMITS);
  requireFirstRoot(root, servedAs, now);
  refuseUnlessPinned(`The ${ROOT} of this mirror`, root, upstream);
}
