/** Reaching into a file’s value by a path of member names and indexes, to spoil exactly one place. */
import type { Json, JsonObject } from '../../src/tuf/json.ts';

/** Every place below the value, outer ones first. */
export function placesIn(value: Json, at: readonly string[] = []): string[][] {
  const below = Array.isArray(value) ? value.entries() : value instanceof Map ? value.entries() : [];
  return [...below].flatMap(([name, member]) => {
    const place = [...at, String(name)];
    return [place, ...placesIn(member, place)];
  });
}

/** Sets the place, or removes it for `undefined`; the places above it must be there. */
export function put(signed: JsonObject, place: readonly string[], value: Json | undefined): JsonObject {
  const last = place.at(-1) ?? '';
  const parent = place.slice(0, -1).reduce<Json | undefined>(below, signed);
  if (Array.isArray(parent)) parent.splice(Number(last), 1, ...(value === undefined ? [] : [value]));
  else if (!(parent instanceof Map)) throw new TypeError(`nothing is at ${place.join('.')}`);
  else if (value === undefined) parent.delete(last);
  else parent.set(last, value);
  return signed;
}

export function below(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)];
  return value instanceof Map ? value.get(name) : undefined;
}
