/**
 * Operators and their keys, from first to last. A person is a pseudonym: recorded once, retired once. A key belongs to one
 * person for ever, or one person could be counted as two, and two as one (K-02).
 */
import type { AnyEvent } from '../ledger/events/leaf.ts';
import { isDuring, type Key, type Mark, type Moment, type Person } from './records.ts';

export type PeopleEvent = Extract<AnyEvent, { type: 'actor.add' | 'actor.retire' | 'key.add' | 'key.revoke' }>;

/** Later than every leaf: how things stand now. */
export const NOW = Number.POSITIVE_INFINITY;

const ROLE = /^(importer|auditor|approver(:[a-z0-9][a-z0-9-]{0,31})?)$/;

/** `importer`, `auditor`, `approver`, or `approver:<team>`. */
export function isRole(text: string): boolean {
  return ROLE.test(text);
}

export class People {
  readonly #people = new Map<string, Person>();
  readonly #keys = new Map<string, Key>();

  all(): IterableIterator<Person> {
    return this.#people.values();
  }

  person(actor: string): Person | undefined {
    return this.#people.get(actor);
  }

  key(fingerprint: string): Key | undefined {
    return this.#keys.get(fingerprint);
  }

  owner(fingerprint: string): Person | undefined {
    const key = this.#keys.get(fingerprint);
    return key && this.#people.get(key.actor);
  }

  /** People who can approve: not retired, in the role, and with a key that was not revoked. */
  approvers(moment: Moment = NOW): Person[] {
    return [...this.#people.values()].filter(
      (person) => isActive(person, moment) && isApprover(person) && keysOf(person, moment).length > 0,
    );
  }

  hasImporters(moment: Moment = NOW): boolean {
    return [...this.#people.values()].some((person) => isActive(person, moment) && person.roles.includes('importer'));
  }

  /** Why this cannot be what an honest program appended; undefined when it can. */
  problemOf(event: PeopleEvent): string | undefined {
    const { type, body } = event;
    const person = this.#people.get(body.actor);
    if (type === 'actor.add') {
      if (!body.actor.startsWith('a-')) return 'adds an operator that is no person';
      if (person) return 'adds an operator who was added before';
      return body.roles.every(isRole) ? undefined : 'gives a role that does not exist';
    }
    if (!person) return 'is about an operator who was never added';
    if (type === 'actor.retire') return person.retired && 'retires an operator who is retired';
    const key = this.#keys.get(body.key);
    if (type === 'key.add') {
      if (person.retired) return 'gives a key to a retired operator';
      // Even a revoked key stays its person’s: a thief would have it registered anew, or for somebody else.
      if (key) return 'adds a key that was added before';
      const isHardware = body.key_type.startsWith('sk-');
      return isHardware === (body.is_hardware === 'yes') ? undefined : 'calls a key hardware against its kind';
    }
    if (key?.actor !== body.actor) return 'revokes a key that is not that operator’s';
    return key.revoked && 'revokes a key that is revoked';
  }

  apply({ type, body }: PeopleEvent, mark: Mark): void {
    if (type === 'actor.add') {
      const { actor, name, roles } = body;
      this.#people.set(actor, { actor, name, roles, added: mark, retired: undefined, keys: [] });
      return;
    }
    const person = this.#people.get(body.actor);
    if (!person) return;
    if (type === 'actor.retire') {
      person.retired = mark;
    } else if (type === 'key.add') {
      const { actor, key: fingerprint, key_type, is_hardware } = body;
      const isHardware = is_hardware === 'yes';
      const key: Key = { fingerprint, actor, type: key_type, isHardware, added: mark, revoked: undefined };
      person.keys.push(key);
      this.#keys.set(fingerprint, key);
    } else {
      const key = this.#keys.get(body.key);
      if (key) key.revoked = mark;
    }
  }
}

export function isActive(person: Person, moment: Moment = NOW): boolean {
  return isDuring(person.added, person.retired, moment);
}

export function keysOf(person: Person, moment: Moment = NOW): Key[] {
  return person.keys.filter(({ added, revoked }) => isDuring(added, revoked, moment));
}

/** Whether the person may approve: at all, or for this team. */
export function isApprover({ roles }: Person, team?: string): boolean {
  if (team !== undefined) return roles.includes(`approver:${team}`);
  return roles.some((role) => role === 'approver' || role.startsWith('approver:'));
}
