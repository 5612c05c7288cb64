/** A workplace whose mirror has simulated collections: enrolled and imported through the library, the rest is typed. */
import assert from 'node:assert/strict';
import { importUpstream, type ImportResult, type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror, openMirror } from '../../src/open.ts';
import { DEFAULT_LIFETIMES } from '../../src/publish/lifetimes.ts';
import { issuedRoots } from '../../src/publish/generation.ts';
import { requireFirstRoot } from '../../src/notary/root-certificates.ts';
import { TrustedCollection } from '../../src/notary/trusted-set.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import type { SimulatedCollection } from '../simulator/collection.ts';
import type { Workplace } from './workplace.ts';

export async function withMirrorOf<Result>(
  workplace: Workplace,
  work: (mirror: Mirror) => Promise<Result> | Result,
): Promise<Result> {
  const options = { clock: workplace.clock, holder: 'test', lifetimes: DEFAULT_LIFETIMES };
  const mirror = await openMirror({ data: workplace.path('data') }, options);
  try {
    return await work(mirror);
  } finally {
    closeMirror(mirror);
  }
}

export async function enrolCollection(
  workplace: Workplace,
  id: string,
  collection: SimulatedCollection,
  servedAs: string,
): Promise<void> {
  const enrolment = {
    ...{ id: repositoryId(id), upstream: 'https://notary.example', selection: { kind: 'none' } as const },
    ...{ collection: { name: collection.gun, servedAs }, rootSha256: sha256(collection.firstRoot) },
    ...{ maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS, enrolledAt: workplace.clock.now() },
  };
  await withMirrorOf(workplace, (mirror) =>
    withWriter(mirror, (writer) => writer.enrol(enrolment, collection.firstRoot, {})),
  );
}

export function importCollection(
  workplace: Workplace,
  id: string,
  collection: SimulatedCollection,
): Promise<ImportResult> {
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  return withMirrorOf(workplace, (mirror) =>
    importUpstream(mirror, { repository: repositoryId(id), openSource, decisions: [], claim: {} }),
  );
}

/** The roots that clients get, oldest first; each taken by whoever holds the one before, and the last one by newcomers. */
export function takenRoots(workplace: Workplace, id: string, servedAs: string): Promise<readonly Uint8Array[]> {
  return withMirrorOf(workplace, ({ reader, clock }) => {
    const roots = issuedRoots(reader, repositoryId(id));
    const [first, ...later] = roots;
    assert.ok(first);
    let trusted = TrustedCollection.enrol(first, servedAs, DEFAULT_LIMITS);
    for (const root of later) trusted = trusted.rotate(root, trusted.root.version + 1);
    requireFirstRoot(trusted.root, servedAs, clock.now());
    return roots;
  });
}
