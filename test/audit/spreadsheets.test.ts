/** Whatever upstream or a person called something: no spreadsheet evaluates it, no terminal obeys it, nothing is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvLine, readCell, readCsv, writeCell } from '../../src/audit/exports/csv.ts';
import { jsonLine } from '../../src/audit/exports/json-lines.ts';

const HOSTILE = [
  ...[
    '=HYPERLINK("http://x")',
    '@SUM(1)',
    '+1+1',
    '-2+3',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u00a0=1',
    '＝1',
    '＋1',
    '－1',
    '＠1',
    "'=1",
    "'",
    "''a",
  ],
  ...['a;=1+1', 'a; =1', 'a;"=1', "a;'@x", 'a;b', 'a,b', '"', '""', 'a"b', '\\', '\\u0041', '\\\\', 'plain'],
  ...[
    '\n{"level":"info"',
    '\u001b]0;x\u0007',
    '\u202e',
    '\u2028',
    '\ufeff=1',
    '\u200b=1',
    '\u0000',
    '\ud800',
    'a\udfff',
    '😀',
    '',
  ],
];
/** What a spreadsheet takes for the beginning of a formula, or a terminal for an order. */
const STARTS = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/u;
const STEERS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom('=', '+', '-', '@', "'", '"', ';', ',', ' ', '\t', '\r', '\n', '\\', 'u0041', 'x', '\ud83d'),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

test('a cell starts no formula, wherever cells are taken to begin, and steers nothing', () => {
  fc.assert(
    fc.property(text, (value) => {
      const cell = writeCell(value);
      assert.ok(!STARTS.test(cell) && !STEERS.test(cell) && !/[\r\n\t]/.test(cell), JSON.stringify(cell));
      // Where semicolons separate cells, what follows one begins a cell.
      for (const part of cell.split(';').slice(1)) assert.ok(!/^[\s"']*[=+\-@]/.test(part), JSON.stringify(cell));
      assert.ok(cell.isWellFormed());
      assert.equal(readCell(cell), value);
    }),
    { numRuns: 2000 },
  );
  for (const value of HOSTILE) assert.equal(readCell(writeCell(value)), value);
});

test('a table of anything is read back as it was written, by RFC 4180 and by us', () => {
  fc.assert(
    fc.property(fc.array(fc.array(text, { minLength: 3, maxLength: 3 }), { maxLength: 5 }), (rows) => {
      const written = rows.map((row) => csvLine(row, 3)).join('');
      assert.deepEqual(readCsv(written), rows);
      assert.deepEqual(
        plainCsv(written).map((row) => row.map(readCell)),
        rows,
      );
      assert.equal(Buffer.from(written, 'utf8').toString('utf8'), written);
    }),
    { numRuns: 500 },
  );
  assert.equal(csvLine(['a', undefined, 3], 4), '"a","","3",""\r\n');
  for (const torn of ['"a"', '"a",b\r\n', 'a\r\n', '"a""\r\n', '"a"\n']) assert.equal(readCsv(torn), undefined);
});

test('a JSON line carries anything exactly, on one line that steers no terminal', () => {
  fc.assert(
    fc.property(text, (value) => {
      const line = jsonLine({ kind: 'entry', leaf: value, absent: undefined });
      assert.ok(line.endsWith('\n') && !line.slice(0, -1).includes('\n') && !STEERS.test(line.slice(0, -1)));
      assert.deepEqual(JSON.parse(line), { kind: 'entry', leaf: value, absent: null });
    }),
    { numRuns: 1000 },
  );
});

/** RFC 4180, character by character. */
function plainCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < csv.length;) {
    assert.equal(csv[at], '"');
    let cell = '';
    for (at++; csv[at] !== '"' || csv[at + 1] === '"'; at++) {
      if (csv[at] === '"') at++;
      cell += csv[at] ?? '';
    }
    at++;
    row.push(cell);
    if (csv[at] === ',') at++;
    else {
      assert.equal(csv.slice(at, at + 2), '\r\n');
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
