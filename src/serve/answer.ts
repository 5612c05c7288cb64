/**
 * What a name is answered with: headers prepared once, ETag = SHA-256 of the bytes, so that a cache or a resumed
 * download can never take one generation’s file for another’s (H-08).
 */
import { sha256 } from '../tuf/digest.ts';
import type { Sha256 } from '../tuf/names.ts';

/**
 * Versioned and digest-named files never change; everything else is asked for again each time. `restricted`: never
 * changes and is not for everybody. `never`: the past, which no cache may mistake for the present.
 */
export type Caching = 'immutable' | 'revalidated' | 'restricted' | 'never';

/** The kind of path, for counting; bounded, whatever is asked for. */
export type Route = TreeRoute | 'log' | 'proof' | 'approvals' | 'past' | 'changefeed' | 'health' | 'other';
export type TreeRoute = 'metadata' | 'targets' | 'upstream-metadata' | 'upstream-targets' | 'evidence';

/** One small file, ready to be sent. */
export interface Answer {
  readonly route: Route;
  readonly sha256: Sha256;
  readonly etag: string;
  readonly body: Buffer;
  /**
   * The same bytes for `end(…, 'latin1')`, which maps them one to one. node:http joins head and body of a text into one
   * chunk before it writes; for small files that saves a tenth of the time of a request.
   */
  readonly text: string | undefined;
  /** Flat name-value list of a 200. */
  readonly headers: string[];
  /** The same of a 304. */
  readonly unchangedHeaders: string[];
}

const CACHE_CONTROL: Readonly<Record<Caching, string>> = {
  // no-transform: a proxy that compresses would change the length and the meaning of the ETag.
  immutable: 'public, max-age=31536000, immutable, no-transform',
  revalidated: 'no-cache, no-transform',
  restricted: 'private, max-age=31536000, immutable, no-transform',
  never: 'no-store, no-transform',
};

const JSON_TYPE = 'application/json';
export const TEXT_TYPE = 'text/plain; charset=utf-8';
export const BYTES_TYPE = 'application/octet-stream';

/** Above this, joining costs more than it saves. */
const TEXT_BYTES = 8192;

/** Prepares an answer with these bytes. */
export function prepareAnswer(
  route: Route,
  digest: Sha256,
  body: Buffer,
  caching: Caching,
  { type = JSON_TYPE, marks = [] }: { readonly type?: string; readonly marks?: readonly string[] } = {},
): Answer {
  const etag = etagOf(digest);
  return {
    route,
    sha256: digest,
    etag,
    body,
    text: body.length <= TEXT_BYTES ? body.toString('latin1') : undefined,
    headers: [...contentHeaders(type, body.length, etag, caching), ...marks],
    unchangedHeaders: [...unchangedHeaders(etag, caching), ...marks],
  };
}

/** The same for what was made just now and is stored nowhere. */
export function prepareMade(route: Route, body: Buffer, caching: Caching, type = JSON_TYPE): Answer {
  return prepareAnswer(route, sha256(body), body, caching, { type });
}

/** A strong entity tag: equal tags mean equal bytes. */
export function etagOf(digest: Sha256): string {
  return `"${digest}"`;
}

/** Headers of a body that is sent whole. */
export function contentHeaders(type: string, length: number, etag: string, caching: Caching): string[] {
  return [
    'Content-Type',
    type,
    'Content-Length',
    String(length),
    'ETag',
    etag,
    'Cache-Control',
    CACHE_CONTROL[caching],
    // Targets are anything at all; a browser must not take one for a page of this origin.
    'X-Content-Type-Options',
    'nosniff',
  ];
}

/** What a 304 repeats (RFC 9110, “304 Not Modified”). */
export function unchangedHeaders(etag: string, caching: Caching): string[] {
  return ['ETag', etag, 'Cache-Control', CACHE_CONTROL[caching], 'X-Content-Type-Options', 'nosniff'];
}
