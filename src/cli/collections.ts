/** Names of collections as they are typed and told. */
import { refuseUnusableName, requireServable } from '../acquire/notary/collection-name.ts';
import type { Collection } from '../ledger/records.ts';

/** @throws USAGE_OPTION for a name that no client could ask for */
export function collectionNamed(name: string, servedAs = name): Collection {
  refuseUnusableName(name);
  requireServable(servedAs);
  return { name, servedAs };
}

/** For a document; undefined for a TUF repository. */
export function collectionWords(collection: Collection | undefined): object | undefined {
  return collection && { gun: collection.name, servedAs: collection.servedAs };
}
