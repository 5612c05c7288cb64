/**
 * Reading the documents that Countersign defines itself, the pin and the map, member by member. Every refusal names the
 * document and the member, and never repeats a value. Objects of ours are closed: a member that is not known is refused,
 * because a misspelt `polcy` that is ignored is a policy that does not hold.
 */
import { type Code, Refusal } from '../../errors.ts';
import { formatDate, parseDate } from '../../tuf/dates.ts';
import { type Json, type JsonObject, parseJson } from '../../tuf/json.ts';
import { DEFAULT_LIMITS } from '../../tuf/limits.ts';
import { printable } from '../../tuf/names.ts';
import { parsePeriod } from './period.ts';
import type { Period } from './pin.ts';

export interface DocumentKind {
  /** How sentences begin: `The pin`. */
  readonly name: string;
  /** What every refusal of it is. */
  readonly code: Code;
  readonly maxBytes: number;
}

/** One member of a document, present or not, and where it stands. */
export class Member {
  readonly #value: Json | undefined;
  readonly #kind: DocumentKind;
  readonly #path: string;

  private constructor(value: Json | undefined, kind: DocumentKind, path: string) {
    this.#value = value;
    this.#kind = kind;
    this.#path = path;
  }

  /** The whole document, bounded and strictly read. @throws the kind’s code, as every method here */
  static document(bytes: Uint8Array, kind: DocumentKind): Member {
    const member = new Member(undefined, kind, '');
    if (bytes.length > kind.maxBytes) member.refuse(`is larger than ${String(kind.maxBytes)} bytes`);
    return new Member(
      member.attempt(() => parseJson(bytes, kind.name, DEFAULT_LIMITS.jsonDepth)),
      kind,
      '',
    );
  }

  /** For messages: `The pin: policy.grace.npm`. */
  get place(): string {
    return this.#path === '' ? this.#kind.name : `${this.#kind.name}: ${this.#path}`;
  }

  /** @param problem goes on after the place: `must be …` */
  refuse(problem: string): never {
    throw new Refusal(this.#kind.code, `${this.place} ${problem}.`, { details: { member: this.#path } });
  }

  /** Runs a reader that refuses in words of its own; its refusal becomes the cause of one of this document’s. */
  attempt<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof Refusal) || cause.code === this.#kind.code) throw cause;
      const what = cause.what.startsWith(this.place) ? cause.what : `${this.place}: ${cause.what}`;
      throw new Refusal(this.#kind.code, what, { cause, details: { ...cause.details, member: this.#path } });
    }
  }

  /** Undefined when the member is absent. `null` is not absent. */
  optional<T>(read: (member: this) => T): T | undefined {
    return this.#value === undefined ? undefined : read(this);
  }

  /** An object of ours, with no other members than these; the answer gives each of them. */
  closed<Name extends string>(known: readonly Name[]): (name: Name) => Member {
    const object = this.object();
    for (const name of object.keys()) {
      // Names that differ by case are among the unknown ones: some readers take them for the known (J-03).
      if (!known.some((member) => member === name)) this.refuse(`has the unknown member “${printable(name, 60)}”`);
    }
    return (name) => this.#below(name, object.get(name));
  }

  /** An object whose member names are values: roles, key ids, repositories. In the file’s order. */
  entries(): [name: string, member: Member][] {
    return [...this.object()].map(([name, value]) => [name, this.#below(printable(name, 60), value)]);
  }

  get isText(): boolean {
    return typeof this.#value === 'string';
  }

  get isArray(): boolean {
    return Array.isArray(this.#value);
  }

  object(): JsonObject {
    return this.#value instanceof Map ? this.#value : this.refuse('must be an object');
  }

  items(): Member[] {
    const items = Array.isArray(this.#value) ? this.#value : this.refuse('must be an array');
    return items.map((item, at) => this.#below(String(at), item));
  }

  text(): string {
    return typeof this.#value === 'string' ? this.#value : this.refuse('must be a string');
  }

  whole(least: number, most: number): number {
    const value = this.#value;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    return this.refuse(`must be a whole number from ${String(least)} to ${String(most)}`);
  }

  flag(): boolean {
    return typeof this.#value === 'boolean' ? this.#value : this.refuse('must be true or false');
  }

  /** Milliseconds. */
  period(): Period {
    const problem = 'must be a period of weeks, days, hours, minutes and seconds, such as P60D or PT12H';
    return parsePeriod(this.text()) ?? this.refuse(problem);
  }

  /** One spelling only, the one that we write: UTC, whole seconds. */
  instant(): Date {
    const text = this.text();
    const date = parseDate(text);
    return date && formatDate(date) === text ? date : this.refuse('must be a UTC time such as 2027-12-31T00:00:00Z');
  }

  #below(name: string, value: Json | undefined): Member {
    return new Member(value, this.#kind, this.#path === '' ? name : `${this.#path}.${name}`);
  }
}
