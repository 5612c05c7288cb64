/** Who is in office, with which key, in which team: judged as of now, and by where the leaf stands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, fingerprintOf, HOUR } from './names.ts';
import { type Site, siteWith, twoOfThree } from './site.ts';

function whyIgnored(site: Site): string[] {
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'waiting');
  return verdict.ignored.map(({ why }) => why);
}

test('a key that is revoked after it approved takes its approval along', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  site.revokeKey('bob', 'bob', ['ann', 'eve']);
  assert.deepEqual(whyIgnored(site), ['the key was revoked']);
});

test('who is retired after approving counts no more', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  site.retire('bob', ['ann', 'eve']);
  assert.deepEqual(whyIgnored(site), ['the person was retired']);
});

test('a key counts from its leaf on, and not before', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1, { key: 'bob-2' });
  site.addKey('bob', 'bob-2', ['ann', 'eve']);
  assert.deepEqual(whyIgnored(site), ['the key was not that person’s']);
  site.approve('bob', 1, { key: 'bob-2' });
  assert.equal(site.judge(1).state, 'approved');
});

test('nor before its time, where the clock was set back', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.wait(DAY);
  site.addKey('bob', 'bob-2', ['ann', 'eve']);
  site.wait(-HOUR);
  site.approve('bob', 1, { key: 'bob-2' });
  assert.deepEqual(whyIgnored(site), ['the key was not that person’s']);
});

test('a team is filled by people who approve for it', () => {
  const site = siteWith(
    { min_approvers: 2, teams: { security: 1 } },
    { ann: ['approver'], bob: ['approver', 'approver:security'], eve: ['approver:security'] },
  );
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'waiting');
  assert.deepEqual(verdict.missing, { people: 0, teams: { security: 1 }, words: ['The team security is missing 1.'] });
  site.approve('bob', 1, { team: 'security' });
  assert.equal(site.judge(1).state, 'approved');
  assert.deepEqual(site.judge(1).missing.teams, {});
  assert.deepEqual(
    site.judge(1).counted.map(({ team }) => team),
    [null, 'security'],
  );
});

test('one person fills one team, and a role for a team alone is enough to approve', () => {
  const both = ['approver:security', 'approver:release'];
  const site = siteWith(
    { min_approvers: 2, teams: { security: 1, release: 1 } },
    { ann: both, eve: ['approver:security'] },
  );
  site.import(1);
  site.approve('ann', 1, { team: 'security' });
  site.approve('ann', 1, { team: 'release' });
  assert.deepEqual(site.judge(1).missing.teams, { security: 1 });
  site.approve('eve', 1, { team: 'security' });
  assert.equal(site.judge(1).state, 'approved');
});

test('where devices are asked, only devices count, by the record and by the signature', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'], bob: ['approver'], eve: ['approver'] });
  site.addKey('ann', 'ann-token', ['bob', 'eve']);
  site.addKey('bob', 'bob-token', ['ann', 'eve']);
  site.setPolicy({ min_approvers: 2, hardware_keys: true }, ['ann', 'bob']);
  site.import(1);
  site.approve('ann', 1, { key: 'ann-token' });
  site.approve('bob', 1);
  assert.deepEqual(whyIgnored(site), ['the policy asks for a hardware key']);
  site.approve('bob', 1, { key: 'bob-token' });
  const { counted } = site.judge(1);
  assert.equal(counted.length, 2);
  assert.deepEqual(site.rules.people.key(fingerprintOf('bob-token'))?.isHardware, true);
});

test('without a person who holds a device, the policy says that nobody can meet it', () => {
  const site = siteWith({ min_approvers: 1, hardware_keys: true }, { ann: ['approver'] });
  site.import(1);
  assert.deepEqual(site.judge(1).missing.words, ['0 of 1 people have approved it.', 'Only 0 more could do so.']);
});
