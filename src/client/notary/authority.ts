/**
 * Who may speak for a collection’s targets: the keys of the pin, and nobody else. The mirror’s root only repeats them, for
 * stock clients, which take other targets keys from a properly signed root without a word (7.3); so a difference is an alarm
 * and not a mere failure.
 */
import { Refusal } from '../../errors.ts';
import type { NotaryRoot, ParsedNotary } from '../../notary/metadata.ts';
import { type NotaryRole, asTufRole } from '../../notary/signatures.ts';
import { printable } from '../../tuf/names.ts';
import { hasSameKeys } from '../../tuf/signatures.ts';

/** How a root’s targets keys differ from the pinned ones, to follow “The root”; undefined when they are the same. */
export interface KeyDifference {
  readonly what: string;
  /** Ids of keys that the pin does not have. */
  readonly strangers: readonly string[];
}

/** By key material and threshold: ids and certificates around the keys may change (N-02). */
export function differenceFromPinned(listed: NotaryRole, pinned: NotaryRole): KeyDifference | undefined {
  if (hasSameKeys(asTufRole(listed), asTufRole(pinned))) return undefined;
  const known = new Set(pinned.keys.map(({ fingerprint }) => fingerprint));
  const strangers = listed.keys.filter(({ fingerprint }) => !known.has(fingerprint)).map(({ id }) => id.slice(0, 12));
  const what =
    strangers.length > 0
      ? `gives the targets role to ${strangers.length === 1 ? 'a key' : 'keys'} that the pin does not have (${printable(strangers.join(', '), 200)})`
      : `gives the targets role ${countOf(listed)}, and the pin ${countOf(pinned)}`;
  return { what, strangers };
}

/** @throws TRUST_PIN_MISMATCH */
export function requirePinnedKeys({ version, payload }: ParsedNotary<NotaryRoot>, pinned: NotaryRole): void {
  const difference = differenceFromPinned(payload.roles.targets, pinned);
  if (!difference) return;
  throw new Refusal('TRUST_PIN_MISMATCH', `Version ${version} of the mirror’s root ${difference.what}.`, {
    details: { rootVersion: version, strangers: difference.strangers },
    next: 'ALARM: tell security. If upstream rotated its keys, whoever answers for the pin compares them with upstream and issues a new one, with the mirror’s new root.',
  });
}

function countOf({ keys, threshold }: NotaryRole): string {
  return `${threshold} of ${new Set(keys.map(({ fingerprint }) => fingerprint)).size} keys`;
}
