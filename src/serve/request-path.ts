/**
 * A request’s path, taken apart before it is decoded, and decoded exactly once (P-01): an encoded slash, dot or percent
 * sign stays part of a name, and a name is only ever looked up, never walked.
 */

export interface RequestPath {
  /** First segment as sent: ids need no encoding, so an encoded one is another name. */
  readonly repository: string;
  /** Everything behind `/<repository>/`, as sent. */
  readonly rest: string;
  /** What follows the question mark; only the changefeed looks at it. */
  readonly query: string;
}

/** Undefined for what cannot name a file: no repository, or nothing behind it. */
export function splitPath(url: string): RequestPath | undefined {
  if (!url.startsWith('/')) return undefined;
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const slash = path.indexOf('/', 1);
  if (slash === -1) return undefined;
  return {
    repository: path.slice(1, slash),
    rest: path.slice(slash + 1),
    query: query === -1 ? '' : url.slice(query + 1),
  };
}

export interface PathInFolder {
  /** First folder with its slash, as sent; empty for none. */
  readonly folder: string;
  /** Everything behind it, decoded. */
  readonly name: string;
}

/** Split before decoding, so that “metadata%2F” is the start of a name and no folder (P-01). */
export function splitFolder(rest: string): PathInFolder | undefined {
  const slash = rest.indexOf('/');
  const name = decodeOnce(rest.slice(slash + 1));
  return name === undefined ? undefined : { folder: rest.slice(0, slash + 1), name };
}

export interface CollectionPath {
  /** The collection's name. */
  readonly gun: string;
  /** A file's name behind `tuf/`. */
  readonly name: string;
}

/** `<name>/_trust/tuf/<file>`, decoded; a name may hold slashes, and the last such part is the one that counts, as in Notary. */
export function splitCollection(rest: string): CollectionPath | undefined {
  const [, gun, name] = /^(.+)\/_trust\/tuf\/(.+)$/.exec(decodeOnce(rest) ?? '') ?? [];
  return gun === undefined || name === undefined ? undefined : { gun, name };
}

/** `[<name>/]_trust/changefeed`: the feed of one collection, or of all. */
export function splitFeed(rest: string): { readonly gun: string | undefined } | undefined {
  const match = /^(?:([^*]+)\/)?_trust\/changefeed$/.exec(decodeOnce(rest) ?? '');
  return match ? { gun: match[1] } : undefined;
}

/** The name that was sent; undefined when it is not percent-encoded UTF-8. Raw bytes above ASCII never come this far. */
export function decodeOnce(raw: string): string | undefined {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}
