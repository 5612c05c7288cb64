/** If-Match and If-None-Match against a file’s tag: what saves a transfer, and what must never splice two files (H-08). */
import type { ServerResponse } from 'node:http';
import { refuse } from './refuse.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Sends 304 or 412 where a condition says so, and returns the status that was sent. */
export function settleByCondition(
  headers: Readonly<RequestHeaders>,
  etag: string,
  unchangedHeaders: string[],
  response: ServerResponse,
  isHead: boolean,
): number | undefined {
  switch (judgeConditions(headers, etag)) {
    case 'send':
      return undefined;
    case 'failed':
      return refuse(response, 'PRECONDITION_FAILED', isHead);
    case 'unchanged':
      response.writeHead(304, unchangedHeaders).end();
      return 304;
  }
}

/** In the order of RFC 9110, “Precedence of preconditions”. */
function judgeConditions(
  { ifMatch, ifNoneMatch }: Readonly<RequestHeaders>,
  etag: string,
): 'send' | 'unchanged' | 'failed' {
  if (ifMatch !== undefined && !isListed(ifMatch, etag, 'strongly')) return 'failed';
  return ifNoneMatch !== undefined && isListed(ifNoneMatch, etag, 'weakly') ? 'unchanged' : 'send';
}

const TAG = /(?:W\/)?("[\u0021\u0023-\u007e\u0080-\u00ff]*")/g;

/** A weak tag vouches for no byte: it may save a transfer, and nothing may be built on it (H-08). */
function isListed(header: string, etag: string, comparing: 'strongly' | 'weakly'): boolean {
  if (header === etag || header.trim() === '*') return true;
  return [...header.matchAll(TAG)].some(([whole, opaque]) => (comparing === 'weakly' ? opaque : whole) === etag);
}
