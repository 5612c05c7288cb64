/**
 * A change feed, page after page, from a server that may lie, loop or never end. One record per new timestamp, so most of
 * them say nothing more than that a timestamp was renewed; a deletion says that a collection is gone (N-08).
 */
import { Refusal } from '../../errors.ts';
import { type ChangePage, readPage } from './change-page.ts';

export type { ChangePage };

export interface FeedOptions {
  /** Id of the last record that is known; what follows it is asked for. None = from the beginning. */
  readonly from?: string;
  /** Most records of one page, 1 to 1000. */
  readonly limit?: number;
  /** The feed is given up after so many pages. */
  readonly mostPages?: number;
}

const USUAL_LIMIT = 100;
const MOST_LIMIT = 1000;
const USUAL_MOST_PAGES = 10_000;
/** Of one record, with every character of its name escaped; and of what is around them. */
const [RECORD_BYTES, FRAME_BYTES] = [8192, 1024];

/**
 * Ends before the first empty page.
 * @param gun whose feed it is; undefined = everybody's
 * @param get the whole body, or a refusal
 * @throws USAGE_OPTION for `from` or `limit`; TRUST_JSON, TRUST_MALFORMED for a page that is none or does not go on;
 * SOURCE_TOO_LARGE after `mostPages`; what `get` throws: SOURCE_NOT_FOUND where a server keeps no feed.
 */
export async function* readFeed(
  url: URL,
  gun: string | undefined,
  options: FeedOptions,
  get: (url: URL, maxBytes: number) => Promise<Uint8Array>,
): AsyncGenerator<ChangePage, void, void> {
  const { from, limit = USUAL_LIMIT, mostPages = USUAL_MOST_PAGES } = options;
  refuseUnusable(from, limit);
  // Ids are opaque, so “forward” means: never back to where we have been.
  const passed = new Set<string>(from === undefined ? [] : [from]);
  let last = from;
  for (let pages = 0; ; pages++) {
    const at = pageUrl(url, limit, last);
    const page = readPage(await get(at, FRAME_BYTES + limit * RECORD_BYTES), { url, gun, limit, passed });
    if (page.changes.length === 0) return;
    // New ids can be invented without end.
    if (pages === mostPages) throw tooLong(url, mostPages);
    last = page.last;
    passed.add(last);
    yield page;
  }
}

function pageUrl(url: URL, limit: number, last: string | undefined): URL {
  const at = new URL(url);
  at.searchParams.set('records', String(limit));
  if (last !== undefined) at.searchParams.set('change_id', last);
  return at;
}

function refuseUnusable(from: string | undefined, limit: number): void {
  // To a real server `-1` means the end, and it would answer with what we did not ask for.
  const isPlace = from === undefined || (/^[\u0021-\u007e]{1,128}$/.test(from) && !from.startsWith('-'));
  const isAmount = Number.isSafeInteger(limit) && limit >= 1 && limit <= MOST_LIMIT;
  if (isPlace && isAmount) return;
  const what = isPlace ? `A page has 1 to ${MOST_LIMIT} changes.` : 'This is no id of a change.';
  throw new Refusal('USAGE_OPTION', what, { next: 'Start from the id that was last read, or from the beginning.' });
}

function tooLong(url: URL, limit: number): Refusal {
  return new Refusal('SOURCE_TOO_LARGE', `The change feed of ${url.host} has more than ${limit} pages.`, {
    details: { host: url.host, limit },
    next: 'Name the collections instead, or go on from the last id that was read.',
  });
}
