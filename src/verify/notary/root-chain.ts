/**
 * From the enrolled root of a collection to the newest one. Every version is asked for by number and kept; a source that
 * holds no step in between (a client's cache, an old copy) may jump, as stock clients do, when the newest root is signed by
 * the last one that is trusted.
 */
import type { CollectionSource } from '../../acquire/notary/collection-source.ts';
import { Refusal } from '../../errors.ts';
import { type NotaryRoot, type ParsedNotary, parseNotaryRoot } from '../../notary/metadata.ts';
import { TrustedCollection } from '../../notary/trusted-set.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { Limits } from '../../tuf/limits.ts';
import { ROOT } from '../../tuf/names.ts';
import { refuseRollback } from '../../tuf/trusted-set.ts';
import type { UpstreamFile } from '../candidate.ts';
import type { Evidence } from '../evidence.ts';
import { absentAsUndefined } from '../root-chain.ts';

export interface CollectionChain {
  readonly trusted: TrustedCollection;
  /** The newest root of earlier imports: by comparison, upstream's key rotations show. */
  readonly acceptedRoot: TrustedCollection;
  readonly roots: readonly UpstreamFile[];
  /** Verified other bytes that the source has for the newest version; undefined when they are the same. */
  readonly offered: UpstreamFile | undefined;
}

export interface CollectionRoots {
  readonly source: Pick<CollectionSource, 'gun' | 'current' | 'byVersion'>;
  /** The root file whose digest the operator confirmed. */
  readonly enrolled: Uint8Array;
  /** Later roots of earlier imports, in order; they are verified again, not believed. */
  readonly accepted: readonly Uint8Array[];
  readonly limits: Limits;
  readonly evidence: Evidence;
}

/** @throws TRUST_ROLLBACK for a source whose newest root is older than what was accepted; TRUST_ROOT_CHAIN, TRUST_SIGNATURES, … */
export async function followCollectionRoots({
  source,
  enrolled,
  accepted,
  limits,
  evidence,
}: CollectionRoots): Promise<CollectionChain> {
  let trusted = TrustedCollection.enrol(enrolled, source.gun, limits);
  const roots = [asRootFile(trusted.root)];
  const follow = (bytes: Uint8Array, version?: number): void => {
    trusted = trusted.rotate(bytes, version);
    roots.push(asRootFile(trusted.root));
  };
  for (const bytes of accepted) follow(bytes);
  const acceptedRoot = trusted;

  const newest = await source.current(ROOT, limits.rootBytes);
  evidence.received(ROOT, newest);
  const { version } = parseNotaryRoot(newest, ROOT, limits);
  refuseRollback(ROOT, version, trusted.root.version);
  if (version - trusted.root.version > limits.rootRotations) {
    throw new Refusal('TRUST_LIMIT', `Upstream offers more than ${limits.rootRotations} new root versions at once.`, {
      details: { role: ROOT, limit: 'rootRotations' },
    });
  }
  if (version === trusted.root.version) {
    const isSame = sha256(newest) === trusted.root.envelope.fileSha256;
    return { trusted, acceptedRoot, roots, offered: isSame ? undefined : asRootFile(trusted.otherCopy(newest)) };
  }
  for (let step = trusted.root.version + 1; step < version; step++) {
    const bytes = await absentAsUndefined(source.byVersion(ROOT, step, limits.rootBytes));
    if (!bytes) break;
    evidence.received(ROOT, bytes);
    follow(bytes, step);
    evidence.verified(asRootFile(trusted.root));
  }
  evidence.received(ROOT, newest);
  follow(newest);
  return { trusted, acceptedRoot, roots, offered: undefined };
}

function asRootFile({ version, expires, envelope }: ParsedNotary<NotaryRoot>): UpstreamFile {
  const { bytes, fileSha256, signedSha256 } = envelope;
  return { role: ROOT, version, bytes, fileSha256, signedSha256, expires };
}
