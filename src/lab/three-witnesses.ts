/**
 * Three witnesses, as other departments run them: each remembers the largest checkpoint that it cosigned, and cosigns only
 * what continues it. Some can be made accomplices, who sign whatever they are shown. Over the network they are
 * `witness.ts`; here they are asked in memory, because what they decide is what an attack meets.
 */
import { randomSecret } from '../platform/random.ts';
import { parseCheckpoint } from '../tlog/checkpoint.ts';
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
  /** Whether honest ones are among them: then everything in the log is there for auditors to find. */
  readonly isKnown: boolean;
}

export class ThreeWitnesses {
  readonly #witnesses = ['one', 'two', 'three'].map((name) => {
    const seed = randomSecret(32);
    return { seed, key: noteKey(`${name}.example/witness`, COSIGNATURE, publicKeyOf(seed)) };
  });
  /** By log. One memory stands for all, because they are shown the same things at the same moments. */
  readonly #seen = new Map<string, WitnessedLog>();

  get keys(): readonly NoteKey[] {
    return this.#witnesses.map(({ key }) => key);
  }

  ask(asked: Asked): Cosigned {
    const { body } = openNote(asked.note);
    const isKnown = this.#isContinued(asked);
    const signing = isKnown ? this.#witnesses : this.#witnesses.slice(0, asked.accomplices);
    const time = Math.floor(asked.at.getTime() / 1000);
    const lines = signing.map(({ seed, key }) =>
      signCosignature(body, time, key.name, (bytes) => signEd25519(seed, bytes), key.publicKey),
    );
    return { lines, isKnown };
  }

  /** What an honest witness decides, and remembers. */
  #isContinued({ note, log, nodes }: Asked): boolean {
    const seen = this.#seen.get(log.name) ?? { key: log, size: 0, root: EMPTY_ROOT };
    const { size } = parseCheckpoint(openNote(note).body);
    const proof = seen.size <= size ? consistencyProof(seen.size, size, nodes) : [];
    const judgement = judgeAddCheckpoint(addCheckpointRequest(seen.size, proof, note), new Map([[log.name, seen]]));
    if (judgement.status === 200) this.#seen.set(log.name, { ...seen, ...judgement.checkpoint });
    return judgement.status === 200;
  }
}
