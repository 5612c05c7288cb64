/** What was erased is gone from every file, and every proof still verifies; what it was cannot be told from what is left. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { appending } from '../../src/cli/commands/audit-opening.ts';
import { byCommitment, erase, ofPerson } from '../../src/audit/erase.ts';
import { whoBroughtIn } from '../../src/audit/questions/who.ts';
import { unapproved } from '../../src/audit/questions/unapproved.ts';
import { consistently } from '../../src/audit/record.ts';
import { isRefusal, Refusal } from '../../src/errors.ts';
import { rulesOf } from '../../src/mirror.ts';
import { actorOf, fingerprintOf, keyOf } from '../gate/names.ts';
import { AuditedOffice } from './office.ts';

/** Every file of the data directory, as bytes: what a thief of the disk has. */
async function rawFiles(office: AuditedOffice): Promise<string> {
  const names = await readdir(office.mirror.dataDirectory);
  const files = names.filter((name) => name.includes('sqlite') || name.endsWith('.json'));
  const contents = await Promise.all(files.map((name) => readFile(join(office.mirror.dataDirectory, name), 'latin1')));
  return contents.join('\n');
}

test('a value by its commitment: an entry with the ground, nothing of it in any file, and no finding', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  const secret = 'a reason that names Mallory';
  await office.import('ivan', { reason: secret });
  const commitment = rulesOf(office.mirror).imports.get(1)?.claim.statement.reason.text ?? '';
  assert.ok((await rawFiles(office)).includes(secret));
  const before = await office.verified();
  const found = await consistently(office.record, () => byCommitment(office.record, commitment));
  const [erased] = await erase(office.mirror.sealed, found, 'mistake', appending(office.mirror));
  assert.deepEqual([erased?.kind, erased?.digest], ['reason', commitment]);
  const event = office.mirror.reader.event(erased?.entry ?? 0);
  assert.deepEqual(event.type === 'redaction' && event.body, { commitment, ground: 'mistake' });
  assert.ok(!(await rawFiles(office)).includes(secret));
  const after = await office.verified();
  assert.equal(after.checked.redacted_values, 1);
  assert.equal(after.checked.sealed_values, before.checked.sealed_values);
  const [match] = await office.ask((inquiry) => whoBroughtIn(inquiry, 'file.txt').matches);
  assert.equal(match?.first_import?.reason, undefined);
  // Once more: what a crash left is erased, and no second entry says so.
  const again = await consistently(office.record, () => byCommitment(office.record, commitment));
  const [same] = await erase(office.mirror.sealed, again, 'mistake', appending(office.mirror));
  assert.deepEqual([same?.entry, same?.kind], [erased?.entry, undefined]);
  await assert.rejects(
    consistently(office.record, () => byCommitment(office.record, '0'.repeat(64))),
    (error) => isRefusal(error, 'USAGE_OPTION'),
  );
});

test('without its entry nothing is erased (A-06)', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.import('ivan', { reason: 'weekly' });
  const commitment = rulesOf(office.mirror).imports.get(1)?.claim.statement.reason.text ?? '';
  const found = await consistently(office.record, () => byCommitment(office.record, commitment));
  const full = () => Promise.reject(new Refusal('STATE_DISK', 'The disk is full.'));
  await assert.rejects(erase(office.mirror.sealed, found, 'mistake', full), (error) => isRefusal(error, 'STATE_DISK'));
  assert.equal(office.mirror.sealed.open(commitment)?.value, 'weekly');
});

test('a person: name, keys, signatures and words are gone; what was published is redacted, and not forged', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local', { as: 'Bob' });
  for (const name of ['ann', 'bob', 'eve']) await office.add(name, ['approver'], name === 'ann' ? [] : ['ann']);
  await office.setPolicy({ min_approvers: 2 }, ['ann']);
  const { sealed } = office.mirror;
  const publicKey = keyOf('bob').line.split(' ')[1] ?? '';
  office.change('second');
  await office.import('local');
  const comment = 'Bob thinks it is fine';
  await office.say('approve', 'ann', 2);
  await office.say('approve', 'bob', 2, comment);
  await office.publish(2);
  const refused = () => consistently(office.record, () => ofPerson(office.record, 'bob'));
  await assert.rejects(refused, (error) => isRefusal(error, 'POLICY_NOT_PERMITTED'), 'while Bob is an operator');
  await office.retire('bob', ['ann', 'eve'], 'Bob was dismissed');
  assert.ok((await rawFiles(office)).includes(publicKey));
  const found = await consistently(office.record, () => ofPerson(office.record, 'BOB'));
  const erased = await erase(sealed, found, 'erasure-request', appending(office.mirror));
  assert.deepEqual([...new Set(erased.map(({ kind }) => kind))].sort(), [
    'account',
    'comment',
    'name',
    'public-key',
    'reason',
    'signature',
  ]);
  const raw = await rawFiles(office);
  for (const trace of [publicKey, comment, 'Bob was dismissed']) assert.ok(!raw.includes(trace), trace);
  assert.ok(raw.includes(fingerprintOf('bob')), 'fingerprint and pseudonym stay: the rules need them');
  assert.ok(!sealed.all().some(({ value }) => /bob/i.test(value)), 'no value speaks of Bob');

  const { checked } = await office.verified();
  assert.ok(checked.redacted_signatures > 0);
  const [, match] = await office.ask((inquiry) => whoBroughtIn(inquiry, 'file.txt').matches);
  assert.ok(match?.first_import);
  assert.deepEqual(
    match.first_import.decisions.map(({ person, signature }) => [person.name, signature]),
    [
      ['ann', 'verified'],
      [undefined, 'redacted'],
    ],
  );
  assert.equal(match.first_import.decisions[1]?.person.actor, actorOf('bob'));
  const answer = await office.ask((inquiry) => unapproved(inquiry, { now: office.clock.now() }));
  assert.deepEqual(
    answer.publications.map(({ ground }) => ground),
    ['solo'],
  );
  assert.deepEqual(match.publications[0]?.people.map(({ signature }) => signature).sort(), ['redacted', 'verified']);
});

test('an importer who was erased leaves imports that were claimed by somebody, and are still published', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  await office.retire('ivan', ['ann', 'bob']);
  const found = await consistently(office.record, () => ofPerson(office.record, 'ivan'));
  await erase(office.mirror.sealed, found, 'erasure-request', appending(office.mirror));
  await office.verified();
  await assert.rejects(
    consistently(office.record, () => ofPerson(office.record, 'ivan')),
    (error) => isRefusal(error, 'USAGE_UNKNOWN_OPERATOR'),
    'nobody is called so any more',
  );
  await consistently(office.record, () => ofPerson(office.record, actorOf('ivan')));
});
