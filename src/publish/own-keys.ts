/**
 * Whether the keys at hand are the ones that the mirror’s current root lists. Signing with others (a keys directory that
 * was swapped or restored) would publish files that every client refuses.
 */
import { Refusal } from '../errors.ts';
import type { Enrolment } from '../ledger/records.ts';
import { parseJson, type Json } from '../tuf/json.ts';

/** @param root the mirror’s own current root, from the record: already verified, so only its lists of ids are read */
export function requireOwnKeys(
  root: Uint8Array,
  { id, limits }: Enrolment,
  signers: Readonly<Record<'snapshot' | 'timestamp', { readonly keyId: string }>>,
): void {
  const roles = member(member(parseJson(root, 'the mirror’s root', limits.jsonDepth), 'signed'), 'roles');
  for (const role of ['snapshot', 'timestamp'] as const) {
    const listed = member(member(roles, role), 'keyids');
    if (Array.isArray(listed) && listed.includes(signers[role].keyId)) continue;
    throw new Refusal(
      'STATE_KEY',
      `The ${role} key in this keys directory is not the one that the mirror’s root of ${id} lists.`,
      {
        details: { repository: id, role },
      },
    );
  }
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value instanceof Map ? value.get(name) : undefined;
}
