/** The settings by name: `limits.max_clock_jump` in the file, `COUNTERSIGN_LIMITS_MAX_CLOCK_JUMP` in the environment. */
import { type Leaf, SCHEMA } from './schema.ts';

/** A setting’s place in the file: one or two words. */
export type KeyPath = readonly string[];

export interface Setting {
  readonly path: KeyPath;
  readonly leaf: Leaf;
}

export const SETTINGS: readonly Setting[] = Object.entries(SCHEMA.properties).flatMap(([name, entry]): Setting[] =>
  'properties' in entry
    ? Object.entries(entry.properties).map(([inner, leaf]) => ({ path: [name, inner], leaf }))
    : [{ path: [name], leaf: entry }],
);

export function keyName(path: KeyPath): string {
  return path.join('.');
}

export function variableName(path: KeyPath): string {
  return `COUNTERSIGN_${path.join('_').toUpperCase()}`;
}

export function findSetting(path: KeyPath): Setting | undefined {
  return SETTINGS.find((setting) => keyName(setting.path) === keyName(path));
}

/**
 * The nearest of some known words, when one is near enough to be what was meant.
 * @returns undefined when nothing is within a third of its letters
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(word, name);
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && distance < (best?.distance ?? Infinity)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** Letters to insert, delete or replace (Levenshtein), for words of at most 64 letters. */
function editDistance(a: string, b: string): number {
  if (a.length > 64) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (b[j - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
