/**
 * What to do next, said to whoever runs a guard: the refusals of the language are worded for a mirror’s operator, who can
 * import and decide; a client’s holder can refresh, and tell somebody.
 */
import { type Code, Refusal, isRefusal } from '../errors.ts';

const TELL = 'ALARM: tell security, and the mirror’s operator; nothing was accepted.';
const OPERATOR = 'Tell the mirror’s operator; nothing was accepted, and what is held stays in use.';

const NEXT: Partial<Record<Code, string>> = {
  TRUST_ROLLBACK: TELL,
  TRUST_ROLE_REMOVED: TELL,
  TRUST_SIGNATURES: TELL,
  TRUST_ROOT_CHAIN: TELL,
  TRUST_TORN: OPERATOR,
  TRUST_ROLE_MISMATCH: OPERATOR,
  TRUST_ROLE_UNLISTED: 'Tell the mirror’s operator: upstream delegates to a role that it does not publish.',
  TRUST_LIMIT: 'If upstream really grew beyond it, raise the limit where the guard is made.',
  TRUST_EXPIRED: 'The mirror has stopped renewing: tell its operator (`countersign status` there says why).',
  SOURCE_TOO_LARGE: 'If upstream really grew beyond it, raise the limit where the guard is made.',
  SOURCE_NOT_FOUND: 'Check the address in the pin; if it is right, tell the mirror’s operator.',
  SOURCE_UNREACHABLE:
    'Check the address in the pin and the network; `--mode offline` answers from what is held, if the pin allows it.',
  SOURCE_SLOW: 'Try again, or tell the mirror’s operator.',
  SOURCE_REDIRECT: 'Put the address it redirects to into the pin, if that is where the repository lives.',
};

/** The same refusal with advice for a guard’s holder, where it has none of its own yet; anything else as it is. */
export function advised(error: unknown): unknown {
  if (!isRefusal(error)) return error;
  const next = NEXT[error.code];
  // Advice that the place of refusal gave itself is better than any table.
  if (next === undefined || error.hasOwnAdvice) return error;
  return new Refusal(error.code, error.what, { details: error.details, next, cause: error });
}
