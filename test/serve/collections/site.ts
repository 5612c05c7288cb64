/** A whole mirror with one simulated collection, behind real sockets, whose witnesses a test can silence. */
import assert from 'node:assert/strict';
import { importUpstream, withWriter } from '../../../src/mirror.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { type RepositoryId, repositoryId } from '../../../src/tuf/names.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import type { Scope } from '../../simulator/mirror.ts';
import { published } from '../../verify/notary/looking.ts';
import { LoggedMirror } from '../logged.ts';

export const APP = repositoryId('app');
export const SERVED = 'mirror.example/team/app';
export const FILES = `/v2/${SERVED}/_trust/tuf`;

export interface Site {
  readonly mirror: LoggedMirror;
  readonly collection: SimulatedCollection;
  /** Imports what upstream says now. */
  readonly bringIn: () => Promise<void>;
}

/** The collection is enrolled and published as `app`. */
export async function siteOf(scope: Scope, ...options: OpenOptions): Promise<Site> {
  const mirror = await LoggedMirror.open(scope, ...options);
  const collection = published(new SimulatedCollection());
  const id = await enrolCollection(mirror, 'app', collection, SERVED);
  const bringIn = (): Promise<void> => importCollection(mirror, id, collection);
  await bringIn();
  return { mirror, collection, bringIn };
}

type OpenOptions = Parameters<typeof LoggedMirror.open> extends [Scope, ...infer Rest] ? Rest : never;

export async function enrolCollection(
  { mirror, clock }: LoggedMirror,
  name: string,
  collection: SimulatedCollection,
  servedAs: string,
): Promise<RepositoryId> {
  const id = repositoryId(name);
  const enrolment = {
    ...{ id, upstream: 'https://notary.example', selection: { kind: 'none' } as const },
    collection: { name: collection.gun, servedAs },
    ...{ rootSha256: sha256(collection.firstRoot), maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS },
    enrolledAt: clock.now(),
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, collection.firstRoot, {}));
  return id;
}

export async function importCollection(
  { mirror, trees }: LoggedMirror,
  repository: RepositoryId,
  collection: SimulatedCollection,
): Promise<void> {
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  const { outcome } = await importUpstream(mirror, { repository, openSource, decisions: [], claim: {} });
  assert.equal(outcome, 'published');
  trees.refresh();
}

/** The body of what must be there, as JSON. */
export async function document(mirror: LoggedMirror, path: string): Promise<{ signed: { version: number } }> {
  return JSON.parse(String(await mirror.body(path))) as { signed: { version: number } };
}
