/** What is odd about a verified file without being wrong: noted, or held for an operator’s decision. */
import { Refusal } from '../errors.ts';
import { delegatedRoles, type Delegations } from '../tuf/delegations.ts';
import { isAmbiguousPattern } from '../tuf/glob.ts';
import { ROOT, type RoleName, parseMetadataFileName, printable, roleName, unsafeFileName } from '../tuf/names.ts';
import { refuseLocked, repeatedKeys, type RoleKeys } from '../tuf/signatures.ts';
import type { AuthoredRole, TrustedRoot } from '../tuf/trusted-set.ts';
import { decisionOption } from './decisions.ts';
import type { Findings } from './findings.ts';

/** The newest root: roles that nobody could speak for, keys that look like several, and kinds of key that cannot count. */
export function observeTop(trusted: TrustedRoot, findings: Findings): void {
  for (const [name, role] of trusted.root.payload.roles) {
    refuseLocked(name, role);
    requireDifferentKeys(name, role, findings);
  }
  for (const key of trusted.root.payload.keys.values()) {
    if (!key.isSupported)
      findings.note(
        'unsupported-key',
        ROOT,
        `Root lists a key of kind (${printable(key.keytype, 40)}, ${printable(key.scheme, 40)}), which counts for nothing here.`,
      );
  }
}

/** One targets or delegated file. */
export function observeRole(role: AuthoredRole, findings: Findings): void {
  if (role.envelope.unsignedMembers.length > 0) {
    const names = role.envelope.unsignedMembers.map((name) => printable(name, 40)).join(', ');
    findings.note(
      'unsigned-members',
      role.name,
      `${printable(role.name)} has members that no signature covers: ${names}.`,
    );
  }
  const unsafe = [...role.payload.targets.keys()].filter((path) => unsafeFileName(path) !== undefined);
  for (const path of unsafe.slice(0, 20)) {
    findings.note(
      'unsafe-target-name',
      role.name,
      `The target “${printable(path)}” cannot be a file name: ${String(unsafeFileName(path))}.`,
    );
  }
  if (parseMetadataFileName(`${role.name}.json`)?.versioned) {
    findings.note(
      'versioned-role-name',
      role.name,
      `The role name ${printable(role.name)} looks like a version of another role’s file; it is served under versioned names only.`,
    );
  }
  if (role.payload.delegations) observeDelegations(role.name, role.payload.delegations, findings);
}

function observeDelegations(delegator: RoleName, delegations: Delegations, findings: Findings): void {
  for (const { name, paths } of delegations.roles) {
    for (const pattern of paths?.filter(isAmbiguousPattern) ?? []) {
      findings.note(
        'ambiguous-pattern',
        name,
        `${printable(delegator)} gives ${printable(name)} the pattern “${printable(pattern)}”, which clients read differently.`,
      );
    }
  }
  if (delegations.succinct) {
    requireDifferentKeys(roleName(`${delegations.succinct.namePrefix}-*`), delegations.succinct, findings);
    return;
  }
  const byKeys = new Map<string, RoleName>();
  for (const { name, role } of delegatedRoles(delegations)) {
    requireDifferentKeys(name, role, findings);
    const keys = role.keys
      .map((key) => key.fingerprint)
      .sort()
      .join(' ');
    const twin = byKeys.get(keys);
    // Bins share keys by design; the note is for a handful of named roles.
    if (twin && delegations.roles.length <= 64)
      findings.note(
        'shared-keys',
        name,
        `${printable(name)} has the same keys as ${printable(twin)}: only the snapshot tells their files apart.`,
      );
    byKeys.set(keys, name);
  }
}

/** One key under two ids: this mirror counts it once, stock clients twice (K-02). */
export function requireDifferentKeys(name: RoleName, role: RoleKeys, findings: Findings): void {
  const repeated = repeatedKeys(role);
  if (repeated.length === 0) return;
  const made = findings.use('accept-duplicate-keys', name);
  if (!made) {
    throw new Refusal(
      'POLICY_DUPLICATE_KEY',
      `The role ${printable(name)} lists one key under ${String(repeated.length + 1)} ids.`,
      {
        details: { role: name },
        next: `Ask upstream, then decide by name: ${decisionOption('accept-duplicate-keys', name)} --reason "…".`,
      },
    );
  }
  findings.note('decision-used', name, `Duplicate keys of ${printable(name)} accepted: ${made.reason}`);
}
