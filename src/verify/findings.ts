/**
 * What one import notices, and which of the operator’s decisions it used. Notes are capped per kind, because a hostile
 * file can give occasion for hundreds of thousands; the count is kept.
 */
import { type RoleName, printable } from '../tuf/names.ts';
import { findDecision, type Decision, type DecisionKind } from './decisions.ts';
import type { Note, NoteKind } from './notes.ts';

const MOST_NOTES_OF_A_KIND = 100;

export class Findings {
  readonly #decisions: readonly Decision[];
  readonly #used = new Set<Decision>();
  readonly #notes = new Map<NoteKind, { readonly notes: Note[]; count: number }>();

  constructor(decisions: readonly Decision[]) {
    this.#decisions = decisions;
  }

  note(kind: NoteKind, role: RoleName, text: string): void {
    const known = this.#notes.get(kind) ?? { notes: [], count: 0 };
    this.#notes.set(kind, known);
    if (known.notes.some((note) => note.text === text)) return;
    known.count++;
    if (known.notes.length < MOST_NOTES_OF_A_KIND) known.notes.push({ kind, role, text });
  }

  /** The operator’s decision about this very thing, from now on counted as used; undefined when there is none. */
  use(kind: DecisionKind, role: RoleName, version?: number): Decision | undefined {
    const made = findDecision(this.#decisions, kind, role, version);
    if (made) this.#used.add(made);
    return made;
  }

  /** Decisions that something asked for: only these are recorded and signed. */
  usedDecisions(): Decision[] {
    return this.#decisions.filter((made) => this.#used.has(made));
  }

  /** All notes, those about unused decisions last. */
  notes(): Note[] {
    const notes = [...this.#notes.values()].flatMap(({ notes, count }) => {
      const [last] = notes.slice(-1);
      const hidden = count - notes.length;
      return hidden > 0 && last ? [...notes, { ...last, text: `… and ${hidden} more of this kind.` }] : notes;
    });
    const unused = this.#decisions
      .filter((made) => !this.#used.has(made))
      .map(({ kind, role }): Note => ({
        kind: 'decision-unused',
        role,
        text: `Nothing asked for --${kind} ${printable(role)}.`,
      }));
    return [...notes, ...unused];
  }
}
