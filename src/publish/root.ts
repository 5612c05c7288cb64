/**
 * The mirror’s root: drafted for a ceremony, or, in a trial that keeps the root key online, drafted, signed and accepted
 * at once, by the same three steps that holders take.
 */
import type { SignedFile } from '../ledger/record-publication.ts';
import { type RootDraft } from '../sign/draft-document.ts';
import type { Keyring } from '../sign/keyring.ts';
import { listRole } from '../sign/root-pin.ts';
import { acceptDraft, draftRoot, signDraft } from '../sign/root-draft.ts';
import type { RootPublic } from '../sign/root-public.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { parseRoot } from '../tuf/metadata.ts';
import { ROOT, type RepositoryId } from '../tuf/names.ts';
import type { Candidate } from '../verify/candidate.ts';
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
  request: RootRequest,
  rootKeys: readonly RootPublic[],
  threshold: number,
): RootDraft {
  const { repository, upstreamRoot, previous, onlineEpoch, now } = request;
  return draftRoot({
    repository,
    ...(previous ? { previous } : {}),
    rootKeys,
    threshold,
    onlineKeys: {
      snapshot: keyring.signerFor(repository, 'snapshot', onlineEpoch).keyObject,
      timestamp: keyring.signerFor(repository, 'timestamp', onlineEpoch).keyObject,
    },
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
  repository: RepositoryId,
  current: Uint8Array | undefined,
): boolean {
  if (!keyring.hasRootOnline) return false;
  if (!current) return true;
  const { keyIds, threshold } = listRole(parseRoot(current, 'the mirror’s root', DEFAULT_LIMITS), ROOT);
  return threshold === 1 && keyIds.includes(keyring.rootSignerFor(repository).keyId);
}

/** @throws STATE_NEEDS_ROOT unless the root key is online */
export function makeOnlineRoot(keys: RootKeys, request: RootRequest): { bytes: Uint8Array; expires: Date } {
  const signer = keys.keyring.rootSignerFor(request.repository);
  const holder: RootPublic = {
    holder: 'online',
    repository: request.repository,
    keyId: signer.keyId,
    keyObject: signer.keyObject,
  };
  const draft = signDraft(draftFor(keys, request, [holder], 1), signer, request.now);
  const bytes = acceptDraft(draft, {
    previous: request.previous,
    upstreamRoot: request.upstreamRoot,
    now: request.now,
  });
  return { bytes, expires: expiryAfter(request.now, keys.lifetimes.root) };
}

export function signOnlineRoot(
  keys: RootKeys,
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
  const { bytes, expires } = makeOnlineRoot(keys, {
    repository,
    upstreamRoot,
    previous: before?.root,
    onlineEpoch,
    now,
  });
  return { role: 'root', version: (before?.current.rootVersion ?? 0) + 1, bytes, expires };
}
