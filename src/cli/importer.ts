/** Who brings something in, as it is typed, and what they say about it. */
import { isSolo } from '../decide/people.ts';
import { type Signer, signerFor } from '../decide/signing.ts';
import { Refusal } from '../errors.ts';
import type { Claim } from '../ledger/records.ts';
import { type Mirror, rulesOf } from '../mirror.ts';
import { accountName } from '../platform/account.ts';
import type { Invocation } from './invocation.ts';
import { signingOf, type SigningGiven } from './signing-options.ts';

export interface ClaimGiven extends SigningGiven {
  readonly ticket?: string;
  readonly reason?: string;
}

/**
 * Somebody who signs for it; undefined for the account of this machine, as long as it may.
 * @throws USAGE_UNKNOWN_OPERATOR for a name of nobody, once somebody is recorded: it would look like a person’s word
 */
export async function importerOf(
  invocation: Invocation,
  mirror: Mirror,
  given: SigningGiven,
): Promise<Signer | undefined> {
  const signing = signingOf(invocation, given);
  if (!signing) return undefined;
  if (!isSolo(rulesOf(mirror))) return signerFor(mirror, signing);
  if (given.key === undefined) return undefined;
  throw new Refusal('USAGE_OPTION', 'Nobody is recorded here, so nobody’s key signs for an import.', {
    next: 'Leave --key out, or record people first: countersign operator add.',
  });
}

/** What is said about the import, beside who says it. */
export function claimOf({ ticket, reason, as }: ClaimGiven, importer: Signer | undefined): Claim {
  const account = importer ? undefined : (as ?? accountName());
  return {
    ...(ticket === undefined ? {} : { ticket }),
    ...(reason === undefined ? {} : { reason }),
    ...(account === undefined ? {} : { as: account }),
  };
}
