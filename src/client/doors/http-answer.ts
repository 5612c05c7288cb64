/**
 * What an answer over HTTP means before its body is read, and what trouble means: a file, “unchanged”, or a named
 * refusal. Status codes steer clients, so only two of them have a meaning (H-01); a guard is led nowhere else (H-02), and
 * decodes nothing.
 */
import { type Code, type Details, Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';
import type { Reading } from '../fetch/place.ts';

/** Trouble that comes from a connection which ended too early. Everything else in a body is not HTTP at all. */
const NOT_HTTP = /^HPE_(?!INVALID_EOF_STATE)/;

/** Fetch asks nothing at some ports. It says so without a code, in these words. */
const BAD_PORT = 'bad port';

/**
 * Accepts exactly a plain 200 that fits, or a 304 that was asked for.
 * @throws SOURCE_NOT_FOUND, SOURCE_STATUS, SOURCE_REDIRECT, SOURCE_ENCODED, SOURCE_TOO_LARGE
 */
export function judgeAnswer(response: Response, url: URL, reading: Reading): 'file' | 'unchanged' {
  const { status } = response;
  refuseElsewhere(response, url);
  if (status === 304 && reading.unless !== undefined) return 'unchanged';
  const isAbsent = status === 404 || (status === 403 && reading.forbiddenMeansAbsent === true);
  if (isAbsent) throw refusal('SOURCE_NOT_FOUND', url, `does not exist (status ${status})`, { status });
  if (status === 401) throw wantsToken(url);
  if (status !== 200) throw refusal('SOURCE_STATUS', url, `was answered with status ${status}`, { status });
  // The runtime decodes without being asked, and small answers become large ones. A transfer coding other than
  // chunked is the same thing under another header.
  const codings = [
    ...codingsIn(response.headers.get('content-encoding'), 'identity'),
    ...codingsIn(response.headers.get('transfer-encoding'), 'chunked'),
  ];
  if (codings.length > 0) throw refusal('SOURCE_ENCODED', url, 'came with a content encoding that was not asked for');
  // Believed only against the sender; what arrives is counted all the same.
  if ((announcedBytes(response) ?? 0) > reading.maxBytes) throw tooLarge(url, reading.maxBytes);
  return 'file';
}

/** Where a mirror lets only some read, whoever asks goes to a token server first; a guard goes nowhere else (H-02). */
function wantsToken(url: URL): Refusal {
  const status = 401;
  return new Refusal('SOURCE_STATUS', `${nameOf(url)} is for readers with a token only (status ${status}).`, {
    details: { host: url.host, file: nameOf(url), status },
    next: 'A guard asks for no token: let a proxy on the way add one, or, in a program, give the guard a fetch that shows one.',
  });
}

/** The announced length; undefined when there is none. */
export function announcedBytes(response: Response): number | undefined {
  const header = response.headers.get('content-length');
  return header !== null && /^[0-9]+$/.test(header) ? Number(header) : undefined;
}

export function tooLarge(url: URL, limit: number): Refusal {
  return refusal('SOURCE_TOO_LARGE', url, `is larger than ${limit} bytes`, { limit });
}

export function cutOff(url: URL, received: number, error?: unknown): Refusal {
  const reason = error === undefined ? undefined : reasonOf(error);
  if (reason !== undefined && NOT_HTTP.test(reason)) return unreachable(url, error);
  const why = reason === undefined ? '' : ` (${reason})`;
  return refusal('SOURCE_TRUNCATED', url, `was cut off after ${received} bytes${why}`, { received }, error);
}

/** The embedder’s fetch, or the runtime’s, could not get an answer: nothing is known. */
export function unreachable(url: URL, error: unknown): Refusal {
  const reason = reasonOf(error);
  const what = `${url.host} cannot be reached: ${reason}.`;
  return new Refusal('SOURCE_UNREACHABLE', what, {
    details: { host: url.host, file: nameOf(url), reason },
    ...causeOf(error, reason),
  });
}

/** How messages name a file: host and path, at bounded length, without credentials. */
export function nameOf(url: URL): string {
  return printable(`${url.host}${url.pathname}`);
}

/** An embedder’s fetch may follow redirects although it was told not to: then the answer says where it came from. */
function refuseElsewhere(response: Response, url: URL): void {
  const { status } = response;
  const isRedirect = response.type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304);
  if (isRedirect) throw refusal('SOURCE_REDIRECT', url, `redirects (status ${status})`, { status });
  // A response that was made by hand has no address.
  const from = response.url === '' ? url.origin : new URL(response.url).origin;
  if (response.redirected || from !== url.origin) {
    throw refusal('SOURCE_REDIRECT', url, `was answered by another address, at ${printable(from)}`, { to: from });
  }
}

function codingsIn(header: string | null, harmless: string): string[] {
  const codings = (header ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  return codings.filter((coding) => coding !== '' && coding !== harmless);
}

/** The first code in an error and its causes, else a name: never a message that may repeat what a server sent. */
function reasonOf(error: unknown): string {
  let name = 'no reason was given';
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return printable(code, 80);
    // The parser’s errors lose their codes on the way; only the reason in the message is left.
    if (at.name === 'HTTPParserError') return at.message.includes('EOF') ? 'HPE_INVALID_EOF_STATE' : 'HPE_INVALID';
    name = at.message === BAD_PORT ? BAD_PORT : at.name;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return printable(name, 80);
}

/** A parser error carries the bytes it stumbled over; they are not repeated anywhere. */
function causeOf(error: unknown, reason: string): { cause?: unknown } {
  return error === undefined || reason.startsWith('HPE_') ? {} : { cause: error };
}

function refusal(code: Code, url: URL, what: string, facts: Details = {}, error?: unknown): Refusal {
  const details = { host: url.host, file: nameOf(url), ...facts };
  return new Refusal(code, `${nameOf(url)} ${what}.`, {
    details,
    ...causeOf(error, error === undefined ? '' : reasonOf(error)),
  });
}
