/** Two lists of sentences side by side, as wide as the terminal; on a narrow one, one below the other. */

/** Below this, a column would hold three words. */
const NARROWEST = 72;
/** Beyond, lines are too long to be read. */
const WIDEST = 120;
const DEFAULT_WIDTH = 96;
const BETWEEN = ' │ ';

export interface Column {
  readonly title: string;
  /** Printable texts. */
  readonly items: readonly string[];
}

/** @param width of the terminal; undefined where there is none */
export function sideBySide(left: Column, right: Column, width = DEFAULT_WIDTH): string[] {
  if (width < NARROWEST) return [...columnLines(left, width), '', ...columnLines(right, width)];
  const each = Math.floor((Math.min(width, WIDEST) - BETWEEN.length) / 2);
  const [lefts, rights] = [columnLines(left, each), columnLines(right, each)];
  const rows = Math.max(lefts.length, rights.length);
  return Array.from({ length: rows }, (_, row) =>
    `${(lefts[row] ?? '').padEnd(each)}${BETWEEN}${rights[row] ?? ''}`.trimEnd(),
  );
}

function columnLines({ title, items }: Column, width: number): string[] {
  const sentences = items.length === 0 ? ['nothing'] : items;
  return [
    title,
    ...sentences.flatMap((item) => wrapped(item, width - 2).map((line, at) => `${at === 0 ? '· ' : '  '}${line}`)),
  ];
}

/** Broken between words; what is longer than a line is broken where the line ends. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return [...lines, line];
}
