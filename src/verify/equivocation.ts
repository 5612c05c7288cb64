/**
 * Upstream said two different things under one version (W-07). Compared are all files whose signatures were verified, in
 * accepted and in refused imports. Other bytes around the same signed part are merely re-signed (C-03). What the last
 * accepted import carries is known; going back to anything else that was contradicted is a change of mind again, and
 * needs a decision again.
 */
import { Refusal } from '../errors.ts';
import { type RoleName, type Sha256, printable } from '../tuf/names.ts';
import type { UpstreamFile } from './candidate.ts';
import { decisionOption } from './decisions.ts';
import type { Findings } from './findings.ts';

export interface SeenFile {
  readonly fileSha256: Sha256;
  readonly signedSha256: Sha256;
  /** Whether the last accepted import that carries this role carries this file. */
  readonly isCurrent: boolean;
}

/** Every verified file of this role and version in this repository’s record. */
export type Seen = (role: RoleName, version: number) => readonly SeenFile[];

export class EquivocationCheck {
  readonly #seen: Seen;
  readonly #findings: Findings;
  readonly #found = new Set<string>();

  constructor(seen: Seen, findings: Findings) {
    this.#seen = seen;
    this.#findings = findings;
  }

  /**
   * Compares one verified file with the record; what is found is collected, so that one refusal names all.
   * @returns false when the file contradicts the record and nobody decided about it
   */
  compare({ role, version, fileSha256, signedSha256 }: UpstreamFile): boolean {
    const earlier = this.#seen(role, version);
    if (earlier.length === 0 || earlier.some((seen) => seen.isCurrent && seen.fileSha256 === fileSha256)) return true;
    const label = `${role}@${version}`;
    const isKnown = earlier.some((seen) => seen.isCurrent && seen.signedSha256 === signedSha256);
    const isContradicted = earlier.some((seen) => seen.signedSha256 !== signedSha256);
    if (isContradicted && !isKnown) {
      const made = this.#findings.use('accept-equivocation', role, version);
      if (made)
        this.#findings.note('decision-used', role, `Equivocation of ${printable(label)} accepted: ${made.reason}`);
      else this.#found.add(label);
      return made !== undefined;
    }
    if (!earlier.some((seen) => seen.fileSha256 === fileSha256)) {
      this.#findings.note(
        're-signed',
        role,
        `${printable(label)} has the same signed part in other bytes (signatures or spacing).`,
      );
    }
    return true;
  }

  /** @throws TRUST_EQUIVOCATION naming every file found so far */
  refuseIfFound(): void {
    const [first] = this.#found;
    if (first === undefined) return;
    const found = [...this.#found];
    const options = found.map((label) => decisionOption('accept-equivocation', label)).join(' ');
    throw new Refusal(
      'TRUST_EQUIVOCATION',
      `Upstream changed the signed content of ${found.map((label) => printable(label)).join(', ')} without changing the version.`,
      {
        details: { role: first.replace(/@\d+$/, ''), roles: found },
        next: `Ask upstream which is right, then decide by name: ${options} --reason "…".`,
      },
    );
  }
}
