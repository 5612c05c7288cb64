/** Durations and rates have units; what has none, or one of no fixed length, is not one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseRate } from '../../src/config/quantities.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

test('durations', () => {
  const cases: [string, number][] = [
    ['1d', DAY],
    ['12h', 12 * HOUR],
    ['1d12h', 1.5 * DAY],
    ['2w', 14 * DAY],
    ['90s', 90 * SECOND],
    ['250ms', 250],
    ['0s', 0],
    ['P1D', DAY],
    ['PT12H', 12 * HOUR],
    ['P1DT2H30M', DAY + 2 * HOUR + 30 * MINUTE],
    ['P2W', 14 * DAY],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
});

test('what is no duration', () => {
  const cases = [
    '',
    '1',
    '1.5d',
    '-1d',
    '1 d',
    '12h1d',
    '1d1d',
    '1y',
    '1month',
    'P1M',
    'P1Y',
    'P',
    'PT',
    'P1DT',
    'd',
    '9'.repeat(30) + 'd',
  ];
  for (const text of cases) assert.equal(parseDuration(text), undefined, text);
});

test('rates', () => {
  assert.deepEqual(['1024B/s', '1kB/s', '2 MB/s', '0B/s'].map(parseRate), [1024, 1000, 2_000_000, 0]);
  assert.deepEqual(['1024', '1kb/s', '1 KB', '-1B/s', '1.5kB/s', ''].map(parseRate), Array(6).fill(undefined));
});
