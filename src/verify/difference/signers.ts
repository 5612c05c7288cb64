/**
 * Which of a role's keys signed the version that comes. Thresholds were enforced when it was imported; who is behind the
 * signatures, and who is not, is for the approver to see: a rotation that one of five people did not sign is a question.
 */
import type { RoleName } from '../../tuf/names.ts';
import { type Changes, MOST_LISTED } from './changes.ts';
import { hasHolder, nameInCertificate, nameKey } from './keys.ts';
import { isSignedBy, type StatedFile, type StatedKey, type StatedRole } from './stated.ts';

/** Who may sign a role, and who says so. */
export interface Authority {
  /** `by the keys of version 14`, `as delegated by targets`; empty for the role's own. */
  readonly by: string;
  readonly keys: StatedRole;
}

export function describeSigners(
  changes: Changes,
  { role, label }: { readonly role: RoleName; readonly label: string },
  file: StatedFile,
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
    const all = [...signed, ...unsigned];
    const words = all.some(hasHolder)
      ? ' (holders as upstream names them)'
      : all.some((key) => nameInCertificate(key) !== undefined)
        ? ' (names as certificates say)'
        : '';
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
function signersOf(file: StatedFile, role: StatedRole): { signed: StatedKey[]; unsigned: StatedKey[] } {
  const distinct = new Map<string, StatedKey>();
  const signers = new Set<string>();
  for (const key of role.keys) {
    if (!distinct.has(key.fingerprint)) distinct.set(key.fingerprint, key);
    if (isSignedBy(file, key)) signers.add(key.fingerprint);
  }
  const keys = [...distinct.values()];
  return {
    signed: keys.filter(({ fingerprint }) => signers.has(fingerprint)),
    unsigned: keys.filter(({ fingerprint }) => !signers.has(fingerprint)),
  };
}
