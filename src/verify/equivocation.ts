/**
 * Upstream said two different things under one version (W-07). Seen files are those whose signatures were verified, in
 * accepted and in refused imports. Other bytes around the same signed part are merely re-signed (C-03).
 */
import { Refusal } from '../errors.ts';
import { type RoleName, type Sha256, printable } from '../tuf/names.ts';
import type { UpstreamFile } from './candidate.ts';
import { findDecision, type Decision } from './decisions.ts';
import type { Note } from './notes.ts';

export interface SeenFile {
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256;
  /** Whether an accepted import brought it; otherwise a refused one did. */
  readonly wasAccepted: boolean;
}

/** Every verified file of this role and version in this repository’s record. */
export type Seen = (role: RoleName, version: number) => readonly SeenFile[];

export class EquivocationCheck {
  readonly #seen: Seen;
  readonly #decisions: readonly Decision[];
  readonly #note: (note: Note) => void;
  readonly #found: string[] = [];

  constructor(seen: Seen, decisions: readonly Decision[], note: (note: Note) => void) {
    this.#seen = seen;
    this.#decisions = decisions;
    this.#note = note;
  }

  /** Compares one verified file with the record; what is found is collected, so that one refusal names all. */
  compare({ role, version, fileSha256, signedSha256 }: UpstreamFile): void {
    const earlier = this.#seen(role, version);
    if (earlier.length === 0 || earlier.some((seen) => seen.fileSha256 === fileSha256 && seen.wasAccepted)) return;
    const label = `${role}@${String(version)}`;
    const isKnown = earlier.some((seen) => seen.signedSha256 === signedSha256 && seen.wasAccepted);
    const isContradicted = earlier.some((seen) => seen.signedSha256 !== signedSha256);
    if (isContradicted && !isKnown) {
      const made = findDecision(this.#decisions, 'accept-equivocation', role, version);
      if (!made) this.#found.push(label);
      else
        this.#note({
          kind: 'decision-used',
          role,
          text: `Equivocation of ${printable(label)} accepted: ${made.reason}`,
        });
    } else if (!earlier.some((seen) => seen.fileSha256 === fileSha256)) {
      this.#note({
        kind: 're-signed',
        role,
        text: `${printable(label)} has the same signed part in other bytes (signatures or spacing).`,
      });
    }
  }

  /** @throws TRUST_EQUIVOCATION naming every file found so far */
  refuseIfFound(): void {
    if (this.#found.length === 0) return;
    const names = this.#found.map((label) => printable(label));
    const options = names.map((name) => `--accept-equivocation ${name}`).join(' ');
    throw new Refusal(
      'TRUST_EQUIVOCATION',
      `Upstream changed the signed content of ${names.join(', ')} without changing the version.`,
      {
        details: { role: (this.#found[0] ?? '').replace(/@\d+$/, ''), roles: this.#found },
        next: `Ask upstream which is right, then decide by name: ${options} --reason "…".`,
      },
    );
  }
}
