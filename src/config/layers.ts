/**
 * Where values come from. A layer is what one origin says, in the file’s own shape, and knows how to name the place of
 * each value; whatever the origin, the same schema judges it.
 */
import type { KeyPath } from './keys.ts';
import { SETTINGS, findSetting, keyName, nearest, variableName } from './keys.ts';
import type { Problem } from './problems.ts';

export type Value = string | boolean | readonly string[];
/** A document in the file’s shape; not judged yet. */
export type Tree = Readonly<Record<string, unknown>>;

export interface Layer {
  readonly tree: Tree;
  /** How messages and `config explain` name the place of a value. */
  place(path: KeyPath): string;
  /** What it is when a value does not fit: a wrong setting, or a wrong command line. */
  readonly kind: 'invalid' | 'usage';
  /** Relative paths start here. */
  readonly base: string;
}

/** Flags as the command line has them, by setting: `--data` is `data`. */
export type Flags = Readonly<Record<string, { readonly flag: string; readonly value: Value | undefined }>>;

export function flagLayer(flags: Flags, base: string): Layer {
  const given = Object.entries(flags).filter(([, { value }]) => value !== undefined);
  return {
    tree: nest(given.map(([name, { value }]) => [name.split('.'), value])),
    place: (path) => flags[keyName(path)]?.flag ?? keyName(path),
    kind: 'usage',
    base,
  };
}

/** Variables that are not settings: where the file is, what the tests use, what Kubernetes sets for a service so named. */
const OTHER_VARIABLES = /^COUNTERSIGN_(?:CONFIG|INTEROP_.*|SERVICE_.*|PORT|PORT_.*)$/;

export function environmentLayer(
  environment: Readonly<Record<string, string | undefined>>,
  base: string,
  problems: Problem[],
): Layer {
  const known = new Map(SETTINGS.map(({ path }) => [variableName(path), path]));
  const values: [KeyPath, unknown][] = [];
  for (const [name, text] of Object.entries(environment)) {
    // An empty variable is how compose files and units leave one out.
    if (!name.startsWith('COUNTERSIGN_') || OTHER_VARIABLES.test(name) || text === undefined || text === '') continue;
    const path = known.get(name);
    if (path) values.push([path, asValue(path, text)]);
    else problems.push(unknownVariable(name, known.keys()));
  }
  return { tree: nest(values), place: variableName, kind: 'invalid', base };
}

function unknownVariable(name: string, known: Iterable<string>): Problem {
  const meant = nearest(name, known);
  const text = `is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  return { place: name, text, kind: 'unknown-key' };
}

function asValue(path: KeyPath, text: string): Value {
  if (findSetting(path)?.leaf.type !== 'boolean') return text;
  return text === 'true' ? true : text === 'false' ? false : text;
}

function nest(values: readonly (readonly [KeyPath, unknown])[]): Tree {
  const tree: Record<string, unknown> = {};
  for (const [[group = '', name], value] of values) {
    if (name === undefined) tree[group] = value;
    else tree[group] = { ...(tree[group] as Tree | undefined), [name]: value };
  }
  return tree;
}
