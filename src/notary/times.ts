/**
 * Points in time in Notary metadata: RFC 3339 with a fraction of any length, in UTC or with a numeric offset.
 *
 * Publishers write nanoseconds with trailing zeros trimmed, and the offset of their machine. What is read here is only
 * compared: an upstream time is never written back, because its bytes are signed. Ours are whole seconds with “Z”.
 * Source: the dialect’s description, 3.3; N-03.
 */
import { parseDate } from '../tuf/dates.ts';

/**
 * The instant, at millisecond resolution (a finer fraction is cut off, which can only make it earlier); undefined for
 * whatever Go refuses as well: a blank for the `T`, `+0000`, no seconds, a date alone, five-digit years.
 */
export function parseTime(text: string): Date | undefined {
  // Everything else is the project’s one rule for times; of the fraction it reads nine digits, of which three count.
  return parseDate(text.replace(/(\.\d{9})\d+(?=[Z+-])/, '$1'));
}

/** Clients tolerate no skew: what expires now has expired. */
export function hasExpired(expires: Date, now: Date): boolean {
  return expires.getTime() <= now.getTime();
}
