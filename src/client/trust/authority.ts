/**
 * Who may speak for upstream’s targets, by the pin and by nobody else: upstream’s newest root, static keys, or both. The
 * mirror’s root only repeats it, for stock clients; where it says otherwise, that is how content is about to be forged
 * (M-02), so a difference is an alarm and not a mere failure.
 * Source: docs/design/trust-rules.md, “What the guard checks”; TAP 13.
 */
import { Refusal } from '../../errors.ts';
import type { Envelope } from '../../tuf/envelope.ts';
import { type RoleName, TARGETS, printable } from '../../tuf/names.ts';
import { type RoleKeys, countSigners, hasSameKeys } from '../../tuf/signatures.ts';
import type { TrustedRoot } from '../../tuf/trusted-set.ts';
import type { Pin, StaticPins } from '../pin/pin.ts';

export interface Authority {
  /** Where every search starts. */
  readonly role: RoleName;
  readonly keys: RoleKeys;
  /** Static keys that must have signed as well, where the pin has both. */
  readonly also: RoleKeys | undefined;
  /** Whether `keys` are the pin’s own, so that no root of upstream’s can replace them. */
  readonly isPinned: boolean;
}

/** @param upstream the newest root of upstream’s chain; absent with static pins alone */
export function authorityOf({ targets }: Pin, upstream: TrustedRoot | undefined): Authority {
  const pinned = targets && keysOf(targets);
  // A role that is not `targets` is upstream’s root’s to say nothing about: there the static keys stand alone.
  if (targets && pinned && (!upstream || targets.rolename !== TARGETS)) {
    return { role: targets.rolename, keys: pinned, also: undefined, isPinned: true };
  }
  if (!upstream) throw new TypeError('a pin has upstream’s root, static keys, or both');
  return { role: TARGETS, keys: upstream.role(TARGETS), also: pinned, isPinned: false };
}

/**
 * The targets role of the mirror’s root must be upstream’s, by key material and threshold.
 * @throws TRUST_PIN_MISMATCH
 */
export function requireSameAuthority(mirror: TrustedRoot, expected: RoleKeys, whose: string): void {
  const listed = mirror.role(TARGETS);
  if (hasSameKeys(listed, expected)) return;
  const known = new Set(expected.keys.map((key) => key.fingerprint));
  const strangers = listed.keys.filter((key) => !known.has(key.fingerprint)).map((key) => key.id.slice(0, 12));
  const difference =
    strangers.length > 0
      ? `gives the targets role to ${strangers.length === 1 ? 'a key' : 'keys'} that ${whose} does not have (${printable(strangers.join(', '), 200)})`
      : `gives the targets role ${listed.threshold} of ${listed.keys.length} keys, and ${whose} ${expected.threshold} of ${expected.keys.length}`;
  throw new Refusal('TRUST_PIN_MISMATCH', `Version ${mirror.root.version} of the mirror’s root ${difference}.`, {
    details: { rootVersion: mirror.root.version, strangers },
  });
}

/** Static keys restrict what upstream’s chain allows: their threshold must be met, too. @throws TRUST_PIN_MISMATCH */
export function requireAlso({ also, role }: Authority, { message, signatures }: Envelope): void {
  if (!also) return;
  const signers = countSigners(also, message, signatures);
  if (signers >= also.threshold) return;
  throw new Refusal(
    'TRUST_PIN_MISMATCH',
    `${printable(role)} is signed as upstream’s root asks, but by ${signers} of the keys in the pin, and ${also.threshold} are needed.`,
    {
      details: { role, signers, threshold: also.threshold },
      next: 'If upstream rotated its keys, ask whoever issued the pin for one with the new keys; otherwise tell security.',
    },
  );
}

export function keysOf({ keys, threshold }: StaticPins): RoleKeys {
  return { keys: [...keys.values()], threshold };
}
