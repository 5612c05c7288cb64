/**
 * Which of a role's keys signed the version that comes. Thresholds were enforced when it was imported; who is behind the
 * signatures, and who is not, is for the approver to see: a rotation that one of five people did not sign is a question.
 */
import type { Parsed } from '../../tuf/metadata.ts';
import type { RoleName } from '../../tuf/names.ts';
import type { Key } from '../../tuf/keys.ts';
import type { RoleKeys } from '../../tuf/signatures.ts';
import { type Changes, MOST_LISTED } from './changes.ts';
import { hasHolder, nameKey } from './keys.ts';

/** Who may sign a role, and who says so. */
export interface Authority {
  /** `by the keys of version 14`, `as delegated by targets`; empty for the role's own. */
  readonly by: string;
  readonly keys: RoleKeys;
}

export function describeSigners(
  changes: Changes,
  { role, label }: { readonly role: RoleName; readonly label: string },
  file: Parsed<unknown>,
  authorities: readonly Authority[],
): void {
  for (const { by, keys } of authorities) {
    const place = `${label}: version ${file.version}${by === '' ? '' : ` ${by}`}`;
    if (changes.total('signers') >= MOST_LISTED) {
      // Beyond what is listed nobody reads names, and verifying for 16,384 roles would take minutes (R-02).
      changes.add('signers', `${place}: not looked into`, { role, whole: [file.envelope.fileSha256] });
      continue;
    }
    const { signed, unsigned } = signersOf(file, keys);
    const total = signed.length + unsigned.length;
    const absent = unsigned.length === 0 ? '' : `; not by ${unsigned.map(nameKey).join(', ')}`;
    const words = [...signed, ...unsigned].some(hasHolder) ? ' (holders as upstream names them)' : '';
    const who = signed.length === 0 ? '' : `: ${signed.map(nameKey).join(', ')}`;
    changes.add(
      'signers',
      `${place} signed by ${signed.length} of ${total} keys, ${keys.threshold} needed${who}${absent}${words}`,
      {
        role,
        whole: [file.envelope.fileSha256, signed.map(({ id }) => id)],
      },
    );
  }
}

/** Every key counts once, in the role's order; not only as many as the threshold needs. */
function signersOf({ envelope }: Parsed<unknown>, role: RoleKeys): { signed: Key[]; unsigned: Key[] } {
  const distinct = new Map<string, Key>();
  const signers = new Set<string>();
  for (const key of role.keys) {
    if (!distinct.has(key.fingerprint)) distinct.set(key.fingerprint, key);
    const bytes = envelope.signatures.find(({ keyId }) => keyId === key.id)?.bytes;
    if (bytes && key.verify(envelope.message, bytes)) signers.add(key.fingerprint);
  }
  const keys = [...distinct.values()];
  return {
    signed: keys.filter(({ fingerprint }) => signers.has(fingerprint)),
    unsigned: keys.filter(({ fingerprint }) => !signers.has(fingerprint)),
  };
}
