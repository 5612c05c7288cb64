/**
 * The promise of the guard, attack by attack: every cell of the table, those that say “not detected” and “ACCEPTED” included.
 * The stock client is tuf-js, unmodified.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE } from '../../src/lab/catalogue.ts';
import { runScenario, withLab } from '../../src/lab/lab.ts';
import { SIDES, cellText, expectedOf, isExpected } from '../../src/lab/outcome.ts';
import { systemClock } from '../../src/platform/clock.ts';

test('every attack ends as the table says', async (context) => {
  await withLab(async (stage) => {
    assert.equal(stage.stock.description, 'tuf-js 5.0.1');
    for (const entry of CATALOGUE) {
      await context.test(`${entry.id} ${entry.name}: ${entry.attack}`, async () => {
        const { outcomes, isAsExpected } = await runScenario(entry, stage, systemClock);
        for (const side of SIDES) {
          const [outcome, expected] = [outcomes[side], expectedOf(entry.expected, side)];
          assert.equal(cellText(outcome, side), cellText(expected, side), `${side}: ${JSON.stringify(outcome)}`);
          // A stock client’s refusal counts for its right reason only.
          assert.ok(isExpected(outcome, expected), JSON.stringify(outcome));
        }
        assert.ok(isAsExpected);
      });
    }
  });
});
