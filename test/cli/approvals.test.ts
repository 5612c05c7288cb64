/** Two people must agree before an import is public, and neither is whoever brought it in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, Office, skip } from './office.ts';

test('an import waits, and is public with the second yes', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  const imported = await office.import();
  assert.deepEqual([imported['outcome'], imported['import'], imported['generation']], ['waits', 1, null]);
  assert.equal((imported['waitsFor'] as { code: string }).code, 'POLICY_APPROVALS');
  assert.equal(await office.published(), null);
  assert.equal(await office.stateOf(1), 'waits');
  const first = (await workplace.succeed(`approve 1 ${as('alice')} --yes --json`)).json;
  assert.deepEqual([first['state'], first['publication']], ['waiting', null]);
  assert.equal(await office.published(), null);
  const second = (await workplace.succeed(`approve 1 ${as('bob')} --yes --json`)).json;
  assert.deepEqual((second['publication'] as { outcome: string }).outcome, 'published');
  assert.equal(await office.published(), 1);
  assert.equal(await office.stateOf(1), 'published');
  await workplace.succeed('fsck');
  await workplace.succeed('status');
});
