/**
 * Three witnesses, as other departments run them: each remembers the largest checkpoint that it cosigned, and cosigns only
 * what continues it. Some can be made accomplices, who sign whatever they are shown. Over the network they are
 * `witness.ts`; here they are asked in memory, because what they decide is what an attack meets.
 */
import { randomSecret } from '../platform/random.ts';
import { type ParsedCheckpoint, parseCheckpoint } from '../tlog/checkpoint.ts';
import { consistencyProof } from '../tlog/consistency.ts';
import { signCosignature } from '../tlog/cosignature.ts';
import { COSIGNATURE, type NoteKey, noteKey, openNote } from '../tlog/note.ts';
import { EMPTY_ROOT, type StoredNodes } from '../tlog/tree.ts';
import { addCheckpointRequest, judgeAddCheckpoint, type WitnessedLog } from '../tlog/witness.ts';
import { publicKeyOf, signEd25519 } from '../tuf/ed25519.ts';

/** What they are asked to sign. */
export interface Asked {
  /** The checkpoint, signed by the log. */
  readonly note: string;
  readonly log: NoteKey;
  /** The tree that it is about. */
  readonly nodes: StoredNodes;
  /** By the witnesses’ own clocks. */
  readonly at: Date;
  /** How many of them sign whatever they are shown. */
  readonly accomplices: number;
}

export interface Cosigned {
  /** Signature lines. */
  readonly lines: readonly string[];
  /** Whether an honest one is among them: then everything in the log is there for auditors to find. */
  readonly isKnown: boolean;
}

class Witness {
  readonly key: NoteKey;
  readonly #seed = randomSecret(32);
  readonly #seen = new Map<string, Pick<WitnessedLog, 'size' | 'root'>>();

  constructor(name: string) {
    this.key = noteKey(`${name}.example/witness`, COSIGNATURE, publicKeyOf(this.#seed));
  }

  /** Undefined for what does not continue what it has seen. */
  judge({ note, log, nodes, at }: Asked): string | undefined {
    const seen = this.#seen.get(log.name) ?? { size: 0, root: EMPTY_ROOT };
    const { size } = parseCheckpoint(openNote(note).body);
    const proof = seen.size <= size ? consistencyProof(seen.size, size, nodes) : [];
    const request = addCheckpointRequest(seen.size, proof, note);
    const judgement = judgeAddCheckpoint(request, new Map([[log.name, { key: log, ...seen }]]));
    if (judgement.status !== 200) return undefined;
    this.#seen.set(log.name, judgement.checkpoint);
    return this.sign(judgement.checkpoint, at);
  }

  sign({ body }: Pick<ParsedCheckpoint, 'body'>, at: Date): string {
    const time = Math.floor(at.getTime() / 1000);
    return signCosignature(body, time, this.key.name, (bytes) => signEd25519(this.#seed, bytes), this.key.publicKey);
  }
}

export class ThreeWitnesses {
  readonly #witnesses = ['one', 'two', 'three'].map((name) => new Witness(name));

  get keys(): readonly NoteKey[] {
    return this.#witnesses.map(({ key }) => key);
  }

  ask(asked: Asked): Cosigned {
    const honest = this.#witnesses.slice(asked.accomplices).flatMap((witness) => witness.judge(asked) ?? []);
    const bought = this.#witnesses
      .slice(0, asked.accomplices)
      .map((witness) => witness.sign(openNote(asked.note), asked.at));
    return { lines: [...bought, ...honest], isKnown: honest.length > 0 };
  }
}
