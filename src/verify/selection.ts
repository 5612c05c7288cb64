/** Which target files this repository carries: none, all, or those that match patterns (as in delegations). */
import { Refusal } from '../errors.ts';
import { matchesPattern } from '../tuf/glob.ts';
import { printable } from '../tuf/names.ts';

export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'patterns'; readonly patterns: readonly string[] };

/** @throws USAGE_OPTION when “none” or “all” is mixed with patterns */
export function parseSelection(words: readonly string[]): Selection {
  const [first] = words;
  if (words.length === 0 || (words.length === 1 && first === 'all')) return { kind: 'all' };
  if (words.length === 1 && first === 'none') return { kind: 'none' };
  const mixed = words.find((word) => word === 'all' || word === 'none' || word === '');
  if (mixed !== undefined)
    throw new Refusal(
      'USAGE_OPTION',
      `--targets takes none, all, or patterns; not “${printable(mixed)}” among others.`,
    );
  return { kind: 'patterns', patterns: words };
}

export function isSelected(selection: Selection, path: string): boolean {
  if (selection.kind === 'patterns') return selection.patterns.some((pattern) => matchesPattern(pattern, path));
  return selection.kind === 'all';
}
