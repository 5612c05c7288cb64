/** Times as publishers write them, and those that stock clients refuse (3.3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasExpired, parseTime } from '../../src/notary/times.ts';

for (const [text, instant] of [
  ['2036-11-19T10:21:32.31017147Z', '2036-11-19T10:21:32.310Z'],
  ['2029-11-21T10:21:32.622514036Z', '2029-11-21T10:21:32.622Z'],
  ['2116-07-03T17:56:36.027379879-05:00', '2116-07-03T22:56:36.027Z'],
  ['2027-12-27T10:35:30Z', '2027-12-27T10:35:30.000Z'],
  ['2027-12-27T10:35:30+05:30', '2027-12-27T05:05:30.000Z'],
  ['2027-12-27T10:35:30.9Z', '2027-12-27T10:35:30.900Z'],
  [`2027-12-27T10:35:30.1239${'9'.repeat(40)}Z`, '2027-12-27T10:35:30.123Z'],
  [`2027-12-27T10:35:30.1239${'9'.repeat(40)}+01:00`, '2027-12-27T09:35:30.123Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
] as const) {
  test(`${text.slice(0, 40)} is read, a finer fraction cut off`, () => {
    assert.equal(parseTime(text)?.toISOString(), instant);
  });
}

test('what stock clients refuse is no time here either', () => {
  const refusedForms = [
    '2027-12-27T10:35:30+0000',
    '2027-12-27 10:35:30Z',
    '2027-12-27T10:35Z',
    '2027-12-27',
    '1830000000',
    '',
    '12027-12-27T10:35:30Z',
    '2027-12-27T10:35:30',
    '2027-12-27t10:35:30Z',
    '2027-12-27T10:35:30z',
    '2027-12-27T10:35:30.Z',
    '2027-12-27T10:35:30,5Z',
    '2027-02-30T10:35:30Z',
    '2027-12-27T24:00:00Z',
    '2027-12-27T10:35:60Z',
    '2027-12-27T10:35:30+24:00',
    '2027-12-27T10:35:30Z ',
  ];
  for (const text of refusedForms) assert.equal(parseTime(text), undefined, text);
});

test('what expires now has expired', () => {
  const now = new Date('2027-01-01T00:00:00Z');
  assert.ok(hasExpired(now, now));
  assert.ok(hasExpired(new Date(now.getTime() - 1), now));
  assert.ok(!hasExpired(new Date(now.getTime() + 1), now));
});
