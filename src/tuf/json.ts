/**
 * Bytes to values, strictly. The one JSON reader for everything untrusted.
 *
 * Two readers must never understand the same signed bytes differently, so this one refuses whatever real readers are
 * known to disagree on (docs/design/weaknesses.md): invalid UTF-8 and byte-order marks (J-05), members that
 * are equal after unescaping (J-03), lone surrogates (J-05), fractions, exponents, “-0” and integers beyond ±(2^53−1)
 * (J-04), trailing content (J-07), and nesting beyond a bound. Objects are Maps: no member name can reach a
 * prototype (J-06), and integer-like names keep their order (J-01).
 */
import { Refusal } from '../errors.ts';
import { printable } from './names.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param bytes the received file, whole
 * @param label what it is, for the message: `targets` or a file name
 * @param maxDepth deepest nesting accepted; the caller bounds the size
 * @throws TRUST_JSON
 */
export function parseJson(bytes: Uint8Array, label: string, maxDepth = 64): Json {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new Refusal('TRUST_JSON', `${printable(label)} is not valid UTF-8.`, { cause });
  }
  return new Reader(text, label, maxDepth).document();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class Reader {
  readonly #text: string;
  readonly #label: string;
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, label: string, maxDepth: number) {
    this.#text = text;
    this.#label = label;
    this.#maxDepth = maxDepth;
  }

  document(): Json {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at !== this.#text.length) this.#refuse('has content after its end');
    return value;
  }

  #value(depth: number): Json {
    if (depth > this.#maxDepth) this.#refuse(`nests deeper than ${String(this.#maxDepth)} levels`);
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === QUOTE) return this.#string();
    if (code === 0x7b) return this.#object(depth);
    if (code === 0x5b) return this.#array(depth);
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#integer();
    if (this.#word('true')) return true;
    if (this.#word('false')) return false;
    if (this.#word('null')) return null;
    return this.#refuse(this.#at >= this.#text.length ? 'ends too early' : 'is not JSON');
  }

  #object(depth: number): JsonObject {
    const members: JsonObject = new Map();
    this.#at++;
    this.#skipSpace();
    if (this.#take(0x7d)) return members;
    for (;;) {
      this.#skipSpace();
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#refuse('has an object member without a name');
      const name = this.#string();
      // Last-wins, first-wins and merge are all in use elsewhere; a file read differently by two clients is an attack.
      if (members.has(name)) this.#refuse(`names the member “${printable(name, 60)}” twice in one object`);
      this.#skipSpace();
      if (!this.#take(0x3a)) this.#refuse('lacks a “:” after a member name');
      members.set(name, this.#value(depth + 1));
      this.#skipSpace();
      if (this.#take(0x2c)) continue;
      if (this.#take(0x7d)) return members;
      this.#refuse('has an object that is not closed');
    }
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    this.#at++;
    this.#skipSpace();
    if (this.#take(0x5d)) return items;
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#skipSpace();
      if (this.#take(0x2c)) continue;
      if (this.#take(0x5d)) return items;
      this.#refuse('has an array that is not closed');
    }
  }

  #string(): string {
    const text = this.#text;
    const start = ++this.#at;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === BACKSLASH) return this.#escapedString(start, at);
      if (code < 0x20) this.#refuse('has a raw control character in a string');
    }
    return this.#refuse('has a string that is not closed');
  }

  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text;
    let out = text.slice(start, firstEscape);
    for (let at = firstEscape; at < text.length;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        // Some readers replace a lone surrogate, some keep it: the name would differ between them.
        if (/\p{Surrogate}/u.test(out)) this.#refuse('has a lone surrogate in a string');
        return out;
      }
      if (code < 0x20) this.#refuse('has a raw control character in a string');
      if (code !== BACKSLASH) {
        out += text.charAt(at++);
        continue;
      }
      const escape = text.charAt(at + 1);
      if (escape === 'u') {
        const digits = text.slice(at + 2, at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#refuse('has a broken \\u escape');
        out += String.fromCharCode(Number.parseInt(digits, 16));
        at += 6;
      } else {
        out += ESCAPES.get(escape) ?? this.#refuse('has an unknown escape in a string');
        at += 2;
      }
    }
    return this.#refuse('has a string that is not closed');
  }

  #integer(): number {
    const text = this.#text;
    const start = this.#at;
    let at = start + (text.charCodeAt(start) === 0x2d ? 1 : 0);
    const firstDigit = at;
    while (at < text.length && isDigit(text.charCodeAt(at))) at++;
    const digits = at - firstDigit;
    const next = text.charCodeAt(at);
    const isFractional = next === 0x2e || next === 0x65 || next === 0x45;
    const hasLeadingZero = text.charCodeAt(firstDigit) === 0x30 && (digits > 1 || firstDigit > start);
    // The length is checked before converting: a megabyte of digits must not cost quadratic time (CVE-2020-10735).
    if (digits === 0 || digits > 16 || isFractional || hasLeadingZero) {
      this.#refuse('has a number that is not a plain integer');
    }
    const value = Number(text.slice(start, at));
    if (!Number.isSafeInteger(value)) this.#refuse('has an integer beyond ±(2^53−1)');
    this.#at = at;
    return value;
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #refuse(problem: string): never {
    throw new Refusal('TRUST_JSON', `${printable(this.#label)} ${problem} (at character ${String(this.#at)}).`, {
      details: { file: this.#label, at: this.#at },
    });
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Ordinary JSON text, members in Map order: how the files that we issue ourselves are written. */
export function stringifyJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(',')}]`;
  const members = [...value].map(([name, member]) => `${JSON.stringify(name)}:${stringifyJson(member)}`);
  return `{${members.join(',')}}`;
}

/** A Json object from literal members, for what we issue. */
export function jsonObject(members: Record<string, Json | undefined>): JsonObject {
  return new Map(Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined));
}
