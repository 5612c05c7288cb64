/**
 * Tables for people’s spreadsheets (RFC 4180, UTF-8), which start no formula (A-02) and steer no terminal (A-01). Nothing is
 * lost: `readCell` gives back exactly what `writeCell` was given.
 *
 *   1. A backslash is doubled. Characters that steer terminals, break lines or turn text around become `\uXXXX`, and so does
 *      a semicolon before `=`, `+`, `-` or `@`: where semicolons separate cells, it would begin one.
 *   2. A cell that then begins, after spaces, with one of `=`, `+`, `-`, `@`, their full-width forms or an apostrophe gets an
 *      apostrophe in front.
 *   3. Every cell is quoted, and quotation marks are doubled.
 */
const STEERING =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|;(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
/** Without a partner it has no form in UTF-8. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const FORMULA = /^[\s]*[=+\-@'\uff1d\uff0b\uff0d\uff20]/u;

/** The cell’s text, without the quotation marks around it. */
export function writeCell(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replace(STEERING, escape).replace(LONE_SURROGATE, escape);
  return FORMULA.test(escaped) ? `'${escaped}` : escaped;
}

/** The reverse. */
export function readCell(cell: string): string {
  const escaped = cell.startsWith("'") ? cell.slice(1) : cell;
  return escaped.replace(/\\(?:\\|u([0-9a-f]{4}))/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** One line with its line end. Cells that are not there stay empty, so that every line has as many. */
export function csvLine(cells: readonly (string | number | undefined)[], width: number): string {
  const all = Array.from({ length: width }, (_, place) => cells[place]);
  return `${all.map((cell) => `"${writeCell(cell === undefined ? '' : String(cell)).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** The lines of a table that `csvLine` wrote; undefined for what it does not write. */
export function readCsv(text: string): string[][] | undefined {
  if (!/^(?:"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*\r\n)*$/.test(text)) return undefined;
  const lines = text.match(/(?:"(?:[^"]|"")*",?)+\r\n/g) ?? [];
  return lines.map((line) =>
    [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => readCell(cell.replaceAll('""', '"'))),
  );
}
