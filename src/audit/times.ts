/**
 * Times have three names, always these, because they are worth differently (T-04):
 *
 *   claimed_at    what a person’s own clock said; signed by the person, and nothing else
 *   received_at   what this mirror’s clock said when it appended the leaf
 *   witnessed_at  when a witness first cosigned a checkpoint that the leaf is under: the only one that others vouch for
 */
import { isRefusal } from '../errors.ts';
import type { AnyEvent } from '../ledger/events/leaf.ts';
import type { Database } from '../platform/database.ts';
import { verifyCosignature } from '../tlog/cosignature.ts';
import { type NoteKey, openNote, parseSignature } from '../tlog/note.ts';
import { parseWitnessPolicy } from '../tlog/witness-policy.ts';
import { formatDate } from '../tuf/dates.ts';

export interface Times {
  readonly claimed_at: string | undefined;
  readonly received_at: string;
  readonly witnessed_at: string | undefined;
}

/** Which leaves a cosignature covers: from where it was asked for, below `size`. */
interface Covered {
  readonly from: number;
  readonly size: number;
  readonly at: Date | undefined;
}

export class WitnessTimes {
  readonly #database: Database;
  readonly #keys: readonly NoteKey[];
  #last: Covered | undefined;

  /** @param keys of the witnesses that are believed */
  constructor(database: Database, keys: readonly NoteKey[]) {
    this.#database = database;
    this.#keys = keys;
  }

  /** The earliest time on the first cosigned checkpoint over this leaf; undefined when no witness has seen it. */
  of(index: number): Date | undefined {
    const known = this.#last;
    if (known && index >= known.from && index < known.size) return known.at;
    const found = this.#search(index);
    this.#last = { from: index, ...found };
    return found.at;
  }

  #search(index: number): Pick<Covered, 'size' | 'at'> {
    if (this.#keys.length === 0) return { size: Number.POSITIVE_INFINITY, at: undefined };
    for (let size = index; ;) {
      const rows = this.#database.all(
        `SELECT c.size, c.note, s.line FROM cosignature s JOIN checkpoint c ON c.size = s.size
          WHERE s.size > ? ORDER BY s.size LIMIT 200`,
        size,
      );
      const sizes = new Set(rows.map((row) => Number(row['size'])));
      for (const one of sizes) {
        const lines = rows.filter((row) => row['size'] === one);
        const times = lines.flatMap(({ note, line }) => this.#timeOf(String(note), String(line)) ?? []);
        if (times.length > 0) return { size: one, at: new Date(Math.min(...times) * 1000) };
        size = one;
      }
      if (rows.length < 200) return { size: Number.POSITIVE_INFINITY, at: undefined };
    }
  }

  /** Lines of unknown witnesses, and those that do not verify, say nothing about time. */
  #timeOf(note: string, line: string): number | undefined {
    try {
      const signature = parseSignature(line);
      const key = this.#keys.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
      return key && verifyCosignature(signature, openNote(note).body, key);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

/** Witnesses’ keys of these policies, each once. */
export function witnessKeys(policies: readonly string[]): NoteKey[] {
  const keys = policies.flatMap((text) => parseWitnessPolicy(text).witnesses.map(({ key }) => key));
  return [...new Map(keys.map((key) => [key.text, key])).values()];
}

export function timesOf(event: AnyEvent, witnessed: WitnessTimes): Times {
  return {
    claimed_at: claimedAt(event),
    received_at: formatDate(event.at),
    witnessed_at: shown(witnessed.of(event.n)),
  };
}

/** What a person’s statement in this leaf says of its own time. */
export function claimedAt({ body }: AnyEvent): string | undefined {
  return 'statement' in body && 'claimed_at' in body.statement ? body.statement.claimed_at : undefined;
}

function shown(date: Date | undefined): string | undefined {
  return date && formatDate(date);
}
