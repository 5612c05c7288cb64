/** A no stands, whatever is imported again and whoever else says yes; rules that change meanwhile are asked as they are now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, fingerprint, keyFile, Office, signedBy, skip } from './office.ts';

test(
  'a no blocks, for the same content under every number, until its author takes it back',
  { skip },
  async (context) => {
    const office = await Office.ofTwo(context);
    const { workplace } = office;
    await office.import();
    await workplace.succeed(`approve 1 ${as('alice')} --yes`);
    assert.equal((await workplace.refused(`reject 1 ${as('bob')}`)).code, 'USAGE_REASON');
    assert.equal((await workplace.refused(`reject 1 ${as('ivan')} --reason no`)).code, 'POLICY_NOT_PERMITTED');
    const { json, out } = await workplace.succeed(`reject 1 ${as('bob')} --json --reason`, 'an unknown signer');
    assert.deepEqual([json['decision'], json['state'], json['publication']], ['reject', 'rejected', null]);
    assert.ok(!out.includes('an unknown signer'), 'the reason is sealed');
    assert.equal(await office.stateOf(1), 'rejected');
    const blocked = await workplace.refused('publish 1');
    assert.deepEqual([blocked.exitCode, blocked.code], [6, 'POLICY_REJECTED']);
    assert.match(blocked.what, /rejected by bob\.$/);
    // The same content again, and by the person who approved it once more.
    const again = await office.import();
    assert.deepEqual([again['outcome'], (again['waitsFor'] as { code: string }).code], ['waits', 'POLICY_REJECTED']);
    assert.equal(again['import'], 1, 'it is the import that was answered');
    await workplace.succeed(`approve 1 ${as('alice')} --yes`);
    assert.match((await workplace.type('status')).out, /rejected: Import 1 of sample was rejected by bob\./);
    await workplace.succeed(`approve 1 ${as('bob')} --withdraw`);
    assert.equal(await office.stateOf(1), 'waits');
    await workplace.succeed(`approve 1 ${as('bob')} --yes`);
    assert.equal(await office.published(), 1);
  },
);

test('the account of this machine can say no, too, and a no published nothing', { skip }, async (context) => {
  const office = await Office.open(context);
  const { workplace } = office;
  await workplace.succeed('import sample');
  await office.change('second');
  await office.add('alice', 'approver');
  await office.setPolicy({ min_approvers: 1 }, 'alice');
  await workplace.succeed('import sample');
  assert.equal((await workplace.succeed('reject 2 --reason doubt --json')).json['state'], 'rejected');
  await workplace.succeed(`approve 2 ${as('alice')} --yes`);
  assert.equal(await office.published(), 1);
  // Alice’s yes has been there all the while.
  const { json } = await workplace.succeed('approve 2 --withdraw --json');
  assert.deepEqual([json['state'], (json['publication'] as { outcome: string }).outcome], ['approved', 'published']);
  assert.equal(await office.published(), 2);
});

test('a policy that became stricter, a person who left, a key that was stolen', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.add('carol', 'approver', 'alice', 'bob');
  await office.add('dave', 'approver', 'alice', 'bob');
  await office.import();
  await workplace.succeed(`approve 1 ${as('alice')} --yes`);
  await office.setPolicy({ min_approvers: 2, exclude_importer: true, max_approval_age_days: 7 }, 'alice', 'bob');
  const ignoredNow = async (): Promise<unknown> => {
    const { json } = await workplace.succeed(`approve 1 ${as('carol')} --dry-run --json`);
    return (json['ignored'] as { name: string; why: string }[]).map(({ name, why }) => `${name}: ${why}`);
  };
  assert.deepEqual(await ignoredNow(), ['alice: the policy has become stricter since']);
  await workplace.succeed(`approve 1 ${as('alice')} --yes`);
  assert.deepEqual(await ignoredNow(), []);

  await workplace.succeed(`operator retire alice ${as('bob')} --reason left`);
  await workplace.succeed(`operator retire alice ${as('carol')}`);
  assert.deepEqual(await ignoredNow(), ['alice: the person was retired']);
  assert.equal((await workplace.refused(`approve 1 ${as('alice')} --yes`)).code, 'POLICY_NOT_PERMITTED');

  await workplace.succeed(`approve 1 ${as('dave')} --yes`);
  const stolen = fingerprint('dave');
  assert.equal(
    (await workplace.refused(`operator revoke-key dave ${stolen} ${as('dave')} --reason lost`)).code,
    'POLICY_NOT_PERMITTED',
    'nobody decides about themself',
  );
  await workplace.succeed(`operator revoke-key dave ${stolen} ${as('bob')} --reason lost`);
  await workplace.succeed(`operator revoke-key dave ${stolen} ${as('carol')} --reason lost`);
  assert.deepEqual(await ignoredNow(), ['alice: the person was retired', 'dave: the key was revoked']);
  for (const line of [`approve 1 ${as('dave')} --yes`, `approve 1 --as dave --yes`])
    assert.equal((await workplace.refused(line)).code, 'POLICY_NOT_PERMITTED');
  assert.equal(
    (await workplace.refused(`operator add-key dave --key ${keyFile('dave')}.pub ${signedBy('bob')}`)).code,
    'USAGE_OPERATOR_EXISTS',
    'a key that was recorded once is recorded for good',
  );
  // A new key, and dave is back.
  for (const signer of ['bob', 'carol'])
    await workplace.succeed(`operator add-key dave --key ${keyFile('dave-2')}.pub ${signedBy(signer)}`);
  await workplace.succeed(`approve 1 ${as('dave', 'dave-2')} --yes`);
  assert.equal(await office.published(), null);
  await workplace.succeed(`approve 1 ${as('bob')} --yes`);
  assert.equal(await office.published(), 1);
  await workplace.succeed('fsck');
});

test('what somebody brought in who may not any more is brought in anew by somebody else', { skip }, async (context) => {
  const office = await Office.ofTwo(context);
  const { workplace } = office;
  await office.add('ina', 'importer', 'alice', 'bob');
  await office.import('ivan');
  for (const name of ['alice', 'bob'])
    await workplace.succeed(`operator revoke-key ivan ${fingerprint('ivan')} ${as(name)} --reason stolen`);
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 1 ${as(name)} --yes`);
  assert.equal((await workplace.refused('publish 1')).code, 'POLICY_NOT_PERMITTED');
  const anew = await office.import('ina');
  assert.deepEqual([anew['outcome'], anew['import']], ['waits', 2]);
  for (const name of ['alice', 'bob']) await workplace.succeed(`approve 2 ${as(name)} --yes`);
  assert.equal(await office.published(), 2);
  await workplace.succeed('fsck');
});
