/**
 * Periods as ISO 8601 writes them, where their length is fixed: weeks, or days, hours, minutes and seconds. Years and
 * months are refused: nobody can say how long they are without a calendar, and a limit must mean one thing. So are
 * fractions, signs, lower case and leading zeros.
 */
import type { Period } from './pin.ts';

const WEEKS = /^P(0|[1-9]\d{0,9})W$/;
const PARTS =
  /^P(?=\d|T\d)(?:(0|[1-9]\d{0,9})D)?(?:T(?=\d)(?:(0|[1-9]\d{0,9})H)?(?:(0|[1-9]\d{0,9})M)?(?:(0|[1-9]\d{0,9})S)?)?$/;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A hundred years of 365.25 days, in milliseconds: nothing longer is a period, it is “for ever”. */
export const LONGEST_PERIOD: Period = 36_525 * DAY;

/**
 * `P60D`, `P2W`, `PT12H`, `P1DT12H`, `PT0S`: its length in milliseconds, always whole seconds.
 * @returns undefined for any other text, and for a period above a hundred years
 */
export function parsePeriod(text: string): Period | undefined {
  const weeks = WEEKS.exec(text)?.[1];
  const parts = weeks === undefined ? PARTS.exec(text) : [text, String(7 * Number(weeks))];
  if (!parts) return undefined;
  const amount = (digits: string | undefined): number => Number(digits ?? 0);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map(amount);
  const period = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
  return period <= LONGEST_PERIOD ? period : undefined;
}

/**
 * The one way a period is written here: days, hours below 24, minutes and seconds below 60, zero parts left out, `PT0S`
 * for none at all. `parsePeriod` reads it back to the same number.
 * @param period milliseconds: whole seconds from 0 to a hundred years
 * @throws RangeError for anything else, which no period that was read can be
 */
export function formatPeriod(period: Period): string {
  if (!Number.isInteger(period / SECOND) || period < 0 || period > LONGEST_PERIOD) {
    throw new RangeError('a period is whole seconds from 0 to a hundred years');
  }
  if (period === 0) return 'PT0S';
  const days = part(period / DAY, 'D');
  const time =
    part((period % DAY) / HOUR, 'H') + part((period % HOUR) / MINUTE, 'M') + part((period % MINUTE) / SECOND, 'S');
  return `P${days}${time === '' ? '' : `T${time}`}`;
}

function part(amount: number, unit: string): string {
  return amount < 1 ? '' : `${String(Math.floor(amount))}${unit}`;
}
