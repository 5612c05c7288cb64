/**
 * Durations and rates as people write them, always with their unit: a bare number means seconds to one reader and
 * nanoseconds to another, and a lifetime that is off by a thousand is found out when clients fail.
 */

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const RATE = { 'B/s': 1, 'kB/s': 1000, 'MB/s': 1_000_000 } as const;

/** `1d`, `12h`, `1d12h`: largest unit first, each at most once. */
const PLAIN = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
/** ISO 8601. Months and years are left out: they have no fixed length. */
const ISO = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Milliseconds, or undefined when the text is not a duration with its unit. */
export function parseDuration(text: string): number | undefined {
  const match = PLAIN.exec(text) ?? ISO.exec(text);
  const parts: (string | undefined)[] | undefined = match?.slice(1);
  if (!parts?.some((part) => part !== undefined)) return undefined;
  const units = [MS.w, MS.d, MS.h, MS.m, MS.s, MS.ms];
  const total = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (units[index] ?? 0), 0);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** Bytes per second, or undefined when the text is not a rate with its unit. `0B/s` is a rate. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,12}) ?(B\/s|kB\/s|MB\/s)$/.exec(text);
  return match ? Number(match[1]) * RATE[match[2] as keyof typeof RATE] : undefined;
}
