/** Periods have one meaning, and what has none is refused: calendar units, fractions, signs, anything around them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatPeriod, LONGEST_PERIOD, parsePeriod } from '../../src/client/pin/period.ts';
import { runs } from '../property/runs.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const READ: readonly [text: string, milliseconds: number, canonical: string][] = [
  ['P60D', 60 * DAY, 'P60D'],
  ['P2W', 14 * DAY, 'P14D'],
  ['PT12H', 12 * HOUR, 'PT12H'],
  ['P1DT12H', 36 * HOUR, 'P1DT12H'],
  ['PT36H', 36 * HOUR, 'P1DT12H'],
  ['PT90M', 1.5 * HOUR, 'PT1H30M'],
  ['PT3601S', HOUR + 1000, 'PT1H1S'],
  ['P1DT1H1M1S', DAY + HOUR + 61_000, 'P1DT1H1M1S'],
  ['PT0S', 0, 'PT0S'],
  ['P0D', 0, 'PT0S'],
  ['P0W', 0, 'PT0S'],
  ['P36525D', LONGEST_PERIOD, 'P36525D'],
];

test('weeks, days, hours, minutes and seconds have a length, and one way to be written', () => {
  for (const [text, milliseconds, canonical] of READ) {
    assert.equal(parsePeriod(text), milliseconds, text);
    assert.equal(formatPeriod(milliseconds), canonical);
  }
});

test('years, months, fractions, signs, other orders, other cases and other content are refused', () => {
  const refused = [
    ...['', 'P', 'PT', 'P1', 'T1H', '60D', 'P1DT', 'PT1', 'PD', 'PTH', '60', 'P-1D', '-P1D', '+P1D', 'P+1D'],
    ...['P1Y', 'P1M', 'P1Y2M', 'P1M1D', 'P1W1D', 'P1WT1H', 'P1D1W', 'PT1S1M', 'PT1M1H', 'PT1D', 'P1H', 'P1D1H'],
    ...['P1.5D', 'P1,5D', 'PT0.5S', 'P1e3D', 'p60d', 'P60d', 'P01D', 'P00D', 'PT007S', 'P1D1D', 'PT1H1H'],
    ...[' P1D', 'P1D ', 'P1D\n', 'P 1D', 'P1D/P2D', 'R5/P1D', 'P١D', 'P1D\u0000', '__proto__', 'Infinity', 'PNaND'],
  ];
  for (const text of refused) assert.equal(parsePeriod(text), undefined, JSON.stringify(text));
});

test('nothing is longer than a hundred years, however many digits say so', () => {
  for (const text of ['P36526D', 'P36525DT1S', 'P5218W', 'PT3155760001S', 'P9999999999W', `P${'9'.repeat(100_000)}D`]) {
    assert.equal(parsePeriod(text), undefined, text.slice(0, 20));
  }
});

test('what is not whole seconds within bounds is no period, and is not written', () => {
  for (const period of [-1000, 1, 1500, LONGEST_PERIOD + 1000, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => formatPeriod(period), RangeError);
  }
});

test('every period is read back as it was, and written again as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LONGEST_PERIOD / 1000 }), (seconds) => {
      const text = formatPeriod(seconds * 1000);
      assert.equal(parsePeriod(text), seconds * 1000);
      assert.equal(formatPeriod(parsePeriod(text) ?? -1), text);
    }),
    runs(500, 50_000),
  );
});
