/**
 * The mirror’s root: drafted for a ceremony, or, in a trial that keeps the root key online, drafted, signed and accepted
 * at once, by the same three steps that holders take.
 */
import type { SignedFile } from '../ledger/record-publication.ts';
import type { Collection } from '../ledger/records.ts';
import { type NotarySigner, notarySignerFromScalar } from '../notary/signer.ts';
import { randomSecret } from '../platform/random.ts';
import { isRootKeyOf, makeCollectionRoot } from '../sign/collection-root.ts';
import { type RootDraft } from '../sign/draft-document.ts';
import type { Keyring } from '../sign/keyring.ts';
import { listRole } from '../sign/root-pin.ts';
import { acceptDraft, type DraftRequest, draftRoot, signDraft } from '../sign/root-draft.ts';
import type { RootPublic } from '../sign/root-public.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { parseRoot } from '../tuf/metadata.ts';
import { type KeyId, ROOT, type RepositoryId } from '../tuf/names.ts';
import type { Candidate } from '../verify/candidate.ts';
import { issuingOf, type RootOwner } from './issuing.ts';
import { type Lifetimes, expiryAfter } from './lifetimes.ts';
import type { PublishedBefore } from './plan.ts';

interface RootKeys {
  readonly keyring: Keyring;
  readonly lifetimes: Lifetimes;
}

export interface RootRequest {
  readonly repository: RepositoryId;
  /** Upstream’s newest verified root: its targets role is copied value for value. */
  readonly upstreamRoot: Uint8Array;
  /** The mirror’s current root; undefined for the first. */
  readonly previous: Uint8Array | undefined;
  readonly onlineEpoch: number;
  readonly now: Date;
}

/** A draft that lists the online keys of the epoch; the holders’ keys are given. */
export function draftFor(
  { keyring, lifetimes }: RootKeys,
  owner: RootOwner,
  request: RootRequest,
  rootKeys: readonly RootPublic[],
  threshold: number,
): RootDraft {
  const { repository, upstreamRoot, previous, onlineEpoch, now } = request;
  return draftRoot({
    repository,
    ...(owner.collection && { collection: owner.collection }),
    ...(previous ? { previous } : {}),
    rootKeys,
    threshold,
    onlineKeys: onlineKeys(keyring, owner, onlineEpoch),
    upstreamRoot,
    expires: expiryAfter(now, lifetimes.root),
    now,
  });
}

/**
 * Whether the root key online is the whole of the current root’s root role. After a trial moved to holders by a ceremony,
 * the old secret may still lie here; it can sign nothing that clients accept.
 */
export function canSignRoot(
  { keyring }: Pick<RootKeys, 'keyring'>,
  { id, collection }: RootOwner,
  current: Uint8Array | undefined,
): boolean {
  if (!keyring.hasRootOnline) return false;
  if (!current) return true;
  if (collection) return withScalar(keyring, id, (scalar) => isRootKeyOf(scalar, current, collection));
  const { keyIds, threshold } = listRole(parseRoot(current, 'the mirror’s root', DEFAULT_LIMITS), ROOT);
  return threshold === 1 && keyIds.includes(keyring.rootSignerFor(id).keyId);
}

/** A trial’s own root key. In a collection it is the id of the key itself, whichever certificate it is in. @throws STATE_NEEDS_ROOT */
export function onlineRootKeyId(keyring: Keyring, { id, collection }: RootOwner): KeyId {
  return collection ? withCollectionSigner(keyring, id, ({ keyId }) => keyId) : keyring.rootSignerFor(id).keyId;
}

/** The draft with the signature of a trial’s own key, where that is the current root’s: so a trial passes on to holders. */
export function signedByTrial({ keyring }: Pick<RootKeys, 'keyring'>, draft: RootDraft, now: Date): RootDraft {
  const { repository: id, collection, previous } = draft;
  if (!previous || !canSignRoot({ keyring }, { id, collection }, previous)) return draft;
  if (!collection) return signDraft(draft, keyring.rootSignerFor(id), now);
  return withCollectionSigner(keyring, id, (signer) => signDraft(draft, signer, now));
}

/** @throws STATE_NEEDS_ROOT unless the root key is online */
export function makeOnlineRoot(
  keys: RootKeys,
  owner: RootOwner,
  request: RootRequest,
): { bytes: Uint8Array; expires: Date } {
  if (owner.collection) return makeOnlineCollectionRoot(keys, owner.collection, request);
  const signer = keys.keyring.rootSignerFor(request.repository);
  const holder: RootPublic = {
    holder: 'online',
    repository: request.repository,
    keyId: signer.keyId,
    keyObject: signer.keyObject,
  };
  const draft = signDraft(draftFor(keys, owner, request, [holder], 1), signer, request.now);
  const bytes = acceptDraft(draft, {
    previous: request.previous,
    upstreamRoot: request.upstreamRoot,
    now: request.now,
  });
  return { bytes, expires: expiryAfter(request.now, keys.lifetimes.root) };
}

function onlineKeys(keyring: Keyring, owner: RootOwner, epoch: number): DraftRequest['onlineKeys'] {
  const { snapshot, timestamp } = issuingOf(keyring, owner, epoch).keys;
  return { snapshot: snapshot.keyObject, timestamp: timestamp.keyObject };
}

function makeOnlineCollectionRoot(
  { keyring, lifetimes }: RootKeys,
  collection: Collection,
  { onlineEpoch, ...request }: RootRequest,
): { bytes: Uint8Array; expires: Date } {
  const expires = expiryAfter(request.now, lifetimes.root);
  const online = onlineKeys(keyring, { id: request.repository, collection }, onlineEpoch);
  const rest = { ...request, collection, onlineKeys: online, expires, draw: randomSecret };
  const bytes = withScalar(keyring, request.repository, (scalar) => makeCollectionRoot(scalar, rest));
  return { bytes, expires };
}

function withCollectionSigner<Result>(
  keyring: Keyring,
  id: RepositoryId,
  work: (signer: NotarySigner) => Result,
): Result {
  const signer = withScalar(keyring, id, notarySignerFromScalar);
  try {
    return work(signer);
  } finally {
    signer.forget();
  }
}

function withScalar<Result>(keyring: Keyring, id: RepositoryId, work: (scalar: Uint8Array) => Result): Result {
  const scalar = keyring.collectionRootScalar(id);
  try {
    return work(scalar);
  } finally {
    scalar.fill(0);
  }
}

export function signOnlineRoot(
  keys: RootKeys,
  owner: RootOwner,
  {
    candidate,
    before,
    onlineEpoch,
    now,
  }: { candidate: Candidate; before: PublishedBefore | undefined; onlineEpoch: number; now: Date },
): SignedFile {
  const upstreamRoot = candidate.content.roots.at(-1)?.bytes;
  if (!upstreamRoot) throw new TypeError('a candidate without a root');
  const { repository } = candidate.content;
  const { bytes, expires } = makeOnlineRoot(keys, owner, {
    repository,
    upstreamRoot,
    previous: before?.root,
    onlineEpoch,
    now,
  });
  return { role: 'root', version: (before?.current.rootVersion ?? 0) + 1, bytes, expires };
}
