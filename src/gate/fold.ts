/** How a verified ledger becomes the rules: what reads it leaf by leaf is told here what to make of each. */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { Sha256 } from '../tuf/names.ts';
import { Rules } from './rules.ts';

export const RULES = {
  start: (): Rules => new Rules(),
  apply: (rules: Rules, event: AnyEvent, leaf: Sha256): void => rules.apply(event, leaf),
  skip: (rules: Rules): void => rules.skip(),
};
