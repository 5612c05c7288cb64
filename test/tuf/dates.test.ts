/** Expiries (J-08): what lenient readers take for a date, or for “never”, is no date here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDate, parseDate } from '../../src/tuf/dates.ts';

const UNREADABLE = [
  '',
  '1',
  'tomorrow',
  'never',
  '2030-01-01',
  '2030-01-01T00:00Z',
  '2030-01-01T00:00:00',
  '2030-01-01 00:00:00Z',
  '2030-01-01t00:00:00z',
  '2030-01-01T00:00:00 Z',
  ' 2030-01-01T00:00:00Z',
  '2030-01-01T00:00:00Z\n',
  '2030-01-01T00:00:00ZZ',
  '2030-1-1T0:0:0Z',
  '2030-02-30T00:00:00Z',
  '2029-02-29T00:00:00Z',
  '2030-04-31T00:00:00Z',
  '2030-13-01T00:00:00Z',
  '2030-00-01T00:00:00Z',
  '2030-01-00T00:00:00Z',
  '2030-01-01T24:00:00Z',
  '2030-01-01T23:59:60Z',
  '2030-01-01T00:60:00Z',
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '10000-01-01T00:00:00Z',
  '+2030-01-01T00:00:00Z',
  '-2030-01-01T00:00:00Z',
  '2030-01-01T00:00:00+0100',
  '2030-01-01T00:00:00+24:00',
  '2030-01-01T00:00:00+01:60',
  '2030-01-01T00:00:00.Z',
  '2030-01-01T00:00:00,5Z',
  '2030-01-01T00:00:00.1234567890Z',
  '２０３０-01-01T00:00:00Z',
  'Tue, 01 Jan 2030 00:00:00 GMT',
];

const READABLE: readonly (readonly [text: string, instant: string])[] = [
  ['2030-01-01T00:00:00Z', '2030-01-01T00:00:00.000Z'],
  ['2028-02-29T23:59:59Z', '2028-02-29T23:59:59.000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  // As in Sigstore’s first roots, and in Notary collections.
  ['2021-12-18T13:28:12.99008-06:00', '2021-12-18T19:28:12.990Z'],
  ['2030-01-01T00:00:00.123456789Z', '2030-01-01T00:00:00.123Z'],
  ['2030-01-01T00:00:00.9999Z', '2030-01-01T00:00:00.999Z'],
  ['2030-01-01T05:30:00+05:30', '2030-01-01T00:00:00.000Z'],
  ['2030-01-01T00:00:00-00:30', '2030-01-01T00:30:00.000Z'],
];

test('J-08 a text that is not an RFC 3339 time is no expiry at all', () => {
  for (const text of UNREADABLE) assert.equal(parseDate(text), undefined, JSON.stringify(text));
});

test('J-08 fractions and numeric offsets are read, because published roots have them', () => {
  for (const [text, instant] of READABLE) assert.equal(parseDate(text)?.toISOString(), instant, text);
});

test('what the mirror issues is whole seconds with “Z”, never later than the instant', () => {
  assert.equal(formatDate(new Date('2030-01-01T00:00:00.999Z')), '2030-01-01T00:00:00Z');
  const { expires } = { expires: new Date('2026-11-23T03:00:00Z') };
  assert.equal(parseDate(formatDate(expires))?.getTime(), expires.getTime());
});
