/**
 * Typed reading of members, for TUF-defined objects. Every refusal names the file and the member.
 * Go clients fold case when they match members, so a member that equals a known one except for case would be invisible
 * here and decisive there; such shadow members are refused (J-03).
 */
import { Refusal } from '../errors.ts';
import { mismatchKnown } from './fold.ts';
import type { Json, JsonObject } from './json.ts';
import { printable } from './names.ts';

/** Reads the members of one object; `label` is the file (and place) for messages. */
export class Shape {
  readonly object: JsonObject;
  readonly label: string;

  constructor(value: Json | undefined, label: string, known: ReadonlySet<string>) {
    if (!(value instanceof Map)) refuseShape(label, 'must be an object');
    this.object = value;
    this.label = label;
    const shadow = mismatchKnown(value.keys(), known);
    if (shadow !== undefined)
      refuseShape(label, `has the member “${printable(shadow, 60)}”, which some clients read as another`);
  }

  has(name: string): boolean {
    return this.object.has(name);
  }

  string(name: string): string {
    const value = this.object.get(name);
    return typeof value === 'string' ? value : this.#refuse(name, 'must be a string');
  }

  /** A whole number from `least` to 2^31−2: beyond, clients with 32-bit versions are locked out (J-04). */
  version(name = 'version', least = 1): number {
    return this.#whole(name, least, 2 ** 31 - 2);
  }

  length(name: string): number {
    return this.#whole(name, 0, Number.MAX_SAFE_INTEGER);
  }

  boolean(name: string): boolean {
    const value = this.object.get(name);
    return typeof value === 'boolean' ? value : this.#refuse(name, 'must be true or false');
  }

  array(name: string): Json[] {
    const value = this.object.get(name);
    return Array.isArray(value) ? value : this.#refuse(name, 'must be an array');
  }

  strings(name: string): string[] {
    const items = this.array(name);
    return items.every((item) => typeof item === 'string') ? items : this.#refuse(name, 'must be an array of strings');
  }

  map(name: string): JsonObject {
    const value = this.object.get(name);
    return value instanceof Map ? value : this.#refuse(name, 'must be an object');
  }

  #whole(name: string, least: number, most: number): number {
    const value = this.object.get(name);
    if (typeof value !== 'number' || value < least || value > most) {
      return this.#refuse(name, `must be a whole number from ${String(least)} to ${String(most)}`);
    }
    return value;
  }

  #refuse(name: string, problem: string): never {
    return refuseShape(this.label, `: “${name}” ${problem}`);
  }
}

/** @throws TRUST_MALFORMED */
export function refuseShape(label: string, problem: string): never {
  throw new Refusal('TRUST_MALFORMED', `${printable(label)}${problem.startsWith(':') ? '' : ' '}${problem}.`, {
    details: { file: label },
  });
}
