/** An office whose repository is a Notary collection: the same people, the same steps, and tags in place of files. */
import { SimulatedCollection } from '../simulator/collection.ts';
import { APP, collectionMirror } from '../simulator/collection-mirror.ts';
import type { Scope } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { AuditedOffice } from './office.ts';

/** What tags mean: digests of images that nobody here has. */
export const [ONE, TWO, THREE] = ['1a'.repeat(32), '2b'.repeat(32), '3c'.repeat(32)];

export interface CollectionOffice {
  readonly office: AuditedOffice;
  readonly collection: SimulatedCollection;
}

/** Ann and Bob must agree to what Ivan brings in; `v1` in `targets`, `v1.1` in `targets/releases`. */
export async function collectionOffice(scope: Scope): Promise<CollectionOffice> {
  const collection = new SimulatedCollection().delegate('targets/releases');
  collection.add('v1', ONE).add('v1.1', TWO, 'targets/releases').publish();
  const { mirror, clock } = await collectionMirror(scope, collection);
  const office = new AuditedOffice(mirror, clock, new SimulatedUpstream(), APP);
  office.openSource = () => Promise.resolve(collection);
  await office.haveThree();
  return { office, collection };
}
