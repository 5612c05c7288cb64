/** Who may decide, and by which keys: operators come and go by the signatures of the others. */
import { Refusal } from '../errors.ts';
import { isActive, isRole } from '../gate/people.ts';
import { requireNewKey, requirePerson } from '../gate/permissions.ts';
import type { Key } from '../gate/records.ts';
import type { Rules } from '../gate/rules.ts';
import * as subjects from '../gate/subjects.ts';
import type { Mirror } from '../mirror.ts';
import { randomSecret } from '../platform/random.ts';
import type { SshPublicKey } from '../sshsig/public-key.ts';
import { printable } from '../tuf/names.ts';
import type { Proposal } from './change.ts';
import { findPerson, isSameName, requireFreeName, requireNewMaterial } from './people.ts';

type Sealed = Mirror['sealed'];

export function addingOperator(
  sealed: Sealed,
  { name, roles, key }: { readonly name: string; readonly roles: readonly string[]; readonly key: SshPublicKey },
): Proposal {
  // In one order, so that everybody who types the same roles signs the same bytes.
  const ordered = [...new Set(roles)].toSorted();
  return (rules) => {
    const unknown = ordered.find((role) => !isRole(role));
    if (unknown !== undefined || ordered.length === 0) {
      throw new Refusal('USAGE_OPTION', `“${printable(unknown ?? '')}” is no role.`, {
        next: 'Roles are importer, approver, approver:TEAM and auditor; several with commas between.',
      });
    }
    requireFreeName({ rules, sealed }, name);
    requireUnusedKey(rules, sealed, key);
    return {
      isSame: (subject) =>
        subject.kind === 'operator.add' &&
        subject.key === key.fingerprint &&
        subject.roles.join() === ordered.join() &&
        isSameName(sealed.open(subject.name ?? '')?.value ?? '', name),
      make: (seal) => subjects.addOperator(newPseudonym(), seal('name', name), ordered, key.fingerprint),
      effects(subject, agreed, by) {
        sealed.keep('public-key', key.line);
        const actor = String(subject.actor);
        const person = { actor, name: String(subject.name), roles: subject.roles };
        return [
          { type: 'actor.add', actor: by, body: (appended) => ({ ...person, ...agreed(appended) }) },
          { type: 'key.add', actor: by, body: (appended) => ({ ...keyBody(actor, key), ...agreed(appended) }) },
        ];
      },
    };
  };
}

export function retiringOperator(sealed: Sealed, name: string, reason: string | undefined): Proposal {
  return (rules) => {
    const actor = activePerson(rules, sealed, name);
    return {
      reason,
      isSame: (subject) => subject.kind === 'operator.retire' && subject.actor === actor,
      make: (seal) => subjects.retireOperator(actor, seal('reason', requireReason(reason))),
      effects: (subject, agreed, by) => [
        {
          type: 'actor.retire',
          actor: by,
          body: (appended) => ({ actor, reason: String(subject.reason), ...agreed(appended) }),
        },
      ],
    };
  };
}

export function addingKey(sealed: Sealed, name: string, key: SshPublicKey): Proposal {
  return (rules) => {
    const actor = activePerson(rules, sealed, name);
    requireUnusedKey(rules, sealed, key);
    return {
      isSame: (subject) => subject.kind === 'key.add' && subject.actor === actor && subject.key === key.fingerprint,
      make: () => subjects.addKey(actor, key.fingerprint),
      effects(_, agreed, by) {
        sealed.keep('public-key', key.line);
        return [{ type: 'key.add', actor: by, body: (appended) => ({ ...keyBody(actor, key), ...agreed(appended) }) }];
      },
    };
  };
}

export interface LostKey {
  /** Whose it is, retired or not: a key that was stolen may have signed before. */
  readonly name: string;
  /** `SHA256:…`, as `countersign operator list` shows it. */
  readonly fingerprint: string;
  readonly reason: string | undefined;
}

export function revokingKey(sealed: Sealed, { name, fingerprint, reason }: LostKey): Proposal {
  return (rules) => {
    const { actor, keys } = findPerson({ rules, sealed }, name);
    requireRevocable(keys, fingerprint, name);
    return {
      reason,
      isSame: (subject) => subject.kind === 'key.revoke' && subject.key === fingerprint,
      make: (seal) => subjects.revokeKey(actor, fingerprint, seal('reason', requireReason(reason))),
      effects: (subject, agreed, by) => [
        {
          type: 'key.revoke',
          actor: by,
          body: (appended) => ({ actor, key: fingerprint, reason: String(subject.reason), ...agreed(appended) }),
        },
      ],
    };
  };
}

/** @throws USAGE_REASON */
export function requireReason(reason: string | undefined): string {
  if (reason !== undefined) return reason;
  throw new Refusal('USAGE_REASON', 'This is a decision, and it has no reason.');
}

function requireUnusedKey(rules: Rules, sealed: Sealed, key: SshPublicKey): void {
  requireNewKey(rules, key.fingerprint);
  requireNewMaterial({ rules, sealed }, key);
}

function activePerson(rules: Rules, sealed: Sealed, name: string): string {
  const person = findPerson({ rules, sealed }, name);
  if (isActive(person)) return person.actor;
  return requirePerson(rules, { actor: person.actor }).actor;
}

function requireRevocable(keys: readonly Key[], fingerprint: string, name: string): void {
  const key = keys.find((one) => one.fingerprint === fingerprint);
  if (key && !key.revoked) return;
  const what = key ? 'was revoked already' : `is none of ${printable(name)}’s`;
  throw new Refusal('USAGE_UNKNOWN_OPERATOR', `The key ${printable(fingerprint)} ${what}.`);
}

function keyBody(
  actor: string,
  { fingerprint, type, isHardware }: SshPublicKey,
): { actor: string; key: string; key_type: string; is_hardware: 'yes' | 'no' } {
  return { actor, key: fingerprint, key_type: type, is_hardware: isHardware ? 'yes' : 'no' };
}

function newPseudonym(): string {
  return `a-${Buffer.from(randomSecret(10)).toString('hex')}`;
}
