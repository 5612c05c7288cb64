/**
 * Who may do what: importers import, approvers approve, auditors read. What somebody may is what the ledger records of the
 * person, at the moment in question; a retired person and a revoked key may nothing.
 */
import { Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';
import { isActive, isApprover, keysOf, NOW } from './people.ts';
import type { Moment, Person } from './records.ts';
import type { Rules } from './rules.ts';

export type Role = 'importer' | 'approver' | 'auditor';

export interface Wanted {
  /** A pseudonym; or the fingerprint of one of the person’s keys. With both, the key must be that person’s. */
  readonly actor?: string;
  readonly fingerprint?: string;
  /** Any, unless one is named. */
  readonly role?: Role;
  /** For an approver. */
  readonly team?: string;
  /** Now, unless something else is asked. */
  readonly at?: Moment;
}

/** @throws USAGE_UNKNOWN_OPERATOR for nobody, POLICY_NOT_PERMITTED for somebody who may not */
export function requirePerson({ people }: Rules, wanted: Wanted): Person {
  const { actor, fingerprint, role, team, at = NOW } = wanted;
  const person = actor === undefined ? people.owner(fingerprint ?? '') : people.person(actor);
  if (!person) {
    const what = actor === undefined ? `key ${printable(fingerprint ?? '')}` : `operator ${printable(actor)}`;
    throw new Refusal('USAGE_UNKNOWN_OPERATOR', `There is no ${what}.`);
  }
  const why = whyNot(person, wanted, at);
  if (why === undefined) return person;
  throw new Refusal('POLICY_NOT_PERMITTED', `${person.actor} ${why}.`, {
    details: { actor: person.actor, ...(role && { role }), ...(team !== undefined && { team }) },
  });
}

function whyNot(person: Person, { fingerprint, role, team }: Wanted, at: Moment): string | undefined {
  if (!isActive(person, at)) return 'is no operator any more, or was none yet';
  if (fingerprint !== undefined && !keysOf(person, at).some((key) => key.fingerprint === fingerprint)) {
    return `cannot sign with ${printable(fingerprint)}: it is not theirs, or was revoked`;
  }
  if (team !== undefined && !isApprover(person, team)) return `is not in the team ${printable(team)}`;
  if (role === undefined || (role === 'approver' ? isApprover(person) : person.roles.includes(role))) return undefined;
  return `does not have the role ${role}`;
}

/**
 * Who brings something in: as long as nobody is recorded as an importer, the account of this machine may. It is nobody, so
 * excluding the importer excludes nobody then; who wants that exclusion to mean something records importers.
 * @throws USAGE_UNKNOWN_OPERATOR, POLICY_NOT_PERMITTED
 */
export function requireImporter(
  rules: Rules,
  { actor, fingerprint }: { readonly actor: string; readonly fingerprint?: string | undefined },
): Person | undefined {
  const areRecorded = rules.people.hasImporters();
  if (actor === 'local' || actor.startsWith('system:')) {
    if (!areRecorded) return undefined;
    throw new Refusal(
      'POLICY_NOT_PERMITTED',
      'Imports are brought in by recorded importers here, each with their key.',
      {
        next: 'Import with `--as NAME`.',
      },
    );
  }
  // Where there are no importers, every recorded person may be one; whoever it is, is then kept from approving it.
  return requirePerson(rules, {
    actor,
    ...(areRecorded && { role: 'importer' as const }),
    ...(fingerprint !== undefined && { fingerprint }),
  });
}

/** @throws USAGE_OPERATOR_EXISTS where the key was ever recorded, even if it is revoked: it counts for one person, once */
export function requireNewKey({ people }: Rules, fingerprint: string): void {
  const key = people.key(fingerprint);
  if (!key) return;
  const state = key.revoked ? 'was revoked' : 'is theirs';
  throw new Refusal(
    'USAGE_OPERATOR_EXISTS',
    `The key ${printable(fingerprint)} was recorded for ${key.actor} and ${state}.`,
    {
      details: { actor: key.actor, key: fingerprint },
    },
  );
}
