/** One upstream state, verified by the workflow of its dialect. What comes out knows nothing of it. */
import type { CollectionSource } from '../acquire/notary/collection-source.ts';
import type { Source } from '../acquire/source.ts';
import { TrustedCollection } from '../notary/trusted-set.ts';
import type { Limits } from '../tuf/limits.ts';
import { TrustedRoot } from '../tuf/trusted-set.ts';
import type { Candidate } from './candidate.ts';
import { verifyCollection } from './notary/collection.ts';
import { type Verification, verifyUpstream } from './upstream.ts';

export type UpstreamSource = Source | CollectionSource;

export interface StateVerification extends Omit<Verification, 'source'> {
  readonly source: UpstreamSource;
  /** The collection's name upstream that was enrolled; undefined for a TUF repository. */
  readonly gun: string | undefined;
}

export function verifyState({ source, gun, ...verification }: StateVerification): Promise<Candidate> {
  const named = isCollection(source) ? source.gun : undefined;
  // Whoever opens a source opens what was enrolled; another collection's would verify, as another one.
  if (named !== gun) throw new TypeError(`a source of ${named ?? 'TUF'} for ${gun ?? 'TUF'}`);
  return isCollection(source)
    ? verifyCollection({ ...verification, source })
    : verifyUpstream({ ...verification, source });
}

/**
 * A root that somebody compared the digest of, as far as it must keep its own rules.
 * @param gun the collection's name upstream, which its certificates must bear; undefined for a TUF repository
 * @throws TRUST_* for one that no client would begin with
 */
export function firstRoot(bytes: Uint8Array, gun: string | undefined, limits: Limits): FirstRoot {
  return gun === undefined ? TrustedRoot.enrol(bytes, limits).root : TrustedCollection.enrol(bytes, gun, limits).root;
}

export interface FirstRoot {
  readonly version: number;
  readonly expires: Date;
}

/** Whether this is a Notary collection, whose content lies elsewhere. */
export function isCollection(source: UpstreamSource): source is CollectionSource {
  return 'gun' in source;
}
