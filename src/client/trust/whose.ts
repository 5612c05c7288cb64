/**
 * Whose file a refusal is about. Mirror and upstream have roles of the same names, and whoever reads “timestamp version 1
 * is older” must know which of the two to suspect.
 */
import { type Code, Refusal, isRefusal } from '../../errors.ts';

/** Refusals of the language, which knows roles and not whose they are. */
const AMBIGUOUS: readonly Code[] = [
  ...(['TRUST_ROLLBACK', 'TRUST_ROLE_REMOVED', 'TRUST_SIGNATURES', 'TRUST_TORN'] as const),
  ...(['TRUST_ROOT_CHAIN', 'TRUST_EXPIRED'] as const),
];

/** @throws the refusal of `doing`, with its sentence about the mirror or about upstream */
export async function sayingWhose<Result>(
  whose: 'The mirror' | 'Upstream',
  doing: () => Promise<Result>,
): Promise<Result> {
  try {
    return await doing();
  } catch (error) {
    // What has advice of its own comes from the guard, and says whose it is.
    if (!isRefusal(error) || !AMBIGUOUS.includes(error.code) || error.hasOwnAdvice) throw error;
    throw new Refusal(error.code, `${whose}: ${error.what}`, { details: error.details, cause: error });
  }
}
