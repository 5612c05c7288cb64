/** What is odd about a verified file without being wrong: noted, or held for an operator’s decision. */
import { Refusal } from '../errors.ts';
import { delegatedRoles, type Delegations } from '../tuf/delegations.ts';
import { isAmbiguousPattern } from '../tuf/glob.ts';
import { ROOT, type RoleName, printable, unsafeFileName } from '../tuf/names.ts';
import { repeatedKeys, type RoleKeys } from '../tuf/signatures.ts';
import type { AuthoredRole, TrustedRoot } from '../tuf/trusted-set.ts';
import { findDecision, type Decision } from './decisions.ts';
import type { Note } from './notes.ts';

type TakeNote = (note: Note) => void;

/** The newest root: keys that look like several, and kinds of key that cannot count. */
export function observeTop(trusted: TrustedRoot, decisions: readonly Decision[], note: TakeNote): void {
  for (const [name, role] of trusted.root.payload.roles) requireDifferentKeys(name, role, decisions, note);
  for (const key of trusted.root.payload.keys.values()) {
    if (!key.isSupported)
      note({
        kind: 'unsupported-key',
        role: ROOT,
        text: `Root lists a key of kind (${printable(key.keytype, 40)}, ${printable(key.scheme, 40)}), which counts for nothing here.`,
      });
  }
}

/** One targets or delegated file. */
export function observeRole(role: AuthoredRole, decisions: readonly Decision[], note: TakeNote): void {
  if (role.envelope.unsignedMembers.length > 0) {
    const names = role.envelope.unsignedMembers.map((name) => printable(name, 40)).join(', ');
    note({
      kind: 'unsigned-members',
      role: role.name,
      text: `${printable(role.name)} has members that no signature covers: ${names}.`,
    });
  }
  const unsafe = [...role.payload.targets.keys()].filter((path) => unsafeFileName(path) !== undefined);
  for (const path of unsafe.slice(0, 20)) {
    note({
      kind: 'unsafe-target-name',
      role: role.name,
      text: `The target “${printable(path)}” cannot be a file name: ${String(unsafeFileName(path))}.`,
    });
  }
  if (role.payload.delegations) observeDelegations(role.name, role.payload.delegations, decisions, note);
}

function observeDelegations(
  delegator: RoleName,
  delegations: Delegations,
  decisions: readonly Decision[],
  note: TakeNote,
): void {
  for (const { name, paths } of delegations.roles) {
    for (const pattern of paths?.filter(isAmbiguousPattern) ?? []) {
      note({
        kind: 'ambiguous-pattern',
        role: name,
        text: `${printable(delegator)} gives ${printable(name)} the pattern “${printable(pattern)}”, which clients read differently.`,
      });
    }
  }
  if (delegations.succinct) {
    requireDifferentKeys(delegator, delegations.succinct, decisions, note);
    return;
  }
  const byKeys = new Map<string, RoleName>();
  for (const { name, role } of delegatedRoles(delegations)) {
    requireDifferentKeys(name, role, decisions, note);
    const keys = role.keys
      .map((key) => key.fingerprint)
      .sort()
      .join(' ');
    const twin = byKeys.get(keys);
    // Bins share keys by design; the note is for a handful of named roles.
    if (twin && delegations.roles.length <= 64)
      note({
        kind: 'shared-keys',
        role: name,
        text: `${printable(name)} has the same keys as ${printable(twin)}: only the snapshot tells their files apart.`,
      });
    byKeys.set(keys, name);
  }
}

/** One key under two ids: this mirror counts it once, stock clients twice (K-02). */
function requireDifferentKeys(name: RoleName, role: RoleKeys, decisions: readonly Decision[], note: TakeNote): void {
  const repeated = repeatedKeys(role);
  if (repeated.length === 0) return;
  const made = findDecision(decisions, 'accept-duplicate-keys', name);
  if (!made) {
    throw new Refusal(
      'POLICY_DUPLICATE_KEY',
      `The role ${printable(name)} lists one key under ${String(repeated.length + 1)} ids.`,
      {
        details: { role: name },
        next: `Ask upstream, then decide by name: --accept-duplicate-keys ${printable(name)} --reason "…".`,
      },
    );
  }
  note({ kind: 'decision-used', role: name, text: `Duplicate keys of ${printable(name)} accepted: ${made.reason}` });
}
