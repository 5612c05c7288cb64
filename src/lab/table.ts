/**
 * The table of the lab: attack, and what each client made of it. On a terminal its cells wrap; in the README it is Markdown,
 * made from what is expected, which a test compares with what a run finds.
 */
import { CATALOGUE } from './catalogue.ts';
import type { LabReport, Row } from './lab.ts';
import { SIDES, cellText, expectedOf } from './outcome.ts';

export const HOW_TO_READ =
  'refused: the client said no, with its code. ACCEPTED: the attack worked. not detected: genuine and outdated, ' +
  'and this client alone cannot know. recorded: the same, and it stands in the log that witnesses hold, where auditors ' +
  'find it.';

const COLUMNS = { id: 4, attack: 22, stock: 12, pins: 24, chain: 24, ledger: 24 };
const GAP = '  ';

export function tableLines({ stockClient, rows }: LabReport): string[] {
  const head = ['', 'attack by the mirror', 'stock', 'static pins', 'chain and evidence', 'chain, evidence and ledger'];
  return [
    `Stock client: ${stockClient}.`,
    '',
    ...wrapped(head),
    Object.values(COLUMNS)
      .map((width) => '─'.repeat(width))
      .join(GAP),
    ...rows.flatMap((row, index) => wrapped(cellsOf(row, rows[index - 1]))),
    '',
    HOW_TO_READ,
    ...rows.flatMap(surprises),
  ];
}

/** @param stockClient as `tuf-js 5.0.1` */
export function tableMarkdown(stockClient: string): string {
  const rows = CATALOGUE.map((entry) => {
    const cells = SIDES.map((side) => cellText(expectedOf(entry.expected, side), side));
    return [entry.id, entry.attack, ...cells.map((text) => text.replace(/\(([A-Z_]+)\)/, '(`$1`)'))];
  });
  const guards = ['guard, static pins', 'guard, chain and evidence', 'guard, chain, evidence and ledger'];
  const head = ['Id', 'Attack by the mirror', stockClient, ...guards];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf({ entry, outcomes }: Row, before: Row | undefined): string[] {
  // An id once: variations of an attack stand below it.
  const id = before?.entry.id === entry.id ? '' : entry.id;
  return [id, entry.attack, ...SIDES.map((side) => cellText(outcomes[side], side))];
}

function surprises(row: Row): string[] {
  if (row.isAsExpected) return [];
  const { entry, outcomes } = row;
  const all = SIDES.map((side) => `${side} ${cellText(expectedOf(entry.expected, side), side)}`).join(', ');
  const refusals = SIDES.flatMap((side) => {
    const outcome = outcomes[side];
    return outcome.kind === 'refused' ? [`  ${side}: ${outcome.code}: ${outcome.what}`] : [];
  });
  return ['', `NOT AS EXPECTED: ${entry.id} ${entry.name}; expected is ${all}.`, ...refusals];
}

function wrapped(cells: readonly string[]): string[] {
  const widths = Object.values(COLUMNS);
  const columns = cells.map((text, index) => wrap(text, widths[index] ?? 0));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((lines, index) => (lines[line] ?? '').padEnd(widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
