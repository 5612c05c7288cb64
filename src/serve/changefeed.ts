/**
 * Notary’s changefeed, byte for byte as its server writes it, so that tools which follow one can follow us: one record for
 * each timestamp that was made public, none that waits for its witnesses. A record’s id is the number of its leaf, counted
 * from 1; ids have gaps, and rise.
 *
 *   /v2/_trust/changefeed?records=N[&change_id=ID]      all repositories
 *   /v2/<name>/_trust/changefeed?…                      one of them; an unknown one has no changes
 *
 * Source: theupdateframework/notary 0.7, server/handlers/changefeed.go, server/storage/sqldb.go (GetChanges).
 */
import type { LedgerReader } from '../ledger/reader.ts';
import { formatDate } from '../tuf/dates.ts';
import { printable } from '../tuf/names.ts';
import { type Answer, prepareMade, TEXT_TYPE } from './answer.ts';
import { type RequestPath, splitFeed } from './request-path.ts';

type LogReader = LedgerReader['log'];

export type FoundChanges =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'objection'; readonly route: 'changefeed'; readonly body: Buffer };

/** What `records=0` means in Notary. */
const USUAL_RECORDS = 100;
/**
 * Notary has no bound. Whoever asks for more gets so many, and goes on from the last id. Each is a leaf that is looked at
 * anew, and nobody else is answered meanwhile.
 */
const MOST_RECORDS = 500;

/** What collections are called; a TUF repository is called by its id. */
export interface Guns {
  nameOf(repository: string): string | undefined;
  repositoryOf(name: string): string | undefined;
}

/** @param leaves released ones */
export function findChanges(
  log: LogReader,
  leaves: number,
  guns: Guns,
  { rest, query }: RequestPath,
): FoundChanges | undefined {
  const feed = splitFeed(rest);
  if (!feed) return undefined;
  const parameters = new URLSearchParams(query);
  const records = parseInteger(parameters.get('records') ?? '');
  if (typeof records === 'string') return objection(`invalid records parameter: strconv.ParseInt: ${records}`);
  const id = parseInteger(parameters.get('change_id') || '0');
  // Notary’s own error has no members that JSON shows.
  if (typeof id === 'string') return objection({});
  const isFromEnd = id < 0 || records < 0;
  const found = log.timestamps(
    {
      // An id is an index and one: after `id` is from index `id`, and before `id` is before index `id - 1`.
      from: isFromEnd ? 0 : id,
      before: isFromEnd && id > 0 ? Math.min(id - 1, leaves) : leaves,
      isFromEnd,
      most: Math.min(Math.abs(records) || USUAL_RECORDS, MOST_RECORDS),
    },
    feed.gun === undefined ? undefined : repositoryCalled(feed.gun, guns),
  );
  const document = {
    count: found.length,
    records: found.length === 0 ? null : found.map((event) => recordOf(event, guns)),
  };
  return {
    kind: 'answer',
    answer: prepareMade('changefeed', Buffer.from(JSON.stringify(document)), 'revalidated', TEXT_TYPE),
  };
}

/** A collection has no other name than the one it is served under, and who may read that is not asked about its id. */
function repositoryCalled(name: string, guns: Guns): string {
  return guns.repositoryOf(name) ?? (guns.nameOf(name) === undefined ? name : '');
}

function recordOf({ n, at, body }: ReturnType<LogReader['timestamps']>[number], guns: Guns): object {
  return {
    ID: String(n + 1),
    CreatedAt: formatDate(at),
    GUN: guns.nameOf(body.repository) ?? body.repository,
    Version: body.timestamp.version,
    SHA256: body.timestamp.sha256,
    Category: 'update',
  };
}

/** As Go reads 32 bits; otherwise what Go says about the text. */
function parseInteger(text: string): number | string {
  const quoted = JSON.stringify(printable(text, 40));
  if (!/^[+-]?[0-9]+$/.test(text)) return `parsing ${quoted}: invalid syntax`;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : `parsing ${quoted}: value out of range`;
}

function objection(detail: unknown): FoundChanges {
  const error = { code: 'INVALID_PARAMETERS', message: 'The parameters provided are not valid.', detail };
  return { kind: 'objection', route: 'changefeed', body: Buffer.from(`${escapeHtml({ errors: [error] })}\n`) };
}

/** Go’s JSON writes these three as escapes. */
function escapeHtml(document: object): string {
  const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
  return JSON.stringify(document).replace(/[<>&]/g, (character) => escapes[character] ?? '');
}
