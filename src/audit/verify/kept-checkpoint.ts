/**
 * A checkpoint that the auditor kept from the last time: nothing that was in the log then may be missing or different now.
 * Whoever has one needs to believe neither this machine nor its keys about the past.
 */
import { parseCheckpoint, type ParsedCheckpoint } from '../../tlog/checkpoint.ts';
import { type Note, type NoteKey, openNote, verifyNote } from '../../tlog/note.ts';
import { type Hash, isSameHash } from '../../tlog/tree.ts';
import type { Findings } from './findings.ts';

export interface SinceAnswer {
  readonly size: number;
  /** Whether the log begins with exactly the entries of then. */
  readonly is_consistent: boolean;
}

export class KeptCheckpoint {
  readonly #checkpoint: ParsedCheckpoint;
  readonly #note: Note;
  #found: Hash | undefined;

  /** @throws TRUST_LOG_FORMAT for a file that is no checkpoint */
  constructor(sent: Uint8Array) {
    this.#note = openNote(sent);
    this.#checkpoint = parseCheckpoint(this.#note.body);
  }

  /** Told of the tree at every size. */
  at(size: number, root: () => Hash): void {
    if (size === this.#checkpoint.size) this.#found = root();
  }

  /** @param keys every key that this log has had, under its name */
  finish(size: number, keys: readonly NoteKey[], findings: Findings): SinceAnswer {
    const { origin, size: kept, root } = this.#checkpoint;
    const before = findings.count;
    const wrong = (what: string): void => findings.add('TRUST_LOG_PROOF', what, { row: `checkpoint ${kept}` });
    const key = keys.find(({ name }) => name === origin);
    if (!key) wrong(`The checkpoint that was kept is of the log “${origin}”, which this one never was.`);
    else findings.look(() => verifyNote(this.#note, [key]), { row: `checkpoint ${kept}` });
    if (kept > size)
      wrong(`The log had ${kept} entries when the checkpoint was kept, and has ${size} now: entries were removed.`);
    else if (!this.#found || !isSameHash(this.#found, root))
      wrong(
        `The first ${kept} entries are not those of the checkpoint that was kept: something was removed or altered.`,
      );
    return { size: kept, is_consistent: findings.count === before };
  }
}
