/** Who brought it in: the first import that listed it, who agreed, and every generation in which clients could receive it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whoBroughtIn } from '../../src/audit/questions/who.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { actorOf, DAY, fingerprintOf } from '../gate/names.ts';
import { AuditedOffice } from './office.ts';

const FIRST = sha256(Buffer.from('first'));
const SECOND = sha256(Buffer.from('second'));

test('a target by name: one answer for each content, each with its first import, people, times and generations', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn(undefined, { ticket: 'CHG-1', reason: 'weekly' });
  await office.bringIn('second');
  await office.import('ivan', { ticket: 'CHG-3' });
  await office.goBack(1, ['ann', 'bob']);
  const { matches } = await office.ask((inquiry) => whoBroughtIn(inquiry, 'file.txt'));
  assert.deepEqual(
    matches.map(({ kind, name, sha256: digest, role }) => [kind, name, digest, role]),
    [
      ['target', 'file.txt', FIRST, 'targets'],
      ['target', 'file.txt', SECOND, 'targets'],
    ],
  );
  const [first, second] = matches;
  assert.ok(first?.first_import && second?.first_import);
  const { importer, source, ticket, reason, times, decisions, import: number } = first.first_import;
  assert.deepEqual([number, ticket, reason], [1, 'CHG-1', 'weekly']);
  assert.deepEqual(importer, {
    ...{ actor: actorOf('ivan'), name: 'ivan', key: fingerprintOf('ivan'), signature: 'verified', account: undefined },
  });
  assert.deepEqual(source, { kind: 'directory', uri: undefined, place: '/media/courier/sample' });
  assert.ok(
    times.claimed_at !== undefined && times.received_at >= times.claimed_at && times.witnessed_at === undefined,
  );
  assert.deepEqual(
    decisions.map(({ person, decision, signature, key }) => [person.name, decision, signature, key]),
    [
      ['ann', 'approve', 'verified', fingerprintOf('ann')],
      ['bob', 'approve', 'verified', fingerprintOf('bob')],
    ],
  );
  assert.equal(first.first_carried_by, 1);
  assert.deepEqual(
    first.publications.map(({ generation, ground, import: of }) => [generation, ground, of]),
    [
      [1, 'approvals', 1],
      [3, 'withdrawal', 1],
    ],
  );
  assert.deepEqual([second.first_import.import, second.publications.map(({ generation }) => generation)], [2, [2]]);
  const [one, three] = first.publications;
  const [two] = second.publications;
  // Each was served until the first timestamp of the next.
  assert.equal(one?.served?.until?.received_at, two?.served?.from.received_at);
  assert.equal(two?.served?.until?.received_at, three?.served?.from.received_at);
  assert.equal(three?.served?.until, undefined);
  assert.ok(new Date(one?.served?.usable_until ?? 0) > new Date(one?.served?.from.received_at ?? 0));
  for (const { people } of first.publications)
    assert.deepEqual(people.map(({ person }) => person.name).sort(), ['ann', 'bob']);
});

test('by digest: a target, upstream’s metadata, and what this mirror issued', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local', { as: 'alice' });
  office.clock.advance(DAY / 2);
  await office.renew();
  const ask = (text: string) => office.ask((inquiry) => whoBroughtIn(inquiry, text).matches);
  const [target] = await ask(FIRST.toUpperCase());
  assert.deepEqual(
    [target?.kind, target?.first_import?.importer.account, target?.first_import?.importer.signature],
    ['target', 'alice', 'unsigned'],
  );
  const [authored] = await ask(sha256(office.upstream.file('1.targets.json')));
  assert.deepEqual(
    [authored?.kind, authored?.name, authored?.role, authored?.publications.length],
    ['metadata', '1.targets.json', 'targets', 1],
  );
  const [root] = await ask(sha256(office.upstream.firstRoot));
  assert.deepEqual([root?.kind, root?.first_import?.import], ['metadata', 1]);
  for (const role of ['root', 'snapshot', 'timestamp'] as const) {
    for (const { fileSha256, version } of office.mirror.reader.issued(office.repository, role)) {
      const [issued] = await ask(fileSha256);
      assert.deepEqual(
        [issued?.kind, issued?.name, issued?.publications[0]?.generation],
        ['issued', `${version}.${role}.json`, 1],
      );
      assert.equal(issued?.first_import, undefined);
    }
  }
  assert.deepEqual(await ask('0'.repeat(64)), []);
  assert.deepEqual(await ask('nothing.txt'), []);
});

test('what only a refused import brought is found with its refusal, and was never published', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  office.upstream.signWith('targets', office.upstream.signer('somebody else')).publish('targets');
  await assert.rejects(office.import('local'));
  const digest = sha256(office.upstream.file('2.targets.json'));
  const [match] = await office.ask((inquiry) => whoBroughtIn(inquiry, digest).matches);
  assert.deepEqual(
    [match?.kind, match?.first_import?.import, match?.first_import?.reject_code, match?.publications],
    ['metadata', 2, 'TRUST_SIGNATURES', []],
  );
});
