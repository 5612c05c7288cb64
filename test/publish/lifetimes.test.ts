/** How long what is issued lives: configured within limits, so that a stolen online key ages out (trust.md 4.7). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { withWriter } from '../../src/mirror.ts';
import { DEFAULT_LIFETIMES, LONGEST_LIFETIMES, requireLifetimes } from '../../src/publish/lifetimes.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { DAY } from '../simulator/clock.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { publishedSigned } from './renewing.ts';

void test('lifetimes up to a week, a year and two years are taken; longer, zero, negative and no number are STATE_LIFETIME', () => {
  assert.deepEqual(LONGEST_LIFETIMES, { timestamp: 7, snapshot: 365, root: 730, collectionSnapshot: 400 });
  assert.equal(requireLifetimes(LONGEST_LIFETIMES), LONGEST_LIFETIMES);
  for (const role of ['timestamp', 'snapshot', 'root', 'collectionSnapshot'] as const) {
    for (const days of [LONGEST_LIFETIMES[role] + 0.001, 0, -1, NaN, Infinity]) {
      assert.throws(
        () => requireLifetimes({ ...DEFAULT_LIFETIMES, [role]: days }),
        (error) => isRefusal(error, 'STATE_LIFETIME'),
        `${role} ${String(days)}`,
      );
    }
  }
});

void test('what is issued expires after exactly its lifetime, in whole seconds', async (t) => {
  const mirrored = await mirrorOf(t);
  mirrored.clock.step(417);
  await mirrored.importNow();
  const { mirror, clock } = mirrored;
  for (const [role, days] of [
    ['timestamp', 1],
    ['snapshot', 30],
  ] as const) {
    const expires = publishedSigned(mirrored, role)['expires'];
    const expected = new Date(Math.floor((clock.now().getTime() + days * DAY) / 1000) * 1000);
    assert.equal(expires, expected.toISOString().replace('.000Z', 'Z'));
  }
  clock.advance(DAY);
  const longer = { ...mirror, lifetimes: LONGEST_LIFETIMES };
  await withWriter(mirror, (writer) => renewDue(longer, writer));
  const expires = new Date(String(publishedSigned(mirrored, 'timestamp')['expires']));
  assert.ok(Math.abs(expires.getTime() - clock.now().getTime() - 7 * DAY) < 1000);
});
