/** Every attack of the catalogue, in its order. */
import type { Scenario } from './play.ts';
import { COMBINING, WITHHOLDING } from './scenarios/combining.ts';
import { FORGING } from './scenarios/forging.ts';
import { REPLAYING, REPLAYING_ROTATED } from './scenarios/replaying.ts';
import { REVOKED_KEYS } from './scenarios/revoked-keys.ts';
import { EQUIVOCATING, REWRITING } from './scenarios/second-history.ts';
import { CLOCKS, DELAYING, DENYING, FREEZING } from './scenarios/silence.ts';
import { SUBSTITUTING } from './scenarios/substituting.ts';
import { FORGED_WORDS, UNAPPROVED } from './scenarios/unapproved.ts';

export const CATALOGUE: readonly Scenario[] = [
  ...[...FORGING, ...REPLAYING, ...WITHHOLDING, ...DELAYING, ...FREEZING, ...COMBINING],
  ...[...EQUIVOCATING, ...UNAPPROVED, ...DENYING, ...SUBSTITUTING, ...REPLAYING_ROTATED],
  ...[...FORGED_WORDS, ...CLOCKS, ...REVOKED_KEYS, ...REWRITING],
];
