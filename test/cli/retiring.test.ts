/** Upstream is gone for good: people say so, and what it published last is renewed beyond its silence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY } from '../simulator/clock.ts';
import { as, IMPORT, Office, skip } from './office.ts';

const RETIRE = 'repo retire sample --json --reason';

test(
  'without it renewal stops with upstream’s silence; with it, what is final is renewed',
  { skip },
  async (context) => {
    const office = await Office.open(context);
    const { workplace } = office;
    assert.equal((await workplace.refused('repo retire sample --reason x')).code, 'STATE_NOTHING_PUBLISHED');
    await workplace.succeed('import sample');
    assert.equal((await workplace.refused('repo retire sample')).code, 'USAGE_REASON');
    const rehearsed = (await workplace.succeed(`${RETIRE} x --dry-run`)).json;
    assert.equal((rehearsed['decision'] as { outcome: string }).outcome, 'rehearsed');

    workplace.clock.step(200 * DAY);
    const stopped = await workplace.type('renew --json');
    assert.match(stopped.out, /POLICY_UPSTREAM_AGE/);
    const { json } = await workplace.succeed(RETIRE, 'switched off');
    assert.equal(json['import'], 1);
    assert.deepEqual(
      (json['roles'] as { role: string; version: number }[]).map(({ role, version }) => [role, version]),
      [['targets', 1]],
    );
    await workplace.succeed('renew');
    const { repositories } = (await workplace.type('status --json')).json as {
      repositories: { retiredAt: string | null; renewableUntil: string | null; problems: { kind: string }[] }[];
    };
    assert.match(repositories[0]?.retiredAt ?? '', /^20/);
    assert.equal(repositories[0]?.renewableUntil, null);
    assert.ok(!repositories[0].problems.some(({ kind }) => kind === 'dead-man'));
    await workplace.succeed('keys rotate sample');
    await workplace.succeed('fsck');
    assert.match((await workplace.succeed('audit timeline')).out, /upstream was retired: import 1 is final/);
  },
);

test(
  'whatever answers under its address afterwards is not imported, and nothing else is published',
  { skip },
  async (context) => {
    const office = await Office.open(context);
    const { workplace } = office;
    await workplace.succeed('import sample');
    await office.change('second');
    await workplace.succeed('import sample');
    await workplace.succeed(RETIRE, 'switched off');
    await office.change('somebody else’s');
    const refusal = await workplace.refused(IMPORT);
    assert.deepEqual([refusal.exitCode, refusal.code], [6, 'POLICY_RETIRED']);
    assert.equal((await workplace.refused('withdraw sample --to 1 --reason x')).code, 'POLICY_RETIRED');
    assert.equal((await workplace.refused('repo retire sample --reason x')).code, 'POLICY_RETIRED');
    assert.equal(await office.published(), 2);
  },
);

test('two people must agree, to the very same import', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.import();
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 1 --yes ${as(name)}`);
  assert.equal(await office.published(), 1);
  assert.equal((await workplace.refused('repo retire sample --reason x')).code, 'POLICY_CHANGE');
  const first = (await workplace.succeed(`repo retire sample --json ${as('alice')} --reason`, 'gone')).json;
  assert.equal((first['decision'] as { outcome: string }).outcome, 'waits');
  assert.match((await workplace.succeed('status')).out, /retire the upstream of sample, with import 1 as its end/);

  // A new state becomes public meanwhile: alice’s word was not for that.
  await office.change('second');
  await office.import();
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 2 --yes ${as(name)}`);
  const second = (await workplace.succeed(`repo retire sample --json ${as('bob')} --reason`, 'gone')).json;
  assert.equal((second['decision'] as { outcome: string }).outcome, 'waits');
  const third = (await workplace.succeed(`repo retire sample --json ${as('alice')}`)).json;
  assert.equal((third['decision'] as { outcome: string }).outcome, 'done');
});
