/**
 * The log of one mirror and its three witnesses, over the time of a play. The mirror shows them what it appends; whoever has
 * read its log key can show them something else. A thief does best by going on honestly: witnesses cosign every entry,
 * whatever it says, and refuse every other past.
 */
import type { Mirror } from '../mirror.ts';
import { formatCheckpoint } from '../tlog/checkpoint.ts';
import { formatNote, type NoteKey, type NoteSigner, openNote, parseNoteKey, signNote } from '../tlog/note.ts';
import { rootOf } from '../tlog/tree.ts';
import { LabLog, LabTree } from './log.ts';
import { ThreeWitnesses } from './three-witnesses.ts';

export class LabLedger {
  readonly #witnesses = new ThreeWitnesses();
  #newest: LabLog | undefined;
  /** The log’s key, as the mirror’s first leaf names it. */
  #own: NoteKey | undefined;

  /** @throws TypeError before anything was released: a mistake in the play */
  get newest(): LabLog {
    if (!this.#newest) throw new TypeError('nothing is in the log yet');
    return this.#newest;
  }

  /** The mirror’s own leaves under its own checkpoint, with the lines of the witnesses that it is shown to. */
  release({ reader, clock, log }: Mirror): LabLog {
    const released = reader.log.released();
    if (!released) throw new TypeError('the mirror has released nothing');
    const key = (this.#own ??= parseNoteKey(log.facts.logKey));
    const { body, signatures } = openNote(released.note);
    const lines = signatures.map(({ line }) => line);
    return this.#show(new LabTree(reader.log.leaves(0, released.size)), { key, body, lines, at: clock.now() });
  }

  /** These entries under a checkpoint of a stolen log key. */
  forge(entries: readonly Buffer[], signer: NoteSigner, at: Date, accomplices: number): LabLog {
    const tree = new LabTree(entries);
    const { key } = signer;
    const body = formatCheckpoint({ origin: key.name, size: tree.size, root: rootOf(tree.size, tree) });
    return this.#show(tree, { key, body, lines: [signNote(body, signer)], at, accomplices });
  }

  #show(
    tree: LabTree,
    signed: { key: NoteKey; body: string; lines: readonly string[]; at: Date; accomplices?: number },
  ): LabLog {
    const { key, body, lines, at, accomplices = 0 } = signed;
    const asked = { note: formatNote(body, lines), log: key, nodes: tree, at, accomplices };
    const cosigned = this.#witnesses.ask(asked);
    const note = formatNote(body, [...lines, ...cosigned.lines]);
    this.#newest = new LabLog({ key, witnesses: this.#witnesses.keys, isKnown: cosigned.isKnown, tree, note });
    return this.#newest;
  }
}
