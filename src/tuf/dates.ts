/**
 * Points in time in metadata (J-08). Reading accepts RFC 3339 with a fraction and a numeric offset, because Sigstore’s
 * first roots carry them; what we issue is whole seconds with “Z”. A text that cannot be read is malformed, and never
 * “not expired”: `Date` alone would accept `1`, roll 30 February over, and compare an invalid date as never expired.
 */
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|([+-])(\d\d):(\d\d))$/;

/** The instant, at millisecond resolution (a finer fraction is cut off, which can only make it earlier). */
export function parseDate(text: string): Date | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1970 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = match[7] === undefined ? 0 : Math.trunc(Number(`0${match[7]}`) * 1000);
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  if (local.getUTCDate() !== day) return undefined;
  const offsetMinutes = Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0);
  if (Number(match[10] ?? 0) > 23 || Number(match[11] ?? 0) > 59) return undefined;
  return new Date(local.getTime() - (match[9] === '-' ? -1 : 1) * offsetMinutes * 60_000);
}

/** `2026-11-23T02:55:01Z`: RFC 3339 UTC, whole seconds. */
export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
