/** Every attack of the catalogue, in its order; those that only a ledger could show are named, and not run. */
import type { Scenario } from './play.ts';
import { COMBINING, WITHHOLDING } from './scenarios/combining.ts';
import { FORGING } from './scenarios/forging.ts';
import { REPLAYING, REPLAYING_ROTATED } from './scenarios/replaying.ts';
import { REVOKED_KEYS } from './scenarios/revoked-keys.ts';
import { CLOCKS, DELAYING, DENYING, FREEZING } from './scenarios/silence.ts';
import { SUBSTITUTING } from './scenarios/substituting.ts';

/** An attack that nobody can notice alone: it needs a log that many compare. */
export interface NeedsLedger {
  readonly id: string;
  readonly attack: string;
}

const NEED_LEDGER: readonly NeedsLedger[] = [
  { id: 'M-09', attack: 'shows different states to different clients' },
  { id: 'M-10', attack: 'serves valid upstream content that nobody approved' },
  { id: 'M-14', attack: 'lies about who brought something in, and when' },
  { id: 'M-17', attack: 'rewrites its own history' },
];

const SCENARIOS: readonly Scenario[] = [
  ...[...FORGING, ...REPLAYING, ...WITHHOLDING, ...DELAYING, ...FREEZING, ...COMBINING, ...DENYING],
  ...[...SUBSTITUTING, ...REPLAYING_ROTATED, ...CLOCKS, ...REVOKED_KEYS],
];

export const CATALOGUE: readonly (Scenario | NeedsLedger)[] = [...SCENARIOS, ...NEED_LEDGER].toSorted((a, b) =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0,
);

export function isScenario(entry: Scenario | NeedsLedger): entry is Scenario {
  return 'stage' in entry;
}
