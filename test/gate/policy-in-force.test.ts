/** Which policy decides: the one in force when it is published, and never less than what people said yes to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStricter } from '../../src/gate/strictness.ts';
import { requireApproved } from '../../src/gate/verdict.ts';
import { statementDigest } from '../../src/ledger/events/leaf.ts';
import { type Policy, SOLO } from '../../src/ledger/events/policy.ts';
import { refused } from './refused.ts';
import { HOUR, policyOf } from './names.ts';
import { type Site, siteWith, twoOfThree } from './site.ts';

function approved(policy: Partial<Policy> = {}): Site {
  const site = twoOfThree(policy);
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  assert.equal(site.judge(1).state, 'approved');
  return site;
}

test('tightened between approval and publication: what was said before counts no more', () => {
  for (const tighter of [
    { min_approvers: 2, max_approval_age_days: 7 },
    { min_approvers: 2, publish: 'on-command' },
    { min_approvers: 2, cooling_off_hours: 1 },
    { min_approvers: 3 },
  ] as const) {
    const site = approved();
    site.setPolicy(tighter, ['ann', 'bob']);
    const verdict = site.judge(1);
    assert.equal(verdict.state, 'waiting');
    assert.equal(verdict.counted.length, 0);
    assert.match(verdict.ignored[0]?.why ?? '', /has become stricter/);
  }
});

test('approving again under the stricter policy is enough', () => {
  const site = approved();
  site.setPolicy({ min_approvers: 2, max_approval_age_days: 7 }, ['ann', 'bob']);
  site.approve('ann', 1);
  site.approve('bob', 1);
  assert.equal(site.judge(1).state, 'approved');
});

test('loosened: approvals keep counting', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.setPolicy({ min_approvers: 1 }, ['ann', 'bob']);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.equal(verdict.policy.sha256, statementDigest(policyOf({ min_approvers: 1 })));
});

test('a policy that was never in force here is none, and one that is in force only later neither', () => {
  const site = twoOfThree();
  site.setPolicy({ min_approvers: 4 }, ['ann', 'bob'], 'debian');
  site.import(1);
  const later = statementDigest(policyOf({ min_approvers: 5 }));
  for (const policy_sha256 of [statementDigest(policyOf({ min_approvers: 4 })), later]) {
    site.approve('ann', 1, { statement: { policy_sha256 } });
    assert.match(site.judge(1).ignored[0]?.why ?? '', /was not in force here/);
  }
  site.setPolicy({ min_approvers: 5 }, ['ann', 'bob']);
  assert.match(site.judge(1).ignored[0]?.why ?? '', /was not in force here/);
});

test('an approval under the policy before counts if that one asked as much', () => {
  const site = twoOfThree();
  const before = site.rules.policies.inForce('alpine').sha256;
  site.setPolicy({ min_approvers: 1 }, ['ann', 'bob']);
  site.import(1);
  site.approve('ann', 1, { statement: { policy_sha256: before } });
  assert.equal(site.judge(1).state, 'approved');
  site.import(2);
  site.approve('ann', 2, { statement: { policy_sha256: statementDigest(SOLO) } });
  assert.match(site.judge(2).ignored[0]?.why ?? '', /has become stricter/);
});

test('the policy of the repository wins over the one for all, in both directions and orders', () => {
  const site = twoOfThree();
  site.setPolicy({ min_approvers: 1 }, ['ann', 'bob'], 'alpine');
  site.setPolicy({ min_approvers: 3 }, ['ann', 'bob']);
  site.import(1);
  site.approve('ann', 1);
  assert.equal(site.judge(1).state, 'approved');
  assert.equal(site.judge(1).policy.scope, 'alpine');
  site.import(2, 'local', 'other', { repo_id: 'debian' });
  assert.equal(site.judge(2, 'debian').missing.people, 3);
  assert.equal(site.judge(2, 'debian').policy.scope, '*');
  // What governed others only does not count here.
  const everywhere = site.rules.policies.inForce('debian').sha256;
  site.import(3);
  site.approve('ann', 3, { statement: { policy_sha256: everywhere } });
  assert.match(site.judge(3).ignored[0]?.why ?? '', /was not in force here/);
});

test('time to notice a mistake: the wait runs from when it was verified, and its end is said', () => {
  const site = twoOfThree({ cooling_off_hours: 24 });
  site.import(1);
  const verifiedAt = site.now.getTime();
  assert.equal(site.judge(1).state, 'waiting');
  site.wait(HOUR);
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'cooling-off');
  assert.equal(verdict.nextAt?.getTime(), verifiedAt + 24 * HOUR);
  refused('POLICY_COOLING_OFF', /waits until 2026-11-24T08:00:00.000Z/, () => {
    requireApproved(verdict);
  });
  site.wait(23 * HOUR - 1);
  assert.equal(site.judge(1).state, 'cooling-off');
  site.wait(1);
  assert.equal(site.judge(1).state, 'approved');
  assert.equal(site.judge(1).nextAt, undefined);
});

test('the wait is not shortened by a date that lies before the leaf', () => {
  const site = twoOfThree({ cooling_off_hours: 24 });
  site.import(1, 'local', 'old', { verified_at: '2026-01-01T00:00:00Z' });
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  assert.equal(site.judge(1).state, 'cooling-off');
});

test('nor by a leaf that was appended under a clock that was set back', () => {
  const site = twoOfThree({ cooling_off_hours: 24 });
  site.import(1, 'local', 'late', { verified_at: '2026-11-23T10:00:00Z' });
  site.wait(25 * HOUR);
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  assert.equal(site.judge(1).nextAt?.toISOString(), '2026-11-24T10:00:00.000Z');
});

test('a wait without approvers is a wait', () => {
  const site = siteWith({ cooling_off_hours: 2 }, {});
  site.import(1);
  assert.equal(site.judge(1).state, 'cooling-off');
});

test('stricter means: in any member, whatever the others are', () => {
  const base = policyOf({
    min_approvers: 2,
    teams: { security: 1 },
    break_glass: { min_approvers: 1, review_within_days: 7 },
  });
  const stricter: Partial<Policy>[] = [
    { min_approvers: 3 },
    { teams: { security: 2 } },
    { teams: { security: 1, release: 1 } },
    { exclude_importer: true },
    { hardware_keys: true },
    { max_approval_age_days: 29 },
    { cooling_off_hours: 1 },
    { publish: 'on-command' },
    { break_glass: null },
    { break_glass: { min_approvers: 2, review_within_days: 7 } },
    { break_glass: { min_approvers: 1, review_within_days: 6 } },
  ];
  for (const members of stricter) {
    assert.equal(isStricter({ ...base, ...members }, base), true, JSON.stringify(members));
    assert.equal(isStricter(base, { ...base, ...members }), false, JSON.stringify(members));
    assert.equal(isStricter({ ...base, ...members, min_approvers: 1 }, base), members.min_approvers === undefined);
  }
  assert.equal(isStricter(base, base), false);
  assert.equal(isStricter(base, { ...base, break_glass: null }), false);
  assert.equal(isStricter({ ...base, teams: { toString: 1 } }, base), true);
});
