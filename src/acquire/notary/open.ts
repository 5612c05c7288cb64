/** One place where what the operator typed becomes the source of a collection. */
import { Refusal } from '../../errors.ts';
import { locate } from '../location.ts';
import type { CollectionSource } from './collection-source.ts';
import { readCredentials } from './credentials.ts';
import { openDirectoryCollection } from './directory-collection.ts';
import { type NotaryServer, type NotaryServerOptions, openNotaryServer, openServerCollection } from './server.ts';

/** What any kind of source may need; a directory needs none of it. */
export interface CollectionOptions extends Omit<NotaryServerOptions, 'credentials'> {
  /** Lines `HOST user:password`. */
  readonly credentialsFile?: string;
}

/**
 * @param location an http(s) address of a Notary server, or a directory of collected files or a client's cache
 * @throws as `locate`, `openServerCollection` and `openDirectoryCollection`
 */
export async function openCollection(
  location: string,
  gun: string,
  options: CollectionOptions,
): Promise<CollectionSource> {
  const place = locate(location);
  if (place.kind === 'directory') return openDirectoryCollection(place.path, gun);
  return openServerCollection(place.url, gun, await withCredentials(place.url, options));
}

/** @throws USAGE_OPTION for a directory: it has no change feed, and nobody renews what is in it */
export async function openServer(location: string, options: CollectionOptions): Promise<NotaryServer> {
  const place = locate(location);
  if (place.kind === 'server') return openNotaryServer(place.url, await withCredentials(place.url, options));
  throw new Refusal('USAGE_OPTION', 'A directory has no change feed.', {
    next: 'Name the collections, or give the address of the server.',
  });
}

async function withCredentials(
  url: URL,
  { credentialsFile, ...options }: CollectionOptions,
): Promise<NotaryServerOptions> {
  const credentials = credentialsFile === undefined ? undefined : await readCredentials(credentialsFile, url.host);
  return { ...options, ...(credentials && { credentials }) };
}
