/**
 * What people sign for here. Each purpose is a namespace of its own, so that a signature given for one thing is worth
 * nothing for another (Y-05, A-05): not an approval for a pin, and never what somebody signed with `git` or for a file.
 */
export const PURPOSES = {
  /** Where an import came from, and why it is brought in. */
  importClaim: 'import-claim.v1@countersign',
  /** Yes, no or withdrawn, for exactly one import. */
  importApproval: 'import-approval.v1@countersign',
  /** Who may decide, and by which rules. */
  policyChange: 'policy-change.v1@countersign',
  /** A publication with fewer people than the policy asks. */
  breakGlass: 'break-glass.v1@countersign',
  /** Keys of the mirror made, replaced or retired. */
  keyCeremony: 'key-ceremony.v1@countersign',
  /** What a guard is to believe. */
  pin: 'pin.v1@countersign',
} as const;

export type Purpose = (typeof PURPOSES)[keyof typeof PURPOSES];

/** False for `git`, `file`, the empty name and everything that is not spelled exactly so. */
export function isPurpose(namespace: string): namespace is Purpose {
  return (Object.values(PURPOSES) as readonly string[]).includes(namespace);
}
