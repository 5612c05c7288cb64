/**
 * Members that TUF does not define: periods and owners that upstream's tools write, `custom` of a target, and whatever
 * comes next. Each is said by name with its value, so that nothing signed changes without a line.
 */
import { compareUtf8 } from '../../tuf/canonical.ts';
import type { Json, JsonObject } from '../../tuf/json.ts';
import type { ChangeKind, Changes, Words } from './changes.ts';
import { quoted, quotedValue } from './words.ts';

export interface MembersPlace {
  readonly kind: ChangeKind;
  readonly role: string;
  /** Begins the line; where it is made only for a line that is listed, role and name say the same. */
  readonly label: string | (() => string);
  /** The thing of the role that has the members: a target’s path, a key id. */
  readonly name?: string;
  /** Members that are compared elsewhere. */
  readonly known: ReadonlySet<string>;
}

/** Deeper, values are said as a whole. */
const DEEPEST = 4;
const NONE: ReadonlySet<string> = new Set();

export function compareMembers(
  changes: Changes,
  place: MembersPlace,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): void {
  compareInside(changes, place, [], before, after);
}

/** Into objects that both sides have, so that the line is about what changed in them. */
function compareInside(
  changes: Changes,
  place: MembersPlace,
  path: readonly string[],
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): void {
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  for (const name of [...names].filter((member) => !place.known.has(member)).sort(compareUtf8)) {
    const [old, now] = [before?.get(name), after?.get(name)];
    if (isSameJson(old, now)) continue;
    const inside = [...path, name];
    if (old instanceof Map && now instanceof Map && inside.length < DEEPEST) {
      compareInside(changes, { ...place, known: NONE }, inside, old, now);
      continue;
    }
    const say = (): Words => {
      const [before, after] = [quotedValue(old), quotedValue(now)];
      const label = typeof place.label === 'string' ? place.label : place.label();
      const text = `${label}: upstream's own ${inside.map((step) => quoted(step)).join(' > ')}: ${before} -> ${after}`;
      return { text, before, after };
    };
    changes.add(place.kind, typeof place.label === 'string' ? say() : say, {
      role: place.role,
      name: place.name ?? inside.join(' > '),
      whole: [inside, old ?? null, now ?? null],
    });
  }
}

/** Whether two values are one in canonical form, without making it: a million targets are compared so. */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSameJson(item, b[at]));
  }
  if (!(a instanceof Map) || !(b instanceof Map) || a.size !== b.size) return false;
  for (const [name, value] of a) if (!b.has(name) || !isSameJson(value, b.get(name))) return false;
  return true;
}

export function objectMember(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.get(name);
  return value instanceof Map ? value : undefined;
}
