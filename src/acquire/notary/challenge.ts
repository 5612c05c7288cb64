/**
 * The WWW-Authenticate header of a 401, read strictly: a reader that guesses where a quoted string ends can be sent
 * elsewhere (H-05). Source: RFC 9110, “WWW-Authenticate” and “Authentication Parameters”.
 */
import { Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';

/** Who gives out tokens, and under which name this server is known there. The scope is not taken from it: we ask for ours. */
export interface Challenge {
  readonly realm: string;
  readonly service: string | undefined;
}

const MOST_LENGTH = 4096;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const SCHEME = new RegExp(TOKEN, 'y');
const QUOTED = '"((?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\t \\x21-\\x7e])*)"';
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:${QUOTED}|(${TOKEN}))(?=[ \\t]*(?:,|$))`, 'y');
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const BETWEEN = /[ \t,]*/y;
const SPACES = / +/y;

interface Parsed {
  /** Lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The one Bearer challenge, also among others.
 * @param lines the header's lines
 * @param asker `host` of the server, for messages
 * @throws SOURCE_STATUS when there is none, or any of them cannot be read
 */
export function bearerChallenge(lines: readonly string[], asker: string): Challenge {
  if (lines.length === 0) throw refusal(asker, 'asks for a token and does not say where to get one');
  const challenges = lines.flatMap((line) => parseLine(line, asker));
  const bearers = challenges.filter(({ scheme }) => scheme === 'bearer');
  const [bearer] = bearers;
  if (bearer === undefined) {
    const schemes = printable(challenges.map(({ scheme }) => scheme).join(', '), 100);
    throw refusal(
      asker,
      `asks for ${schemes === '' ? 'nothing that has a name' : schemes}, and clients speak Bearer only`,
    );
  }
  const realm = bearer.parameters.get('realm');
  if (bearers.length > 1 || realm === undefined) throw refusal(asker, 'does not name one place that gives out tokens');
  return { realm, service: bearer.parameters.get('service') };
}

function parseLine(line: string, asker: string): Parsed[] {
  if (line.length > MOST_LENGTH) throw unreadable(asker);
  const found: Parsed[] = [];
  const reader = new Reader(line);
  for (reader.take(BETWEEN); !reader.isAtEnd; reader.take(BETWEEN)) {
    const scheme = reader.take(SCHEME)?.[0];
    if (scheme === undefined) throw unreadable(asker);
    const parameters = new Map<string, string>();
    // Without a blank after it, the scheme stands alone, and a comma or the end follows.
    if (reader.take(SPACES) === undefined) {
      if (![undefined, ','].includes(line[reader.at])) throw unreadable(asker);
    } else if (reader.take(TOKEN68) === undefined) {
      readParameters(reader, parameters, asker);
    }
    found.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return found;
}

function readParameters(reader: Reader, parameters: Map<string, string>, asker: string): void {
  for (let isFirst = true; ; isFirst = false) {
    const start = reader.at;
    if (!isFirst) reader.take(BETWEEN);
    const match = reader.take(PARAMETER);
    if (match === undefined) {
      if (isFirst && !reader.isAtEnd) throw unreadable(asker);
      // Not a parameter: the next challenge begins, or this is the end.
      reader.at = start;
      return;
    }
    const [, name = '', quoted, plain = ''] = match;
    const key = name.toLowerCase();
    // Of two realms, two readers take different ones.
    if (parameters.has(key)) throw unreadable(asker);
    parameters.set(key, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
  }
}

/** Reads one text from left to right. */
class Reader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.at === this.#text.length;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }
}

function unreadable(asker: string): Refusal {
  return refusal(asker, 'asks for a token in a header that cannot be read');
}

function refusal(asker: string, what: string): Refusal {
  return new Refusal('SOURCE_STATUS', `${asker} ${what}.`, {
    details: { host: asker, status: 401 },
    next: 'Check that the address is a Notary server’s; its answer to /v2/ must name a Bearer realm.',
  });
}
