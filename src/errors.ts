/**
 * Refusals: the one way this program says no.
 *
 * Six families, named by who must act. Each refusal has a stable code, and its message has three parts: what happened
 * (from the place that noticed), why refusing is right, and what to do next (from the table in `refusals.ts`, so that
 * the same code always explains itself in the same words). Messages name things; they never carry bytes or secrets.
 *
 * Anything thrown that is not a Refusal is a bug in Countersign.
 */
import { REFUSALS, type Code } from './refusals.ts';

export type { Code };
export type Family = 'usage' | 'config' | 'source' | 'trust' | 'policy' | 'state';

/** Machine-readable facts of a refusal: names, versions, digests. Never file content, never secrets. */
export type Details = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: Code;
  readonly family: Family;
  /** One sentence: what happened, with the offending name. */
  readonly what: string;
  /** One sentence: why refusing is right. */
  readonly why: string;
  /** One sentence: what the person who must act does next. */
  readonly next: string;
  readonly details: Details;
  /** Whether `next` comes from the place that noticed, and not from the table. */
  readonly hasOwnAdvice: boolean;

  constructor(code: Code, what: string, options: { details?: Details; next?: string; cause?: unknown } = {}) {
    const entry = REFUSALS[code];
    const next = options.next ?? entry.next;
    super(`${what} ${entry.why} ${next}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.family = familyOf(code);
    this.what = what;
    this.why = entry.why;
    this.next = next;
    this.details = options.details ?? {};
    this.hasOwnAdvice = options.next !== undefined;
  }
}

/** The family is the code's first word: one fact, written once. */
export function familyOf(code: Code): Family {
  return code.slice(0, code.indexOf('_')).toLowerCase() as Family;
}

export function isRefusal(error: unknown, code?: Code): error is Refusal {
  return error instanceof Refusal && (code === undefined || error.code === code);
}
