/** One import after another of a collection, with what the record would remember of them. */
import type { CollectionSource } from '../../../src/acquire/notary/collection-source.ts';
import type { AcceptedState } from '../../../src/verify/upstream.ts';
import type { Candidate } from '../../../src/verify/candidate.ts';
import type { Decision } from '../../../src/verify/decisions.ts';
import type { SeenFile } from '../../../src/verify/equivocation.ts';
import { Evidence } from '../../../src/verify/evidence.ts';
import { verifyCollection } from '../../../src/verify/notary/collection.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import type { SimulatedCollection } from '../../simulator/collection.ts';

export class Looker {
  readonly source: CollectionSource;
  readonly enrolledRoot: Uint8Array;
  now: Date;
  #accepted: AcceptedState | undefined;
  #seen = new Map<string, SeenFile[]>();

  constructor(source: CollectionSource, enrolledRoot: Uint8Array, now: Date) {
    this.source = source;
    this.enrolledRoot = enrolledRoot;
    this.now = now;
  }

  /** Looks, and takes what was found for accepted. */
  async look(...decisions: readonly Decision[]): Promise<Candidate> {
    const candidate = await verifyCollection({
      repository: repositoryId('app'),
      source: this.source,
      enrolledRoot: this.enrolledRoot,
      accepted: this.#accepted,
      seen: (role, version) => this.#seen.get(`${role}@${String(version)}`) ?? [],
      decisions,
      maxUpstreamAgeDays: 90,
      limits: DEFAULT_LIMITS,
      now: this.now,
      evidence: new Evidence(),
    });
    this.#accept(candidate);
    return candidate;
  }

  #accept({ content }: Candidate): void {
    const { roots, timestamp, snapshot, roles, listed } = content;
    this.#accepted = {
      laterRoots: roots.slice(1).map(({ bytes }) => bytes),
      ...{ timestampVersion: timestamp.version, snapshotVersion: snapshot.version, listed },
    };
    for (const { role, version, fileSha256, signedSha256 } of [...roots, timestamp, snapshot, ...roles.values()]) {
      const label = `${role}@${String(version)}`;
      const before = (this.#seen.get(label) ?? []).map((seen) => ({ ...seen, isCurrent: false }));
      this.#seen.set(label, [...before, { fileSha256, signedSha256, isCurrent: true }]);
    }
  }
}

/** Enrolled at the root that the collection has now. */
export function lookerAt(collection: SimulatedCollection): Looker {
  return new Looker(collection, collection.file('root.json'), collection.now);
}

/** A collection with one tag in `targets` and one in `targets/releases`, published. */
export function published(collection: SimulatedCollection): SimulatedCollection {
  collection.delegate('targets/releases');
  return collection.add('v1', '11'.repeat(32)).add('v2', '22'.repeat(32), 'targets/releases').publish();
}
