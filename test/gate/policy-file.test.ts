/** A policy as a person writes it: read exactly, or refused with the member that is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPolicy } from '../../src/gate/policy-file.ts';
import { statementDigest } from '../../src/ledger/events/leaf.ts';
import { SOLO } from '../../src/ledger/events/policy.ts';
import { refused } from './refused.ts';
import { policyOf } from './names.ts';

function read(document: unknown) {
  return readPolicy(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
}

test('what is not written is as without a policy; how many people must approve has to be written', () => {
  const { policy, sha256 } = read({ min_approvers: 2 });
  assert.deepEqual(policy, { ...SOLO, min_approvers: 2 });
  assert.equal(sha256, statementDigest(policyOf({ min_approvers: 2 })));
  refused('CONFIG_POLICY', /^min_approvers is missing/, () => read({}));
});

test('every member can be written, in any order, and the digest is that of the meaning', () => {
  const whole = {
    schema: 'countersign-policy/1',
    min_approvers: 3,
    teams: { security: 1, release: 2 },
    exclude_importer: true,
    hardware_keys: true,
    max_approval_age_days: 14,
    cooling_off_hours: 24,
    publish: 'on-command',
    break_glass: { min_approvers: 2, review_within_days: 5 },
  } as const;
  const reversed = Object.fromEntries(Object.entries(whole).reverse());
  assert.deepEqual(read(whole).policy, whole);
  assert.equal(read(JSON.stringify(reversed, null, 2)).sha256, read(whole).sha256);
  assert.equal(read({ ...whole, break_glass: null }).policy.break_glass, null);
});

test('each member has its bounds, and its name is in the refusal', () => {
  const wrong: [Record<string, unknown> | string, RegExp][] = [
    [{ min_approvers: -1 }, /^min_approvers must be a whole number from 0 to 50/],
    [{ min_approvers: 51 }, /^min_approvers must/],
    [{ min_approvers: '2' }, /^min_approvers must/],
    [{ min_approvers: null }, /^min_approvers must/],
    [{ schema: 'countersign-policy/2' }, /^schema must be “countersign-policy\/1”/],
    [{ min_aprovers: 2 }, /^min_aprovers is not known; there are schema, min_approvers/],
    [{ teams: [] }, /^teams is no object/],
    [{ teams: { Security: 1 } }, /^teams.Security is no name of a team/],
    [{ teams: { '': 1 } }, /^teams\. is no name/],
    [{ teams: { security: 0 } }, /^teams.security must be a whole number from 1/],
    [{ teams: { security: true } }, /^teams.security must/],
    [{ teams: { security: 2, release: 1 } }, /^teams ask for more people/],
    [{ exclude_importer: 'yes' }, /^exclude_importer must be true or false/],
    [{ hardware_keys: 1 }, /^hardware_keys must/],
    [{ max_approval_age_days: 0 }, /^max_approval_age_days must be a whole number from 1 to 3650/],
    [{ max_approval_age_days: 3651 }, /^max_approval_age_days must/],
    [{ cooling_off_hours: 8761 }, /^cooling_off_hours must/],
    [{ cooling_off_hours: 24, max_approval_age_days: 1 }, /^cooling_off_hours is longer than approvals count/],
    [{ publish: 'never' }, /^publish must be “automatic” or “on-command”/],
    [{ break_glass: true }, /^break_glass is no object/],
    [{ break_glass: {} }, /^break_glass.min_approvers must/],
    [
      { break_glass: { min_approvers: 0, review_within_days: 1 } },
      /^break_glass.min_approvers must be a whole number from 1/,
    ],
    [{ break_glass: { min_approvers: 1 } }, /^break_glass.review_within_days must/],
    [{ break_glass: { min_approvers: 1, review_within_days: 91 } }, /^break_glass.review_within_days must/],
    [{ break_glass: { min_approvers: 2, review_within_days: 1 } }, /^break_glass.min_approvers must be less/],
    [{ break_glass: { min_approvers: 1, review_within_days: 1, why: 1 } }, /^break_glass.why is not known/],
    ['{"min_approvers": 2, "min_approvers": 1}', /min_approvers/],
    ['{"min_approvers": 1.5}', /fraction|integer|number/i],
    ['[2]', /^The policy is no object/],
    ['', /The policy/],
    [`{"min_approvers": 2}${' '.repeat(70_000)}`, /^The policy is larger/],
  ];
  for (const [document, what] of wrong) {
    const whole = typeof document === 'string' ? document : { min_approvers: 2, ...document };
    refused('CONFIG_POLICY', what, () => read(whole));
  }
  const least = { min_approvers: 2, teams: { security: 2 }, cooling_off_hours: 23, max_approval_age_days: 1 };
  assert.equal(read(least).policy.teams['security'], 2);
});
