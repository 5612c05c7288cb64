/** What fewer people agreed to than were asked: named by publication, judged by the rules of its own moment, for ever. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unapproved, type UnapprovedAnswer } from '../../src/audit/questions/unapproved.ts';
import { approvalsByRevokedKeys } from '../../src/audit/questions/revoked.ts';
import { actorOf, DAY } from '../gate/names.ts';
import { AuditedOffice } from './office.ts';

function ask(office: AuditedOffice, min?: number): Promise<UnapprovedAnswer> {
  return office.ask((inquiry) => unapproved(inquiry, { min, now: office.clock.now() }));
}

function told({ publications, imports }: UnapprovedAnswer): unknown[] {
  return [
    publications.map(({ generation, ground, count, why }) => [generation, ground, count, why]),
    imports.map(({ import: number, count, asked, state }) => [number, count, asked, state]),
  ];
}

test('approved by two is listed for three; an emergency for ever; what waits is listed as not published', async (context) => {
  const office = await AuditedOffice.ofThree(context, { break_glass: { min_approvers: 1, review_within_days: 2 } });
  await office.bringIn();
  assert.deepEqual(told(await ask(office)), [[], []]);
  office.change('second');
  await office.import();
  await office.openEmergency(2, ['eve']);
  await office.publish(2);
  office.change('third');
  await office.import();
  await office.say('approve', 'ann', 3);
  const answer = await ask(office);
  assert.deepEqual(told(answer), [[[2, 'break-glass', 1, 'published in an emergency']], [[3, 1, 2, 'waiting']]]);
  assert.equal(answer.ok, true, 'the policy allowed the emergency');
  assert.deepEqual(
    answer.publications[0]?.people.map(({ person }) => person.name),
    ['eve'],
  );
  const three = await ask(office, 3);
  assert.equal(three.ok, false);
  assert.deepEqual(told(three), [
    [
      [1, 'approvals', 2, '2 of 3 people'],
      [2, 'break-glass', 1, 'published in an emergency'],
    ],
    [[3, 1, 3, 'waiting']],
  ]);
  // Approved in full later, the emergency stays marked.
  for (const name of ['ann', 'bob']) await office.say('approve', name, 2);
  assert.deepEqual(told(await ask(office))[0], [[2, 'break-glass', 1, 'published in an emergency']]);
});

test('solo publications say so, and are no finding unless a number is asked for', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  const solo = [[1, 'solo', 0, 'the policy asked nobody (solo)']];
  const answer = await ask(office);
  assert.deepEqual([answer.ok, told(answer)[0]], [true, solo]);
  const one = await ask(office, 1);
  assert.deepEqual([one.ok, told(one)[0]], [false, solo]);
  assert.deepEqual(told(await ask(office, 0)), [[], []]);
});

test('a policy that became stricter, a retired approver and a revoked key change nothing about what was published before', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  await office.setPolicy({ min_approvers: 3 }, ['ann', 'bob']);
  await office.revoke('ann', ['bob', 'eve']);
  await office.retire('bob', ['eve']);
  office.clock.advance(60 * DAY);
  assert.deepEqual(told(await ask(office)), [[], []]);
  const { approvals } = await office.ask((inquiry) => approvalsByRevokedKeys(inquiry));
  assert.deepEqual(
    approvals.map(({ person, import: number, generations, decision }) => [person.actor, number, generations, decision]),
    [[actorOf('ann'), 1, [1], 'approve']],
  );
  const [only] = approvals;
  assert.ok(only && only.revoked.entry > only.entry && only.revoked.times.received_at > only.times.received_at);
});

test('going back rests on those who decided it', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  await office.bringIn('second');
  await office.goBack(1, ['bob', 'eve']);
  assert.deepEqual(told(await ask(office)), [[], []]);
  const { publications } = await ask(office, 4);
  const last = publications.at(-1);
  assert.deepEqual([last?.generation, last?.ground], [3, 'withdrawal']);
  assert.deepEqual(
    last?.people.map(({ person }) => person.name).sort(),
    ['ann', 'bob', 'eve'],
    'and on what was said about the import before',
  );
});
