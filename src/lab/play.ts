/**
 * One attack, performed against the four clients. First each must get what an honest mirror serves, or a refusal of the attack
 * would prove nothing. Then each client that is to have a memory gets one; then the attack is served.
 */
import type { ApprovalPin, Floor, LedgerPin, Pin } from '../client/pin/pin.ts';
import { type Code, isRefusal } from '../errors.ts';
import type { EvilMirror } from './evil-mirror.ts';
import { guardClient, ledgerPinFor, pinFor } from './guard-client.ts';
import { type Expectations, type Outcome, SIDES, type Side, expectedOf, isExpected } from './outcome.ts';
import type { Scene } from './scene.ts';
import type { ServedTree } from './served-tree.ts';
import type { LabClient, StockClientKind } from './stock-client.ts';

/** An attack as a story with an expected end: catalogue ids as in docs/design/weaknesses.md. */
export interface Scenario {
  readonly id: string;
  /** Short and unique, for tests. */
  readonly name: string;
  /** What the mirror does, as the table says it. */
  readonly attack: string;
  readonly expected: Expectations;
  stage(scene: Scene): Promise<Play>;
}

export interface Play {
  /** The root of upstream’s that the guard’s pin was made from. */
  readonly upstreamRoot: Uint8Array;
  /** What an honest mirror would serve at the moment of the attack. */
  readonly honest: ServedTree;
  readonly attack: ServedTree;
  /** Names of targets that the clients ask for. */
  readonly asked: readonly string[];
  /** The contents that they get from an honest mirror, and those that they are to get by the attack. */
  readonly genuine: readonly string[];
  readonly gain: readonly string[];
  /** Whether the gain is what upstream never meant or nobody agreed to, or genuine and outdated. */
  readonly gainIs: 'ACCEPTED' | 'not detected';
  /** What clients with a memory saw before, and when; absent: the clients are new. */
  readonly seen?: { readonly tree: ServedTree; readonly at: Date };
  /** Least versions in the guards’ pins. */
  readonly floor?: Partial<Floor>;
  /** People whose approval a pin that asks for the ledger asks for as well. */
  readonly approvals?: ApprovalPin;
  /** Static pins that upstream has left behind: what they say to an honest mirror. */
  readonly outdatedPins?: Code;
}

export interface Lab {
  readonly mirror: EvilMirror;
  readonly stock: StockClientKind;
}

/** How a guard’s protection is switched off, for tests that the attack then works. */
export interface Weakening {
  readonly pin?: Partial<Pin>;
  /** Asks less of the ledger. */
  readonly ledger?: (asked: LedgerPin) => LedgerPin;
  readonly forgets?: boolean;
}

export type Outcomes = Readonly<Record<Side, Outcome>>;

export async function perform(play: Play, now: Date, lab: Lab, weakening: Weakening = {}): Promise<Outcomes> {
  const { honest, seen, attack, asked } = play;
  const cast = new Cast(play, lab, weakening);
  lab.mirror.show(honest);
  for (const side of SIDES) await requireHonestAnswer(play, side, await cast.enrol(side, () => now));
  let clock = seen?.at ?? now;
  const clients = new Map<Side, LabClient>();
  for (const side of SIDES) clients.set(side, await cast.enrol(side, () => clock));
  if (seen && weakening.forgets !== true) {
    lab.mirror.show(seen.tree);
    for (const [side, client] of clients) {
      if (side !== 'pins' || play.outdatedPins === undefined) await client.fetch(...asked);
    }
  }
  clock = now;
  lab.mirror.show(attack);
  const outcomes = await Promise.all(
    [...clients].map(async ([side, client]) => [side, await outcomeOf(play, side, client)] as const),
  );
  return Object.fromEntries(outcomes) as Outcomes;
}

export function isAsExpected({ expected }: Scenario, outcomes: Outcomes): boolean {
  return SIDES.every((side) => isExpected(outcomes[side], expectedOf(expected, side)));
}

class Cast {
  readonly #play: Play;
  readonly #lab: Lab;
  readonly #weakening: Weakening;
  readonly #ledger: LedgerPin;

  constructor(play: Play, lab: Lab, weakening: Weakening) {
    this.#play = play;
    this.#lab = lab;
    this.#weakening = weakening;
    const asked = ledgerPinFor(play.honest.log, play.approvals);
    this.#ledger = weakening.ledger?.(asked) ?? asked;
  }

  /** A new client, that was given its roots over a channel which no mirror controls. */
  async enrol(side: Side, now: () => Date): Promise<LabClient> {
    const { honest, upstreamRoot, floor } = this.#play;
    const url = this.#lab.mirror.urlOf(honest);
    const mirrorRoot = honest.firstRoot;
    if (side === 'stock') return this.#lab.stock.enrol(url, mirrorRoot);
    const parts = { repository: honest.repository, url, mirrorRoot, upstreamRoot, ledger: this.#ledger };
    const pin = pinFor(side, parts);
    // Static pins know nothing of upstream’s timestamp and snapshot, so their floor is about authored roles only.
    const least = side === 'pins' ? { roles: floor?.roles ?? pin.floor.roles } : floor;
    return guardClient({ ...pin, floor: { ...pin.floor, ...least }, ...this.#weakening.pin }, now);
  }
}

async function requireHonestAnswer(play: Play, side: Side, client: LabClient): Promise<void> {
  const { asked, genuine, outdatedPins } = play;
  try {
    const got = await client.fetch(...asked);
    if (isSame(got, genuine)) return;
    throw new Error(`The lab is at fault: ${side} got “${got.join()}” from the honest mirror.`);
  } catch (error) {
    if (side === 'pins' && outdatedPins !== undefined && isRefusal(error, outdatedPins)) return;
    throw error;
  }
}

async function outcomeOf(
  { asked, genuine, gain, gainIs, attack }: Play,
  side: Side,
  client: LabClient,
): Promise<Outcome> {
  try {
    const got = await client.fetch(...asked);
    // Its proof tied what it took to this log; who compares with the witnesses knows whether it is everybody’s.
    const isRecorded = side === 'ledger' && gainIs === 'not detected' && attack.log.isKnown;
    if (isSame(got, gain)) return { kind: isRecorded ? 'recorded' : gainIs };
    if (isSame(got, genuine)) return { kind: 'no effect' };
    throw new RangeError(`The lab is at fault: a client got “${got.join()}”.`);
  } catch (error) {
    if (error instanceof RangeError || !(error instanceof Error)) throw error;
    if (isRefusal(error)) return { kind: 'refused', code: error.code, what: error.what };
    return { kind: 'refused', code: error.constructor.name, what: error.message };
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
