/** A mirror with one simulated collection enrolled. */
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import type { FakeClock } from './clock.ts';
import type { SimulatedCollection } from './collection.ts';
import { type Scope, TestMirror } from './mirror.ts';

export const APP = repositoryId('app');
/** Another name than upstream’s: the registry was renamed. */
export const SERVED = 'mirror.example/team/app';

export interface CollectionMirror {
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  readonly collection: SimulatedCollection;
}

export async function collectionMirror(
  scope: Scope,
  collection: SimulatedCollection,
  rootKeys: 'offline' | 'online' = 'online',
): Promise<CollectionMirror> {
  const { mirror, clock } = await TestMirror.open(scope, { rootKeys, now: collection.now });
  const enrolment = {
    ...{ id: APP, upstream: 'https://notary.example', selection: { kind: 'none' } as const },
    collection: { name: collection.gun, servedAs: SERVED },
    ...{ rootSha256: sha256(collection.firstRoot), maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS },
    enrolledAt: clock.now(),
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, collection.firstRoot, {}));
  return { mirror, clock, collection };
}
