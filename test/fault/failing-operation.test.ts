/**
 * S-03, S-08: every operation of a publication that changes anything, on disk or in the record, fails once; nothing
 * half-done is ever seen. Reads, and both ways of going on for each operation, are in test/slow.
 */
import { after, test } from 'node:test';
import { failOnce, listOperations, prepare } from './failing-operation.ts';
import { Places } from './place.ts';
import { SCENARIOS } from './scenarios.ts';

const places = new Places();
after(() => places.remove());

for (const scenario of SCENARIOS) {
  void test(`S-03: ${scenario.name} survives the failure of any one of its operations`, async (t) => {
    const prepared = await prepare(places, scenario);
    const operations = await listOperations(places, scenario, prepared);
    let tried = 0;
    let inThisTransaction = new Set<string>();
    for (const [at, operation] of operations.entries()) {
      if (operation.startsWith('sql BEGIN')) inThisTransaction = new Set();
      // The tenth row of one INSERT is rolled back like the first.
      if (operation.startsWith('sql SELECT') || inThisTransaction.has(operation)) continue;
      if (operation.startsWith('sql')) inThisTransaction.add(operation);
      tried++;
      await t.test(`operation ${String(at)}: ${operation}`, () =>
        failOnce(places, scenario, prepared, at, at % 2 === 0 ? 'in the same process' : 'in a new process'),
      );
    }
    t.diagnostic(`${String(tried)} of ${String(operations.length)} operations failed, one at a time`);
  });
}
