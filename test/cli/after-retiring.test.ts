/** What was begun before an upstream was retired, and what is tried afterwards: nothing is signed for what cannot be public. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withdrawing } from '../../src/decide/exceptions.ts';
import { retiring } from '../../src/decide/retire.ts';
import { settleChange } from '../../src/decide/change.ts';
import { Refusal } from '../../src/errors.ts';
import { requireRecentUpstream } from '../../src/publish/dead-man.ts';
import { importUpstream, rulesOf } from '../../src/mirror.ts';
import { reverifyImport } from '../../src/publish/reverify.ts';
import { importForRoot } from '../../src/publish/next.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { DAY } from '../simulator/clock.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { as, Office, skip } from './office.ts';
import type { Workplace } from './workplace.ts';

test('going back is refused before anybody decides it', { skip }, async (context) => {
  const office = await Office.open(context);
  const { workplace } = office;
  await workplace.succeed('import sample');
  await office.change('second');
  await workplace.succeed('import sample');
  await workplace.succeed('repo retire sample --reason', 'switched off');
  const before = (await workplace.succeed('audit timeline')).out;
  assert.equal((await workplace.refused('withdraw sample --to 1 --reason x')).code, 'POLICY_RETIRED');
  assert.equal((await workplace.succeed('audit timeline')).out, before, 'the ledger has no leaf of it');
});

test('an import that waited is neither approved nor published in an emergency', { skip }, async (context) => {
  const office = await Office.ofTwo(context, { break_glass: { min_approvers: 1, review_within_days: 3 } });
  const { workplace } = office;
  await office.import();
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 1 --yes ${as(name)}`);
  await office.change('second');
  await office.import();
  await workplace.succeed(`repo retire sample ${as('alice')} --reason`, 'switched off');
  await workplace.succeed(`repo retire sample ${as('bob')}`);
  const before = (await workplace.succeed('audit timeline')).out;
  assert.deepEqual(await problemsOf(workplace), []);
  assert.equal((await workplace.refused(`approve 2 --yes ${as('bob')}`)).code, 'POLICY_RETIRED');
  assert.equal((await workplace.refused(`publish 2 --break-glass --reason x ${as('bob')}`)).code, 'POLICY_RETIRED');
  assert.equal((await workplace.succeed('audit timeline')).out, before, 'the ledger has no leaf of it');
});

for (const answers of [true, false]) {
  test(`retired while it was asked, an upstream that ${answers ? 'answers' : 'is gone'} is refused as such`, async (context) => {
    const upstream = new SimulatedUpstream().publish();
    const mirrored = await mirrorOf(context, upstream);
    await mirrored.importNow();
    const { mirror, id: repository } = mirrored;
    upstream.publish();
    const size = mirror.log.size;
    const openSource = async (): Promise<SimulatedUpstream> => {
      await settleChange(mirror, retiring(repository, 'switched off'), undefined, false);
      if (answers) return upstream;
      throw new Refusal('SOURCE_UNREACHABLE', 'Nobody is there.');
    };
    const importing = importUpstream(mirror, { repository, openSource, decisions: [], claim: {} });
    await assert.rejects(importing, { code: 'POLICY_RETIRED' });
    assert.equal(mirror.log.size, size + 1, 'the ledger has the retirement and nothing else');
  });
}

test('a decision to go back that was not carried out keeps no new root from what is final', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  const { mirror, id: repository } = mirrored;
  for (let round = 0; round < 2; round++) {
    upstream.publish('targets');
    await mirrored.importNow();
  }
  // The program ends between the decision and the publication.
  await settleChange(mirror, withdrawing(mirror, { repository, to: 1, reason: 'wrong' }), undefined, false);
  assert.equal(importForRoot(mirror, repository), 1);
  await settleChange(mirror, retiring(repository, 'switched off'), undefined, false);
  assert.equal(importForRoot(mirror, repository), 2);
});

test('what is final is verified again beyond upstream’s silence, and nothing else is excused from it', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream);
  const { mirror, id: repository, clock } = mirrored;
  for (let round = 0; round < 2; round++) {
    upstream.publish('targets');
    await mirrored.importNow();
  }
  await settleChange(mirror, retiring(repository, 'switched off'), undefined, false);
  clock.step(150 * DAY);
  const enrolment = mirror.reader.enrolment(repository);
  assert.equal((await reverifyImport(mirror, enrolment, 2)).number, 2);
  await assert.rejects(reverifyImport(mirror, enrolment, 1), { code: 'POLICY_UPSTREAM_AGE' });
  const { asOf } = mirror.reader.import(2);
  const statement = { repository, asOf: asOf ?? assert.fail(), generation: 3, decisions: [] };
  const { maxUpstreamAgeDays } = enrolment;
  const isRecent = (number: number): void =>
    requireRecentUpstream(rulesOf(mirror), { ...statement, import: number }, maxUpstreamAgeDays, clock.now());
  isRecent(2);
  assert.throws(() => isRecent(1), { code: 'POLICY_UPSTREAM_AGE' });
});

test('nobody can move the end of what is final: status sends nobody to upstream', { skip }, async (context) => {
  const office = await Office.open(context);
  const { workplace } = office;
  await workplace.succeed('import sample');
  await workplace.succeed('repo retire sample --reason x');
  workplace.clock.step(170 * DAY);
  await workplace.succeed('renew');
  assert.deepEqual(
    (await problemsOf(workplace)).map(({ kind, whoActs }) => [kind, whoActs]),
    [['horizon-near', 'nobody']],
  );
});

async function problemsOf(workplace: Workplace): Promise<{ kind: string; whoActs: string }[]> {
  const { repositories } = (await workplace.succeed('status --json')).json as {
    repositories: { problems: { kind: string; whoActs: string }[] }[];
  };
  return repositories.flatMap(({ problems }) => problems);
}
