/**
 * S-03: SIGKILL in the middle of a publication, in a process of its own; then a new process finds the old state or the
 * new one. Here at the points around the commit and the checkpoint over it, where a mix could come from, of the
 * step that most others are made of; at every operation of every step in test/slow.
 */
import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { listOperations, prepare } from './failing-operation.ts';
import { killAt } from './killed.ts';
import { LATER, Places } from './place.ts';
import { decisiveCommit, SCENARIOS } from './scenarios.ts';

const places = new Places();
after(() => places.remove());

for (const scenario of SCENARIOS.filter(({ isMain }) => isMain).slice(0, 1)) {
  void test(`S-03: a process killed around the commit of ${scenario.name} leaves the old state or the new one`, async (t) => {
    mock.timers.enable({ apis: ['Date'], now: LATER });
    t.after(() => mock.timers.reset());
    const prepared = await prepare(places, scenario);
    const operations = await listOperations(places, scenario, prepared);
    const commit = decisiveCommit(scenario, operations);
    const headFile = operations.findIndex((operation, at) => at > commit && operation.startsWith('rename'));
    const release = operations.indexOf('sql COMMIT', headFile);
    assert.ok(commit < headFile && headFile < release, 'commit, then the head file, then the checkpoint');
    assert.equal(
      await killAt(places, scenario, prepared, commit, 'our own only'),
      false,
      'before the commit: the old state',
    );
    assert.equal(
      await killAt(places, scenario, prepared, commit + 1, 'with tuf-js'),
      true,
      'after the commit: the new state, without a checkpoint',
    );
    assert.equal(
      await killAt(places, scenario, prepared, release, 'our own only'),
      true,
      'between head file and checkpoint: the new state, signed, remembered and not yet shown',
    );
  });
}
