/** One place where what the operator typed becomes a source. */
import { openDirectorySource } from './directory-source.ts';
import { type HttpSourceOptions, openHttpSource } from './http-source.ts';
import { locate } from './location.ts';
import type { CollectionSource } from './notary/collection-source.ts';
import { type CollectionOptions, openCollection } from './notary/open.ts';
import type { Source } from './source.ts';

/** What any kind of source may need; a directory needs none of it. */
export type UpstreamOptions = HttpSourceOptions & CollectionOptions;

/**
 * @param location as `locate` reads it
 * @throws USAGE_OPTION, SOURCE_UNREACHABLE for a missing directory, and what `openHttpSource` and `openDirectorySource` throw
 */
export async function openSource(location: string, options: HttpSourceOptions): Promise<Source> {
  const place = locate(location);
  return place.kind === 'server' ? openHttpSource(place.url, options) : openDirectorySource(place.path);
}

/** The same for whatever an upstream is: a TUF repository, or one collection of a Notary server. */
export function openUpstream(
  location: string,
  collection: { readonly name: string } | undefined,
  options: UpstreamOptions,
): Promise<Source | CollectionSource> {
  return collection ? openCollection(location, collection.name, options) : openSource(location, options);
}
