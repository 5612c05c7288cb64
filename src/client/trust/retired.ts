/**
 * An upstream that has ended, as the pin says. Its age is not counted any more, so nothing else would bound what can be
 * replayed: in exchange every authored role must be there in exactly the version that the pin names, and no other role.
 */
import { Refusal } from '../../errors.ts';
import { ROOT, type RoleName, SNAPSHOT, TIMESTAMP, printable } from '../../tuf/names.ts';
import type { Retired } from '../pin/pin.ts';

/** @param listed every role that could answer @throws TRUST_RETIRED */
export function requireRetired(
  retired: Retired | undefined,
  listed: ReadonlyMap<RoleName, { readonly version: number }>,
): void {
  if (!retired) return;
  for (const [role, version] of retired.roles) {
    const found = listed.get(role)?.version;
    if (found !== version) refuse(role, found === undefined ? 'is missing' : `is version ${found}`, version);
  }
  for (const [role, { version }] of listed) {
    // Some snapshots list the root as well; whose keys count is decided elsewhere.
    if (retired.roles.has(role) || [ROOT, TIMESTAMP, SNAPSHOT].includes(role)) continue;
    refuse(role, `is there in version ${version}`, undefined);
  }
}

function refuse(role: RoleName, found: string, pinned: number | undefined): never {
  const expected = pinned === undefined ? 'names no such role' : `names version ${pinned}`;
  throw new Refusal(
    'TRUST_RETIRED',
    `${printable(role)} ${found}, and the pin, which calls upstream retired, ${expected}.`,
    { details: { role, pinned: pinned ?? 0 } },
  );
}
