/** What came of an attack on one client: the cells of the table. */
import type { Code } from '../errors.ts';

export type Outcome =
  /** The client said no; `code` is its own word for why. */
  | { readonly kind: 'refused'; readonly code: string; readonly what: string }
  /** The client took what upstream never meant for it, or what people here never agreed to: the attack worked. */
  | { readonly kind: 'ACCEPTED' }
  /** The client took something genuine and outdated, and could not know. */
  | { readonly kind: 'not detected' }
  /** The same, and an entry about it stands in a log that witnesses hold: whoever reads that finds it. */
  | { readonly kind: 'recorded' }
  /** The client got what an honest mirror would have given it. */
  | { readonly kind: 'no effect' };

/** The clients, each asking for more than the one before. */
export type Side = 'stock' | 'pins' | 'chain' | 'ledger';
export const SIDES: readonly Side[] = ['stock', 'pins', 'chain', 'ledger'];

/**
 * How a stock client says no. tuf-js has no codes: its sentence tells the right reason from a wrong one; `code` is what the
 * guard’s own plain client says where tuf-js is not installed.
 */
export interface StockRefusal {
  readonly says: string;
  readonly code: Code;
}

/** A code stands for a refusal with it. */
export type Expected = 'ACCEPTED' | 'not detected' | 'recorded' | Code;
export type ExpectedOfStock = 'ACCEPTED' | 'not detected' | StockRefusal;

export interface Expectations {
  readonly stock: ExpectedOfStock;
  readonly pins: Expected;
  readonly chain: Expected;
  /** Absent: as the guard that does not ask for the ledger; what that one cannot notice is recorded. */
  readonly ledger?: Expected;
}

export function expectedOf({ ledger, ...expected }: Expectations, side: Side): Expected | StockRefusal {
  if (side !== 'ledger') return expected[side];
  return ledger ?? (expected.chain === 'not detected' ? 'recorded' : expected.chain);
}

export function isExpected(outcome: Outcome, expected: Expected | StockRefusal): boolean {
  if (outcome.kind !== 'refused') return outcome.kind === expected;
  if (typeof expected === 'string') return outcome.code === expected;
  return outcome.code === expected.code || outcome.what.includes(expected.says);
}

/** As it stands in the table. A stock client’s own words for a refusal are nobody’s promise, so they are left out. */
export function cellText(outcome: Outcome | Expected | StockRefusal, side: Side): string {
  if (typeof outcome === 'string') {
    return isWord(outcome) ? outcome : `refused (${outcome})`;
  }
  if (!('kind' in outcome)) return 'refused';
  if (outcome.kind !== 'refused') return outcome.kind;
  return side === 'stock' ? 'refused' : `refused (${outcome.code})`;
}

function isWord(expected: Expected): expected is 'ACCEPTED' | 'not detected' | 'recorded' {
  return expected === 'ACCEPTED' || expected === 'not detected' || expected === 'recorded';
}
