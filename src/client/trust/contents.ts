/**
 * What upstream signed under each version that was seen, by the digest of its signed part. Upstream that says two things
 * under one version is heard once (W-07); the digests are part of the memory, so that removing a file from the cache does
 * not make a guard forget what was in it.
 */
import { Refusal } from '../../errors.ts';
import type { Envelope } from '../../tuf/envelope.ts';
import { type RoleName, type Sha256, printable } from '../../tuf/names.ts';
import type { DecisionStatement } from './statement.ts';

export interface SeenContent {
  readonly version: number;
  readonly signedSha256: Sha256;
}

interface Versioned {
  readonly version: number;
  readonly envelope: Pick<Envelope, 'signedSha256'>;
}

/** The contents that were seen before, and in one operation those that are seen now. */
export class Contents {
  readonly #before: ReadonlyMap<RoleName, SeenContent>;
  readonly #seen: Map<RoleName, SeenContent>;
  readonly #decisions: readonly DecisionStatement[];
  readonly #used: DecisionStatement[] = [];

  /** @param decisions what the mirror’s operator accepted by name; nothing at the carried level */
  constructor(before: ReadonlyMap<RoleName, SeenContent> | undefined, decisions: readonly DecisionStatement[]) {
    this.#before = new Map(before);
    this.#seen = new Map(before);
    this.#decisions = decisions;
  }

  /** What is remembered after this operation. */
  get seen(): ReadonlyMap<RoleName, SeenContent> {
    return this.#seen;
  }

  /** Decisions that something needed: by whoever holds the mirror’s snapshot key, so whoever asks is told. */
  get usedDecisions(): readonly DecisionStatement[] {
    return this.#used;
  }

  /** Whether this version of a role was seen in an earlier operation, and has not been forgotten since. */
  wasSeen(role: RoleName, version: number): boolean {
    return this.#before.get(role)?.version === version;
  }

  /** Versions start over. */
  forget(): void {
    this.#seen.clear();
  }

  /**
   * The one way on from a contradiction is the decision of the mirror’s operator, made by name, with a reason, and signed
   * into the mirror’s snapshot.
   * @throws TRUST_EQUIVOCATION
   */
  compare(role: RoleName, { version, envelope: { signedSha256 } }: Versioned): void {
    const before = this.#seen.get(role);
    if (before?.version === version && before.signedSha256 !== signedSha256) {
      const made = this.#decisions.find(
        ({ kind, ...about }) => kind === 'accept-equivocation' && about.role === role && about.version === version,
      );
      if (!made) throw contradiction(role, version);
      this.#used.push(made);
    }
    this.#seen.set(role, { version, signedSha256 });
  }
}

function contradiction(role: RoleName, version: number): Refusal {
  return new Refusal(
    'TRUST_EQUIVOCATION',
    `${printable(role)} version ${version} was seen before with other signed content.`,
    {
      details: { role, version },
      next: 'ALARM: tell security, and the mirror’s operator, who may accept it by name after asking upstream.',
    },
  );
}
