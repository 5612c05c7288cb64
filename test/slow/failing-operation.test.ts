/** S-03, S-08: every operation of a publication fails once, reads too; both the same process and a new one go on. */
import { after, test } from 'node:test';
import { failOnce, listOperations, prepare } from '../fault/failing-operation.ts';
import { Places } from '../fault/place.ts';
import { SCENARIOS } from '../fault/scenarios.ts';

const places = new Places();
after(() => places.remove());

for (const scenario of SCENARIOS) {
  for (const goesOn of ['in the same process', 'in a new process'] as const) {
    void test(`S-03: ${scenario.name} survives the failure of any one operation, going on ${goesOn}`, async (t) => {
      const prepared = await prepare(places, scenario);
      const operations = await listOperations(places, scenario, prepared);
      for (const [at, operation] of operations.entries()) {
        await t.test(`operation ${String(at)}: ${operation}`, () => failOnce(places, scenario, prepared, at, goesOn));
      }
    });
  }
}
