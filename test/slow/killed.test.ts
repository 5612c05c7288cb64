/**
 * S-03: SIGKILL at every operation of a publication, in a process of its own; then a new process finds the old state or
 * the new one, and clients go on: two of the product’s own, and a tuf-js that knows the old state.
 */
import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { listOperations, prepare } from '../fault/failing-operation.ts';
import { killAt } from '../fault/killed.ts';
import { LATER, Places } from '../fault/place.ts';
import { decisiveCommit, SCENARIOS } from '../fault/scenarios.ts';

const places = new Places();
after(() => places.remove());

for (const scenario of SCENARIOS) {
  void test(`S-03: a process killed anywhere in ${scenario.name} leaves the old state or the new one`, async (t) => {
    mock.timers.enable({ apis: ['Date'], now: LATER });
    t.after(() => mock.timers.reset());
    const prepared = await prepare(places, scenario);
    const operations = await listOperations(places, scenario, prepared);
    const commit = decisiveCommit(scenario, operations);
    for (const [at, operation] of operations.entries()) {
      await t.test(`killed before operation ${String(at)}: ${operation}`, async () => {
        assert.equal(await killAt(places, scenario, prepared, at, 'with tuf-js'), at > commit);
      });
    }
  });
}
