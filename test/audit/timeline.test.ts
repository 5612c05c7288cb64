/** What happened, in order; and everything that one person touched, signed or only said to be theirs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { consistently } from '../../src/audit/record.ts';
import { timeline, type TimelineQuestion } from '../../src/audit/questions/timeline.ts';
import { actorOf } from '../gate/names.ts';
import { AuditedOffice } from './office.ts';

function ask(office: AuditedOffice, question: TimelineQuestion = {}) {
  return consistently(office.record, () => timeline(office.record, question));
}

test('everything a person touched: as importer, as approver, as the one it was about; and nothing else', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn(undefined, { reason: 'weekly' });
  await office.say('reject', 'eve', 1, 'looks odd');
  const all = await ask(office);
  assert.deepEqual(
    all.entries.map(({ entry }) => entry),
    all.entries.map(({ entry }) => entry).toSorted((a, b) => a - b),
  );
  assert.equal(all.renewals_left_out, 1);
  assert.equal((await ask(office, { withRenewals: true })).entries.length, all.entries.length + 1);

  const ivan = await ask(office, { person: 'Ivan' });
  assert.deepEqual(
    ivan.entries.map(({ type }) => type),
    ['change.signed', 'actor.add', 'key.add', 'import.claimed'],
  );
  assert.deepEqual(ivan.entries.at(-1)?.reason, 'weekly');
  assert.ok(
    ivan.entries.every(({ what, claimed_only }) => !claimed_only && what.includes(`ivan (${actorOf('ivan')})`)),
  );
  const eve = await ask(office, { person: actorOf('eve') });
  assert.deepEqual(
    eve.entries.map(({ type }) => type),
    ['change.signed', 'actor.add', 'key.add', 'approval'],
  );
  assert.match(eve.entries.at(-1)?.what ?? '', /^eve \(a-[0-9a-f]{20}\) rejected import 1$/);
  assert.equal(eve.entries.at(-1)?.reason, 'looks odd');
  await assert.rejects(ask(office, { person: 'nobody' }), (error) => isRefusal(error, 'USAGE_UNKNOWN_OPERATOR'));
});

test('of a repository, and in a period: from a moment on, and before another', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  const from = office.clock.now();
  await office.bringIn();
  const to = office.clock.now();
  await office.bringIn('second');
  const { entries } = await ask(office, { from, to, repository: 'sample' });
  assert.deepEqual(
    entries.map(({ type }) => type),
    ['import.claimed', 'import.verified', 'approval', 'approval'],
  );
  const rest = await ask(office, { from: to, repository: 'sample' });
  assert.deepEqual(
    rest.entries.slice(0, 2).map(({ type, generation }) => [type, generation]),
    [
      ['publish', 1],
      ['root.issued', 1],
    ],
  );
  assert.ok(rest.entries.every(({ repository }) => repository === 'sample'));
  assert.deepEqual(
    (await ask(office, { repository: 'sample', from: office.clock.now(), to: office.clock.now() })).entries,
    [],
  );
});

test('what the account of this machine says in somebody’s name is told as said, and never as theirs (A-04)', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local', { as: 'ann' });
  const said = await ask(office, { person: 'ann' });
  assert.deepEqual(
    said.entries.map(({ type, claimed_only, actor }) => [type, claimed_only, actor.actor]),
    [['import.claimed', true, 'local']],
  );
  await office.add('ann', ['approver']);
  await office.import('local', { as: 'ann' });
  const both = await ask(office, { person: 'ann' });
  assert.deepEqual(
    both.entries.map(({ type, claimed_only }) => [type, claimed_only]),
    [
      ['import.claimed', true],
      ['actor.add', false],
      ['key.add', false],
      ['import.claimed', true],
    ],
  );
});
