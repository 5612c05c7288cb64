/**
 * Guards, as an embedder makes them, each with a memory of its own. Their pins differ in what they know of upstream,
 * and in whether they ask for the mirror’s ledger. The clock is handed in, so a play can say what a guard believes the time to be.
 */
import { memoryStore } from '../client/doors/memory-store.ts';
import { Guard } from '../client/guard.ts';
import type { ApprovalPin, LedgerPin, Pin, StaticPins } from '../client/pin/pin.ts';
import { parseWitnessPolicy } from '../tlog/witness-policy.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type RepositoryId, type RoleName, TARGETS } from '../tuf/names.ts';
import { TrustedRoot } from '../tuf/trusted-set.ts';
import { DAY_MS } from '../verify/policy.ts';
import type { LabLog } from './log.ts';
import type { LabClient } from './stock-client.ts';

export interface PinParts {
  readonly repository: RepositoryId;
  readonly url: URL;
  readonly mirrorRoot: Uint8Array;
  readonly upstreamRoot: Uint8Array;
  /** What a pin that asks for the ledger says of it. */
  readonly ledger: LedgerPin;
}

/** The defaults of a pin file: ninety days of upstream’s silence, nothing offline, no grace, no floor. */
export function pinFor(side: 'pins' | 'chain' | 'ledger', parts: PinParts): Pin {
  const { repository, url, mirrorRoot, upstreamRoot, ledger } = parts;
  return {
    repository,
    location: { base: url, metadata: undefined, targets: undefined },
    mirrorRoot,
    upstreamRoot: side === 'pins' ? undefined : upstreamRoot,
    targets: side === 'pins' ? staticPinsOf(upstreamRoot) : undefined,
    floor: { root: 1, timestamp: 1, snapshot: 1, roles: new Map<RoleName, number>() },
    policy: { maxUpstreamAge: 90 * DAY_MS, maxOffline: 0, warnBefore: 0, grace: new Map() },
    ledger: side === 'ledger' ? ledger : undefined,
    expires: undefined,
  };
}

/** That log, as two of the three witnesses have seen it; and where the play is about people, their word. */
export function ledgerPinFor({ key, witnesses }: LabLog, approvals: ApprovalPin | undefined): LedgerPin {
  const names = witnesses.map((_, index) => `w${index + 1}`);
  const lines = [
    `log ${key.text}`,
    ...witnesses.map((witness, index) => `witness ${names[index] ?? ''} ${witness.text}`),
    `group two-of-three 2 ${names.join(' ')}`,
    'quorum two-of-three',
  ];
  const text = `${lines.join('\n')}\n`;
  return { text, log: key, witnesses: parseWitnessPolicy(text), address: undefined, approvals };
}

export function guardClient(pin: Pin, now: () => Date): LabClient {
  const guard = new Guard({ pin, store: memoryStore(), clock: { now } });
  return {
    async fetch(...names) {
      const texts: string[] = [];
      for (const name of names) texts.push(Buffer.from((await guard.get(name)).bytes).toString('utf8'));
      return texts;
    },
  };
}

/** TAP 13: upstream’s targets keys by material, on the day of the enrolment. */
function staticPinsOf(upstreamRoot: Uint8Array): StaticPins {
  const { keys, threshold } = TrustedRoot.enrol(upstreamRoot, DEFAULT_LIMITS).role(TARGETS);
  return { rolename: TARGETS, threshold, keys: new Map(keys.map((key) => [key.id, key])) };
}
