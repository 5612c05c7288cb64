/** What of a rescued collection is still valid, and until when: no mirror can move these dates, and nobody will after the end. */
import { type RoleName, TARGETS } from '../tuf/names.ts';
import type { Candidate } from '../verify/candidate.ts';

export interface Validity {
  /** Until then upstream’s own server vouched for this state. */
  readonly asOf: Date;
  /** Of upstream’s root; clients of the mirror do not need it any more. */
  readonly root: Date;
  /** Until then clients find anything at all: the end of `targets`. */
  readonly targets: Date;
  /** The first delegation to end, if any ends before `targets`: its names are lost then, and no others. */
  readonly firstDelegation: { readonly role: RoleName; readonly expires: Date } | undefined;
  /** Whether clients find something now. */
  readonly isValid: boolean;
}

export function validityOf({ content }: Candidate, now: Date): Validity {
  const targets = content.roles.get(TARGETS)?.expires ?? new Date(0);
  const [first] = [...content.roles.values()]
    .filter(({ role, expires }) => role !== TARGETS && expires < targets)
    .sort((a, b) => a.expires.getTime() - b.expires.getTime());
  return {
    asOf: content.timestamp.expires,
    root: content.roots.at(-1)?.expires ?? new Date(0),
    targets,
    firstDelegation: first && { role: first.role, expires: first.expires },
    isValid: targets > now,
  };
}
