/** Figures as text: tables that line up, and the few statistics that the bench needs. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the figures mean, what is missing, what is aimed at. */
  readonly notes: readonly string[];
}

/** First column to the left, figures to the right. */
export function format({ title, columns, rows, notes }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const written = lines.map((line) =>
    widths
      .map((width, column) =>
        column === 0 ? (line[column] ?? '').padEnd(width) : (line[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [head = '', ...body] = written;
  return [`== ${title}`, '', head, rule, ...body, '', ...notes.map((note) => `   ${note}`), ''].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? low;
  return (low + high) / 2;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}

export function mebibytes(bytes: number): string {
  return `${whole(bytes / 2 ** 20)} MiB`;
}

/** `yes` or `no`, for figures with an aim. */
export function met(isMet: boolean): string {
  return isMet ? 'met' : 'not met';
}
