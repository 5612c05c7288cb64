/** Times, amounts and tables for people. */
import type { Selection } from '../verify/selection.ts';

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** “in 30 days”, “12 hours ago”: the largest unit of which there are two, so that nothing is rounded to a lie. */
export function relativeTo(now: Date, date: Date): string {
  const ms = date.getTime() - now.getTime();
  const [name, unit] = UNITS.find((entry) => Math.abs(ms) >= 2 * entry[1]) ?? ['second', 1000];
  const count = Math.floor(Math.abs(ms) / unit);
  const amount = `${String(count)} ${name}${count === 1 ? '' : 's'}`;
  return ms >= 0 ? `in ${amount}` : `${amount} ago`;
}

export function plural(count: number, noun: string): string {
  const nouns = noun === 'person' ? 'people' : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${String(count)} ${count === 1 ? noun : nouns}`;
}

/** Columns as wide as their widest cell, the last one ragged. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A selection as it was typed: `all`, `none`, or patterns. */
export function selectionWords(selection: Selection): readonly string[] {
  return selection.kind === 'patterns' ? selection.patterns : [selection.kind];
}
