/** Times in statements, for comparing. A text that is no time is earlier and later than nothing: every comparison fails. */
import { parseDate } from '../tuf/dates.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function timeOf(text: string): number {
  return parseDate(text)?.getTime() ?? Number.NaN;
}

/** The earlier of a person’s date and the server’s. */
export function earlierOf(claimed: string, received: Date): number {
  return Math.min(timeOf(claimed), received.getTime());
}
