/**
 * What an HTTP answer means before its body is read: a file, a named refusal, or another address of the same origin.
 * Pure; the rules are those of H-01 (status codes steer clients), H-02 and H-03 (redirects), R-01 (lengths) and R-04
 * (encodings).
 */
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What the asker allows. */
export interface Bounds {
  /** Most bytes of body, counted as they arrive. */
  readonly maxBytes: number;
  /**
   * Read 403 as “no such file”. Only for names that may well not exist (the next root, the probe for a layout): object
   * stores whose readers may not list answer 403 there. Anywhere else a 403 says nothing about the file (H-01).
   */
  readonly forbiddenMeansAbsent?: boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whatever it redirects to is not asked: what was sent is for nobody else. @throws SOURCE_REDIRECT */
export function refuseRedirect(status: number, url: URL): void {
  if (REDIRECTS.has(status)) throw redirectRefusal(url, 'redirects what was sent to it');
}

/**
 * Where a redirect leads, or undefined when the answer is none.
 * @throws SOURCE_REDIRECT when it leaves the origin (scheme, host and port), carries credentials or leads nowhere.
 */
export function redirectTarget(status: number, headers: Headers, from: URL): URL | undefined {
  if (!REDIRECTS.has(status)) return undefined;
  const { location } = headers;
  const to = typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined) throw redirectRefusal(from, 'redirects without naming one address');
  // A redirect to http:, to another port or to 169.254.169.254 could reach what only this server can (H-02), and would
  // show the client certificate to somebody else (H-03).
  if (to.origin !== from.origin) {
    const elsewhere = to.origin === 'null' ? to.protocol : to.origin;
    throw redirectRefusal(from, `redirects to ${elsewhere}`, elsewhere);
  }
  if (to.username !== '' || to.password !== '') throw redirectRefusal(from, 'redirects to an address with credentials');
  to.hash = '';
  return to;
}

export function redirectRefusal(from: URL, what: string, to?: string): Refusal {
  return new Refusal('SOURCE_REDIRECT', `${nameOf(from)} ${what}.`, {
    details: { host: from.host, file: nameOf(from), ...(to === undefined ? {} : { to }) },
  });
}

/**
 * Accepts exactly a 200 with an unencoded body that fits.
 * @throws SOURCE_NOT_FOUND (404, 410), SOURCE_STATUS, SOURCE_ENCODED, SOURCE_TOO_LARGE.
 */
export function refuseUnlessPlainFile(status: number, headers: Headers, url: URL, bounds: Bounds): void {
  const name = nameOf(url);
  const details = { host: url.host, file: name, status };
  if (status === 404 || status === 410 || (status === 403 && bounds.forbiddenMeansAbsent === true)) {
    throw new Refusal('SOURCE_NOT_FOUND', `${name} does not exist (status ${status}).`, { details });
  }
  if (status !== 200) throw new Refusal('SOURCE_STATUS', `${name} was answered with status ${status}.`, { details });
  refuseBody(status, headers, url, bounds.maxBytes);
}

/**
 * A body that must not be read, whatever the status: encoded, or announced as too long.
 * @throws SOURCE_ENCODED, SOURCE_TOO_LARGE.
 */
export function refuseBody(status: number, headers: Headers, url: URL, maxBytes: number): void {
  // Decoding is where small answers become large ones; we ask for identity and take nothing else. A transfer
  // coding other than chunked is the same thing under another header.
  const encodings = [
    ...codings(headers['content-encoding'], 'identity'),
    ...codings(headers['transfer-encoding'], 'chunked'),
  ];
  if (encodings.length > 0) {
    throw new Refusal('SOURCE_ENCODED', `${nameOf(url)} came with a content encoding that was not asked for.`, {
      details: { host: url.host, file: nameOf(url), status },
    });
  }
  // The announced length is believed only against the sender; what arrives is counted all the same.
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(url, maxBytes);
}

export function tooLarge(url: URL, limit: number): Refusal {
  return new Refusal('SOURCE_TOO_LARGE', `${nameOf(url)} is larger than ${limit} bytes.`, {
    details: { host: url.host, file: nameOf(url), limit },
  });
}

/** How messages name a file: host and path, at bounded length, without query and credentials. */
export function nameOf(url: URL): string {
  return printable(`${url.host}${url.pathname}`);
}

function codings(header: string | string[] | undefined, harmless: string): string[] {
  return [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== harmless);
}
