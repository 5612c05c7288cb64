/** A data directory of the version before, opened by this one: its record is brought to this schema, and is found whole. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Database } from '../../src/platform/database.ts';
import { Workplace } from './workplace.ts';

/** As a mirror of the schema before retirements left it. */
async function secondSchema(context: TestContext, ...more: readonly string[]): Promise<Workplace> {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  const database = new Database(workplace.path('data', 'record.sqlite'));
  const before = ['DROP TABLE retirement', 'DELETE FROM migration WHERE number = 3'];
  for (const sql of [...before, ...more]) database.run(sql);
  database.close();
  return workplace;
}

test('it goes on, and can be retired', async (context) => {
  const workplace = await secondSchema(context);
  const { repositories } = (await workplace.succeed('status --json')).json as { repositories: { import: number }[] };
  assert.deepEqual(
    repositories.map((one) => one.import),
    [1],
  );
  await workplace.succeed('renew');
  await workplace.succeed('repo retire sample --reason', 'switched off');
  await workplace.succeed('fsck');
  await workplace.succeed('audit verify');
});

test('one that lost a trigger before is brought no further (S-02)', async (context) => {
  const workplace = await secondSchema(context, 'DROP TRIGGER import_no_update');
  const { code, what } = await workplace.refused('renew');
  assert.equal(code, 'STATE_SCHEMA');
  assert.match(what, /trigger import_no_update/);
});
