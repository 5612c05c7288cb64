/** What was served then, how stale upstream was, and who could have approved: asked of the past, answered from its leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approversAt } from '../../src/audit/questions/approvers.ts';
import { servedAt } from '../../src/audit/questions/served-at.ts';
import { staleness } from '../../src/audit/questions/staleness.ts';
import { readRolesList } from '../../src/ledger/lists.ts';
import { rulesOf } from '../../src/mirror.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import type { Sha256 } from '../../src/tuf/names.ts';
import { DAY } from '../gate/names.ts';
import { MINUTE } from '../simulator/clock.ts';
import { AuditedOffice } from './office.ts';

test('what was served at a time, to the digest of every file, and what had expired by then', async (context) => {
  const office = await AuditedOffice.open(context);
  const before = office.clock.now();
  office.clock.advance(MINUTE);
  await office.import('local');
  const first = office.clock.now();
  office.clock.advance(DAY / 2);
  await office.renew();
  const renewed = office.clock.now();
  office.clock.advance(DAY / 4);
  office.change('second');
  await office.import('local');
  const second = office.clock.now();
  const at = (time: Date) => office.ask((inquiry) => servedAt(inquiry, time).repositories);

  assert.deepEqual(
    (await at(before)).map(({ repository, generation, files }) => [repository, generation, files]),
    [['sample', undefined, []]],
  );
  const [one] = await at(first);
  const [same] = await at(new Date(renewed.getTime() - 1000));
  const [two] = await at(renewed);
  const [three] = await at(new Date(second.getTime() + 3 * DAY));
  assert.ok(one && same && two && three);
  assert.deepEqual(same, one, 'a second before the renewal it is still the first timestamp');
  assert.deepEqual([one.generation, two.generation, three.generation], [1, 1, 2]);
  assert.ok((one.entry ?? 0) < (two.entry ?? 0));
  assert.deepEqual([one.expired, two.expired, three.expired], [false, false, true]);
  assert.equal(one.times?.received_at, one.released_at, 'without witnesses it is shown at once');
  const digestOf = (then: typeof one, role: string) => then.files.find((file) => file.role === role)?.sha256;
  assert.equal(digestOf(one, 'targets'), sha256(office.upstream.file('1.targets.json')));
  assert.equal(digestOf(three, 'targets'), sha256(office.upstream.file('2.targets.json')));
  const { reader } = office.mirror;
  const issued = reader.issued(office.repository, 'timestamp').map(({ fileSha256 }) => fileSha256 as string);
  assert.deepEqual(
    [three, two, one].map((then) => digestOf(then, 'timestamp')),
    issued,
  );
  const { roles_sha256 } = rulesOf(office.mirror).imports.current(office.repository)?.statement ?? { roles_sha256: '' };
  assert.equal(three.files.length, 3 + readRolesList(reader.bytes(roles_sha256 as Sha256)).length);
});

test('how stale upstream was at each publication', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.import('ivan');
  office.clock.advance(10 * DAY);
  for (const name of ['ann', 'bob']) await office.say('approve', name, 1);
  await office.publish(1);
  const { publications } = await office.ask((inquiry) => staleness(inquiry));
  const [one] = publications;
  assert.ok(one);
  assert.equal(publications.length, 1);
  const published = rulesOf(office.mirror).imports.current(office.repository)?.at.getTime() ?? 0;
  const asOf = new Date(one.as_of).getTime();
  // Upstream’s timestamp lives for a week: it was fresh when it came in, and stale when people had agreed.
  assert.ok(one.age_at_import < 0 && one.age_at_publish > 2 * 86_400);
  assert.equal(one.age_at_publish, (published - asOf) / 1000);
  assert.equal(one.age_at_publish - one.age_at_import, 10 * 86_400 + 3 * 60);
});

test('who could have approved then, with which keys, and what the policy asked', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  const both = office.clock.now();
  await office.revoke('bob', ['ann', 'eve']);
  const afterwards = office.clock.now();
  await office.setPolicy({ min_approvers: 1 }, ['ann', 'eve'], 'sample');
  const last = office.clock.now();
  const at = async (time: Date) => {
    const [then] = await office.ask((inquiry) => approversAt(inquiry, time).repositories);
    assert.ok(then);
    return [then.policy.scope, then.policy.document.min_approvers, then.people.map(({ person }) => person.name)];
  };
  assert.deepEqual(await at(new Date(both.getTime() - DAY)), ['*', 0, []]);
  assert.deepEqual(await at(both), ['*', 2, ['ann', 'bob', 'eve']]);
  assert.deepEqual(await at(afterwards), ['*', 2, ['ann', 'eve']]);
  assert.deepEqual(await at(last), ['sample', 1, ['ann', 'eve']]);
});
