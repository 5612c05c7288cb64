/** What a person hands in, before it becomes a leaf: what would never count is refused while the person is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitApproval, admitChange, admitClaim } from '../../src/gate/admission.ts';
import { subjectDigest } from '../../src/gate/changes.ts';
import * as subjects from '../../src/gate/subjects.ts';
import { canonicalBytes } from '../../src/ledger/events/leaf.ts';
import type { ChangeStatement, ImportApproval } from '../../src/ledger/events/statements.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { formatDate } from '../../src/tuf/dates.ts';
import { forge } from '../sshsig/forge.ts';
import { refused } from './refused.ts';
import { actorOf, DAY, fingerprintOf, hex, keyOf } from './names.ts';
import { type Decided, type Site, twoOfThree } from './site.ts';
import { claimOf } from './statements.ts';

function armored(statement: object, key: string, namespace: string): string {
  return forge(keyOf(key), { message: canonicalBytes(statement), namespace });
}

function approving(
  site: Site,
  name: string,
  decided: Decided = {},
  key = name,
  decision: ImportApproval['decision'] = 'approve',
) {
  const statement = site.approval(decision, name, 1, decided);
  return () =>
    admitApproval(site.rules, { statement, armored: armored(statement, key, PURPOSES.importApproval), now: site.now });
}

test('an approval that counts is admitted, and is of whoever signed it', () => {
  const site = twoOfThree();
  site.import(1);
  assert.equal(approving(site, 'ann')().actor, actorOf('ann'));
  assert.equal(site.rules.imports.get(1)?.approvals.length, 0);
});

test('one that would not is refused with what did not fit', () => {
  const site = twoOfThree();
  site.import(1);
  site.add('max', ['auditor'], ['ann', 'bob']);
  refused('POLICY_NOT_PERMITTED', /role approver/, approving(site, 'max'));
  refused('POLICY_NOT_PERMITTED', /not in the team/, approving(site, 'ann', { team: 'security' }));
  refused('USAGE_UNKNOWN_OPERATOR', /no operator/, approving(site, 'stranger'));
  refused('TRUST_SSH_SIGNATURE', /another key signed it/, approving(site, 'ann', {}, 'bob'));
  refused('TRUST_SSH_SIGNATURE', /another mirror/, approving(site, 'ann', { statement: { mirror_id: hex('o', 16) } }));
  refused('TRUST_SSH_SIGNATURE', /another state/, approving(site, 'ann', { statement: { candidate: hex('other') } }));
  const observation = { index: 1, hash: hex('other') };
  refused('TRUST_SSH_SIGNATURE', /another observation/, approving(site, 'ann', { statement: { observation } }));
  refused('TRUST_SSH_SIGNATURE', /another repository/, approving(site, 'ann', { statement: { repo_id: 'debian' } }));
  refused('TRUST_SSH_SIGNATURE', /has expired/, approving(site, 'ann', { validFor: -DAY }));
  refused('USAGE_UNKNOWN_IMPORT', /no verified import 7/, approving(site, 'ann', { statement: { import_id: 7 } }));
  const under = approving(site, 'ann');
  const taking = approving(site, 'ann', {}, 'ann', 'withdraw');
  site.setPolicy({ min_approvers: 1 }, ['ann', 'bob']);
  refused('POLICY_CHANGE', /under a policy that is not in force/, under);
  // Whoever says no needs no policy.
  assert.equal(taking().actor, actorOf('ann'));
});

test('a claim is admitted from a recorded importer, signed by them', () => {
  const site = twoOfThree();
  site.add('max', ['importer'], ['ann', 'bob']);
  const claiming = (name: string, key = name, members: object = {}) => {
    const importer = { actor: actorOf(name), key: fingerprintOf(name), account: null };
    const statement = { ...claimOf(site, importer), ...members };
    return () => admitClaim(site.rules, { statement, armored: armored(statement, key, PURPOSES.importClaim) });
  };
  assert.equal(claiming('max')()?.actor, actorOf('max'));
  refused('POLICY_NOT_PERMITTED', /role importer/, claiming('ann'));
  refused('TRUST_SSH_SIGNATURE', /another key/, claiming('max', 'ann'));
  refused('TRUST_SSH_SIGNATURE', /another mirror/, claiming('max', 'max', { mirror_id: hex('other', 16) }));
});

test('a signature under a change is admitted from whoever may decide it', () => {
  const site = twoOfThree();
  const changing = (
    name: string,
    subject = subjects.retireOperator(actorOf('eve'), hex('reason')),
    members: object = {},
  ) => {
    const statement: ChangeStatement = {
      ...{ schema: 'policy-change/1', change_id: site.draw(), mirror_id: site.mirrorId, subject },
      signer: { actor: actorOf(name), key: fingerprintOf(name) },
      claimed_at: formatDate(site.now),
      ...members,
    };
    const bytes = armored(statement, name, PURPOSES.policyChange);
    return () => admitChange(site.rules, { statement, armored: bytes, now: site.now });
  };
  assert.equal(changing('ann')().actor, actorOf('ann'));
  refused('POLICY_NOT_PERMITTED', /may not decide this/, changing('eve'));
  refused('USAGE_UNKNOWN_OPERATOR', /no operator/, changing('stranger'));
  refused('POLICY_NOT_PERMITTED', /another mirror/, changing('ann', undefined, { mirror_id: hex('other', 16) }));
  refused(
    'POLICY_NOT_PERMITTED',
    /older than 30 days/,
    changing('ann', undefined, { claimed_at: '2026-01-01T00:00:00Z' }),
  );
  const emergency = subjects.openEmergency('alpine', 1, hex('leaf'), hex('reason'));
  refused('POLICY_NOT_PERMITTED', /knows no emergency/, changing('ann', emergency));
  const review = subjects.reviewEmergency('alpine', 1, hex('leaf'), hex('reason'));
  refused('TRUST_SSH_SIGNATURE', /was made for the purpose/, changing('ann', review));
  assert.equal(site.rules.changes.get(subjectDigest(review)), undefined);
});
