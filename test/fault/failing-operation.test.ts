/**
 * S-03, S-08: every operation of a publication that changes anything, on disk or in the record, fails once; nothing
 * half-done is ever seen. Here every commit, and each other kind of operation where it comes first; reads, all others, the
 * other steps and both ways of going on are in test/slow.
 */
import { after, test } from 'node:test';
import { failOnce, listOperations, prepare } from './failing-operation.ts';
import { Places } from './place.ts';
import { SCENARIOS } from './scenarios.ts';

const places = new Places();
after(() => places.remove());

for (const scenario of SCENARIOS.filter(({ isMain }) => isMain)) {
  void test(`S-03: ${scenario.name} survives the failure of any one of its operations`, async (t) => {
    const prepared = await prepare(places, scenario);
    const operations = await listOperations(places, scenario, prepared);
    const tried = new Set<string>();
    for (const [at, operation] of operations.entries()) {
      const kind = operation === 'sql COMMIT' ? `${operation} ${String(at)}` : kindOf(operation);
      if (operation.startsWith('sql SELECT') || tried.has(kind)) continue;
      tried.add(kind);
      // A process costs more than all the rest of a try.
      const goesOn = tried.size % 5 === 0 ? 'in a new process' : 'in the same process';
      await t.test(`operation ${String(at)}: ${operation}`, () => failOnce(places, scenario, prepared, at, goesOn));
    }
    t.diagnostic(`${String(tried.size)} of ${String(operations.length)} operations failed, one at a time`);
  });
}

/** Within a transaction one statement fails like another: the first of each verb stands for all. */
function kindOf(operation: string): string {
  return /^sql [A-Z]+/.exec(operation)?.[0] ?? operation.replace(/[0-9a-f]{64}/, '');
}
