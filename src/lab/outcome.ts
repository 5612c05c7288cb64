/** What came of an attack on one client: the cells of the table. */
import type { Code } from '../errors.ts';

export type Outcome =
  /** The client said no; `code` is its own word for why. */
  | { readonly kind: 'refused'; readonly code: string; readonly what: string }
  /** The client took what upstream never meant for it: the attack worked. */
  | { readonly kind: 'ACCEPTED' }
  /** The client took something genuine and outdated, and could not know. */
  | { readonly kind: 'not detected' }
  /** The client got what an honest mirror would have given it. */
  | { readonly kind: 'no effect' };

/** The two sides of a client: what it was, and what is said of it in the table. */
export type Side = 'stock' | 'pins' | 'chain';
export const SIDES: readonly Side[] = ['stock', 'pins', 'chain'];

/**
 * How a stock client says no. tuf-js has no codes: its sentence tells the right reason from a wrong one; `code` is what the
 * guard’s own plain client says where tuf-js is not installed.
 */
export interface StockRefusal {
  readonly says: string;
  readonly code: Code;
}

/** A code stands for a refusal with it. */
export type Expected = 'ACCEPTED' | 'not detected' | Code;
export type ExpectedOfStock = 'ACCEPTED' | 'not detected' | StockRefusal;

export function isExpected(outcome: Outcome, expected: Expected | StockRefusal): boolean {
  if (outcome.kind !== 'refused') return outcome.kind === expected;
  if (typeof expected === 'string') return outcome.code === expected;
  return outcome.code === expected.code || outcome.what.includes(expected.says);
}

/** As it stands in the table. A stock client’s own words for a refusal are nobody’s promise, so they are left out. */
export function cellText(outcome: Outcome | Expected | StockRefusal, side: Side): string {
  if (typeof outcome === 'string') {
    return outcome === 'ACCEPTED' || outcome === 'not detected' ? outcome : `refused (${outcome})`;
  }
  if (!('kind' in outcome)) return 'refused';
  if (outcome.kind !== 'refused') return outcome.kind;
  return side === 'stock' ? 'refused' : `refused (${outcome.code})`;
}
