/** What is odd about a verified file of a collection without being wrong: noted, or held for an operator's decision. */
import { asTufRole } from '../../notary/signatures.ts';
import type { CollectionRole, TrustedCollection } from '../../notary/trusted-set.ts';
import { ROOT, printable, roleName } from '../../tuf/names.ts';
import { refuseLocked } from '../../tuf/signatures.ts';
import type { Findings } from '../findings.ts';
import { requireDifferentKeys } from '../observe.ts';

/** The newest root: roles that nobody could speak for, keys that look like several, and kinds of key that cannot count. */
export function observeCollectionRoot({ root }: TrustedCollection, findings: Findings): void {
  for (const [name, role] of Object.entries(root.payload.roles)) {
    const keys = { ...asTufRole(role), keys: asTufRole(role).keys.filter(firstOfItsKey) };
    refuseLocked(roleName(name), keys);
    requireDifferentKeys(roleName(name), keys, findings);
    for (const { isSupported, keytype } of role.keys) {
      if (isSupported) continue;
      findings.note(
        'unsupported-key',
        ROOT,
        `Root lists a key of kind ${printable(keytype, 40)} for ${name}, which counts for nothing here.`,
      );
    }
  }
}

/** One targets or delegated file. */
export function observeCollectionRole({ name, envelope, payload }: CollectionRole, findings: Findings): void {
  if (envelope.unsignedMembers.length > 0) {
    const names = envelope.unsignedMembers.map((member) => printable(member, 40)).join(', ');
    findings.note('unsigned-members', name, `${printable(name)} has members that no signature covers: ${names}.`);
  }
  for (const delegation of payload.delegations?.roles ?? []) {
    const keys = { ...asTufRole(delegation), keys: asTufRole(delegation).keys.filter(firstOfItsKey) };
    requireDifferentKeys(delegation.name, keys, findings);
  }
}

/** A key with several methods is spelled out once for each: here it is one key. */
function firstOfItsKey(key: { readonly id: string }, index: number, all: readonly { readonly id: string }[]): boolean {
  const bare = (id: string): string => id.split(' ')[0] ?? '';
  return all.findIndex((other) => bare(other.id) === bare(key.id)) === index;
}
