/** One place where what the operator typed becomes the source of a collection. */
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

/** Everything at one place. */
export interface Collections {
  open(gun: string): CollectionSource | Promise<CollectionSource>;
  /** Of a server; a directory has no change feed. */
  readonly changes: NotaryServer['changes'] | undefined;
  close(): Promise<void>;
}

export async function openCollections(location: string, options: CollectionOptions): Promise<Collections> {
  const place = locate(location);
  if (place.kind === 'directory') {
    const open = (gun: string): Promise<CollectionSource> => openDirectoryCollection(place.path, gun);
    return { open, changes: undefined, close: () => Promise.resolve() };
  }
  const server = await openNotaryServer(place.url, await withCredentials(place.url, options));
  return {
    open: (gun) => server.collection(gun),
    changes: (gun, feed) => server.changes(gun, feed),
    close: () => server.close(),
  };
}

async function withCredentials(
  url: URL,
  { credentialsFile, ...options }: CollectionOptions,
): Promise<NotaryServerOptions> {
  const credentials = credentialsFile === undefined ? undefined : await readCredentials(credentialsFile, url.host);
  return { ...options, ...(credentials && { credentials }) };
}
