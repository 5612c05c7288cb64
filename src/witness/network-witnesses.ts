/**
 * The witnesses of the rule, asked over the network, all at once. Each has a few seconds and a few kilobytes: commits wait
 * for the answers, and one that hangs must not hold up the others, or the mirror. They are shown no credentials, and
 * are not asked again where they redirect to (H-02, H-03).
 */
import type { WitnessQuestion, Cosigned, MissingWitness, WitnessRule, Witnesses } from '../ledger/release.ts';
import type { Clock } from '../platform/clock.ts';
import { type HttpDoor, openHttp, type Patience } from '../platform/http.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
import { type Note, openNote, parseSignature } from '../tlog/note.ts';
import { countWitnesses, type PolicyWitness } from '../tlog/witness-policy.ts';
import { askWitness, isWitnessTrouble } from './ask.ts';
import { readRule } from './rule.ts';

const PATIENCE: Patience = {
  ...{ connectMs: 2000, headersMs: 3000, idleMs: 3000, totalMs: 4000 },
  ...{ minBytesPerSecond: 0, windowMs: 4000, graceMs: 4000 },
};

export class NetworkWitnesses implements Witnesses {
  readonly #clock: Clock;
  readonly #answeredUnder = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  haveAnswered({ text }: WitnessRule): boolean {
    return this.#answeredUnder.has(text);
  }

  async cosign({ rule, note, nodes, cosigned }: WitnessQuestion): Promise<Cosigned> {
    const policy = readRule(rule.text);
    const opened = openNote(note);
    const asked = { note, nodes, checkpoint: parseCheckpoint(opened.body) };
    const door = await openHttp({ clock: this.#clock, patience: PATIENCE });
    try {
      const answers = await Promise.all(
        policy.witnesses.map((witness) => hear(door, witness, asked, cosigned.get(witness.key.text) ?? 0)),
      );
      // After everybody was heard: what stops the log must not depend on who is quickest.
      const lines = answers.flatMap(({ line }) => line ?? []);
      const missing = answers.flatMap(({ missing: one }) => one ?? []);
      for (const { stop } of answers) if (stop) throw stop;
      const { isQuorum } = countWitnesses(policy, withLines(opened, lines));
      if (isQuorum) this.#answeredUnder.add(rule.text);
      return { lines, isQuorum, missing };
    } finally {
      await door.close();
    }
  }
}

interface Heard {
  readonly line?: string;
  readonly missing?: MissingWitness;
  readonly stop?: Error;
}

async function hear(
  door: HttpDoor,
  witness: PolicyWitness,
  asked: Parameters<typeof askWitness>[2],
  last: number,
): Promise<Heard> {
  try {
    return { line: await askWitness(door, witness, asked, last) };
  } catch (error) {
    if (isWitnessTrouble(error)) return { missing: { name: witness.name, why: error.what } };
    if (error instanceof Error) return { stop: error };
    throw error;
  }
}

function withLines({ body, signatures }: Note, lines: readonly string[]): Note {
  return { body, signatures: [...signatures, ...lines.map(parseSignature)] };
}
