/**
 * Members of an object that nobody has checked. Whatever a reader does not ask for, or finds of another type than it
 * expects, is said by name at the end: a member that this program does not know may be the one that matters (protobuf
 * readers also take `certificate_authorities` for `certificateAuthorities`).
 */
import { compareUtf8 } from '../../tuf/canonical.ts';
import { parseDate } from '../../tuf/dates.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import { quoted, quotedValue } from '../difference/words.ts';
import { type Saying, VALID_UNTIL } from './fact.ts';

export class Members {
  readonly #object: JsonObject;
  readonly #read = new Set<string>();
  readonly #inner: { readonly name: string; readonly members: Members }[] = [];

  constructor(object: JsonObject) {
    this.#object = object;
  }

  text(name: string): string | undefined {
    const value = this.#object.get(name);
    if (typeof value !== 'string') return undefined;
    this.#read.add(name);
    return value;
  }

  whole(name: string): number | undefined {
    const value = this.#object.get(name);
    if (typeof value !== 'number') return undefined;
    this.#read.add(name);
    return value;
  }

  list(name: string): readonly Json[] {
    const value = this.#object.get(name);
    if (!Array.isArray(value)) return [];
    this.#read.add(name);
    return value;
  }

  /** An object inside; an empty one when there is none. */
  object(name: string): Members {
    const value = this.#object.get(name);
    if (!(value instanceof Map)) return new Members(new Map());
    this.#read.add(name);
    const members = new Members(value);
    this.#inner.push({ name, members });
    return members;
  }

  /** Strict base64, in either alphabet as protobuf has them; anything else is left unread. */
  bytes(name: string): Uint8Array | undefined {
    const value = this.#object.get(name);
    const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
    if (bytes) this.#read.add(name);
    return bytes;
  }

  /** A text in upstream's words. */
  saying(what: string, name: string): Saying[] {
    const text = this.text(name);
    return text === undefined ? [] : [[what, quoted(text)]];
  }

  /** `validFor`, with the same instant in the same words however it is written. */
  validity(): Saying[] {
    const period = this.object('validFor');
    return [...period.instant('valid from', 'start'), ...period.instant(VALID_UNTIL, 'end')];
  }

  instant(what: string, name: string): Saying[] {
    const text = this.text(name);
    if (text === undefined) return [];
    const date = parseDate(text);
    return [[what, date ? date.toISOString() : `${quoted(text)} (which is no time)`]];
  }

  /** Everything that was not asked for, by its path. */
  rest(prefix = ''): Saying[] {
    const own = [...this.#object].filter(([name]) => !this.#read.has(name));
    return [
      ...own.map(([name, value]): Saying => [`also ${quoted(prefix + name)}`, quotedValue(value)]),
      ...this.#inner.flatMap(({ name, members }) => members.rest(`${prefix}${name}.`)),
    ].sort(([a], [b]) => compareUtf8(a, b));
  }
}

function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  const bytes = Buffer.from(digits, 'base64');
  // The runtime skips what it does not know; only a text that says exactly these bytes counts (C-05).
  return bytes.toString('base64').replace(/=+$/, '') === digits ? bytes : undefined;
}
