/**
 * The few request headers that matter, taken from the raw list in one pass: `request.headers` would build an object of
 * all of them for each request, and `headersDistinct` has been made to crash by a header named `__proto__` (J-06).
 * Nothing here decides which repository is meant: that is the path’s alone (H-09).
 */

export interface RequestHeaders {
  ifNoneMatch?: string;
  ifMatch?: string;
  ifRange?: string;
  range?: string;
  authorization?: string;
  /** The request announces a body, which no path here takes. */
  hasBody?: true;
}

const NONE: Readonly<RequestHeaders> = Object.freeze({});

/** @param raw names and values in turn, as node:http keeps them */
export function readHeaders(raw: readonly string[]): Readonly<RequestHeaders> {
  let headers: RequestHeaders | undefined;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const field = fieldOf(name);
    if (field === undefined) continue;
    const value = raw[at + 1] ?? '';
    if (field === 'hasBody') {
      if (value !== '0') (headers ??= {}).hasBody = true;
      continue;
    }
    headers ??= {};
    const before = headers[field];
    // A header that is sent twice is one list (RFC 9110, “Field lines and combined field value”).
    headers[field] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers ?? NONE;
}

/** Compares lengths first: most headers are of no interest, and this runs for each of them. */
function fieldOf(name: string): keyof RequestHeaders | undefined {
  switch (name.length) {
    case 5:
      return name.toLowerCase() === 'range' ? 'range' : undefined;
    case 8:
      return fieldOfEight(name.toLowerCase());
    case 13:
      return fieldOfThirteen(name.toLowerCase());
    case 14:
      return name.toLowerCase() === 'content-length' ? 'hasBody' : undefined;
    case 17:
      return name.toLowerCase() === 'transfer-encoding' ? 'hasBody' : undefined;
    default:
      return undefined;
  }
}

function fieldOfThirteen(name: string): 'ifNoneMatch' | 'authorization' | undefined {
  if (name === 'if-none-match') return 'ifNoneMatch';
  return name === 'authorization' ? 'authorization' : undefined;
}

function fieldOfEight(name: string): 'ifMatch' | 'ifRange' | undefined {
  if (name === 'if-match') return 'ifMatch';
  return name === 'if-range' ? 'ifRange' : undefined;
}
