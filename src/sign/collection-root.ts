/**
 * The root of a collection in a trial, whose one root key is on the machine: drafted, signed and accepted at once, by the
 * steps that holders take.
 *
 * Clients know a root key by the digest of its certificate’s text, and a certificate’s signature is random: so it is made
 * once and copied from root to root. A client whose remembered certificate has ended refuses every root, also a new one
 * (6.2), so it lives twenty years and is replaced years before, in a root that both certificates sign.
 * Source: the dialect’s description, 6 and 9.
 */
import { Refusal } from '../errors.ts';
import { keyIdOf, keyObjectOf } from '../notary/keys.ts';
import { notarySignerFromScalar } from '../notary/signer.ts';
import type { JsonObject } from '../tuf/json.ts';
import { type KeyId, ROOT } from '../tuf/names.ts';
import { CERTIFICATE_KEYTYPE, makeRootCertificate } from './root-certificate.ts';
import { type CollectionNames, dialectOf, type RootKey } from './root-dialect.ts';
import { acceptDraft, type DraftRequest, draftRoot, signDraft } from './root-draft.ts';

export interface CollectionRootRequest extends Omit<DraftRequest, 'rootKeys' | 'threshold' | 'previous'> {
  readonly collection: CollectionNames;
  /** The mirror’s current root; undefined for the first. */
  readonly previous: Uint8Array | undefined;
  /** Fresh random bytes of a length. */
  readonly draw: (length: number) => Uint8Array;
}

const YEAR_MS = 365 * 86_400_000;
/** So long before its end a certificate is replaced: whoever looks once in these years knows the next one. */
const REPLACED_MS = 5 * YEAR_MS;

/**
 * @param scalar the 32-byte P-256 root key; not kept
 * @throws STATE_NEEDS_ROOT when the current root has other keys; POLICY_PIN, STATE_* for a root that clients would refuse
 */
export function makeCollectionRoot(
  scalar: Uint8Array,
  { previous, draw, ...request }: CollectionRootRequest,
): Uint8Array {
  const { repository, collection, upstreamRoot, now } = request;
  const signer = notarySignerFromScalar(scalar);
  try {
    const key = nextKey(scalar, signer.keyId, { previous, draw, ...request });
    const draft = draftRoot({
      ...{ ...request, ...(previous && { previous }), threshold: 1 },
      rootKeys: [{ holder: 'online', repository, ...key }],
    });
    return acceptDraft(signDraft(draft, signer, now), { collection, previous, upstreamRoot, now });
  } finally {
    signer.forget();
  }
}

/** Whether the key at hand is the whole of this root’s root role. */
export function isRootKeyOf(scalar: Uint8Array, root: Uint8Array, collection: CollectionNames): boolean {
  const signer = notarySignerFromScalar(scalar);
  signer.forget();
  const { keys, threshold } = dialectOf(collection).own(root).rootRole;
  return threshold === 1 && keys.some(({ bareId }) => bareId === signer.keyId);
}

/** The certificate that clients know, as long as it has years left; a new one otherwise. */
function nextKey(
  scalar: Uint8Array,
  bareId: KeyId,
  { repository, collection, previous, now, draw }: CollectionRootRequest,
): { readonly keyId: KeyId; readonly keyObject: JsonObject } {
  const current = previous && dialectOf(collection).own(previous).rootRole.keys;
  const known = current?.find((key) => key.bareId === bareId);
  if (current && !known) {
    throw new Refusal('STATE_NEEDS_ROOT', `The ${ROOT} key of ${repository} is not on this machine.`, {
      details: { repository },
    });
  }
  if (known && endOf(known) - now.getTime() > REPLACED_MS) return { keyId: known.id, keyObject: known.object };
  const pem = Buffer.from(makeRootCertificate(scalar, collection.servedAs, now, draw), 'utf8');
  return { keyId: keyIdOf(CERTIFICATE_KEYTYPE, pem), keyObject: keyObjectOf(CERTIFICATE_KEYTYPE, pem) };
}

function endOf({ certificate }: RootKey): number {
  return certificate?.notAfter.getTime() ?? 0;
}
