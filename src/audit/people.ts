/**
 * Who a pseudonym is, as far as the sealed names still say. Leaves name nobody; whoever holds the sealed values can, until
 * they are erased.
 */
import { isSameName } from '../decide/people.ts';
import { Refusal } from '../errors.ts';
import type { Rules } from '../gate/rules.ts';
import { printable } from '../tuf/names.ts';
import { opened, type SealedValues } from './record.ts';

/** A person as answers name one. */
export interface NamedPerson {
  /** `local` for the account of this machine, `system:<job>`, or a pseudonym. */
  readonly actor: string;
  /** Undefined for whoever is no person, and where the name was erased. */
  readonly name: string | undefined;
}

export class PeopleNames {
  readonly #names = new Map<string, string | undefined>();

  constructor({ people }: Rules, sealed: SealedValues) {
    for (const { actor, name } of people.all()) this.#names.set(actor, opened(sealed, name));
  }

  of(actor: string): NamedPerson {
    return { actor, name: this.#names.get(actor) };
  }

  /** For a line: `ann (a-0123…)`. */
  shown(actor: string): string {
    const name = this.#names.get(actor);
    return name === undefined ? actor : `${name} (${actor})`;
  }

  /**
   * The pseudonym of a name, however it is written, or of itself.
   * @returns undefined for nobody who was ever recorded
   * @throws USAGE_UNKNOWN_OPERATOR for a name that several people had
   */
  find(text: string): string | undefined {
    if (this.#names.has(text)) return text;
    const found = [...this.#names]
      .filter(([, name]) => name !== undefined && isSameName(name, text))
      .map(([actor]) => actor);
    if (found.length > 1) {
      throw new Refusal('USAGE_UNKNOWN_OPERATOR', `Several people were called “${printable(text, 80)}”.`, {
        next: `Name one of them: ${found.join(', ')}.`,
      });
    }
    return found[0];
  }
}
