/** Who may change the rules where approving takes a device: holders of one, as soon as enough people hold one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeQuorum, judgeChange, subjectDigest } from '../../src/gate/changes.ts';
import * as subjects from '../../src/gate/subjects.ts';
import { statementDigest } from '../../src/ledger/events/leaf.ts';
import type { ChangeSubject } from '../../src/ledger/events/statements.ts';
import { refused } from './refused.ts';
import { actorOf, fingerprintOf, hex, policyOf } from './names.ts';
import { Site, siteWith } from './site.ts';

const LOOSER = policyOf({ min_approvers: 1 });
const TO_LOOSER = subjects.setPolicy('*', statementDigest(LOOSER));

function judged(site: Site, subject: ChangeSubject) {
  return judgeChange(site.rules, subject, site.signatures, site.now);
}

test('where approving takes a device, so does changing the rules, as soon as somebody has one', () => {
  const site = siteWith({ min_approvers: 1, hardware_keys: true }, { ann: ['approver'], bob: ['approver'] });
  site.addKey('ann', 'ann-token', ['bob']);
  site.signChange('ann', TO_LOOSER);
  site.signChange('bob', TO_LOOSER);
  const verdict = judged(site, TO_LOOSER);
  assert.deepEqual(
    verdict.ignored.map(({ why }) => why),
    ['the policy asks for a hardware key', 'the person may not decide this'],
  );
  const named = site.rules.changes.get(subjectDigest(TO_LOOSER))?.signatures[0];
  refused('STATE_LEDGER', /signatures that do not count/, () =>
    site.append('policy.set', {
      ...{ scope: '*', sha256: statementDigest(LOOSER), policy: LOOSER, subject_sha256: subjectDigest(TO_LOOSER) },
      signatures: named ? [{ index: named.index, hash: named.hash }] : [],
    }),
  );
  site.signChange('ann', TO_LOOSER, { key: 'ann-token' });
  assert.equal(judged(site, TO_LOOSER).isAgreed, true);
});

test('as long as nobody has a device, people change the rules with the keys that they have', () => {
  const site = siteWith({ min_approvers: 2, hardware_keys: true }, { ann: ['approver'], bob: ['approver'] });
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 2);
  for (const name of ['ann', 'bob']) site.signChange(name, TO_LOOSER);
  assert.equal(judged(site, TO_LOOSER).isAgreed, true);
});

test('devices never lower the number: while fewer have one than must agree, everybody signs as they can', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'], bob: ['approver'], eve: ['approver'] });
  site.addKey('ann', 'ann-token', ['bob', 'eve']);
  site.setPolicy({ min_approvers: 2, hardware_keys: true }, ['ann', 'bob']);
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 2);
  site.signChange('ann', TO_LOOSER, { key: 'ann-token' });
  assert.equal(judged(site, TO_LOOSER).missing, 1, 'the only device does not decide alone');
  site.signChange('eve', TO_LOOSER);
  assert.equal(judged(site, TO_LOOSER).isAgreed, true);
  // With the second device both are asked for.
  site.addKey('bob', 'bob-token', ['ann', 'eve']);
  assert.equal(judged(site, TO_LOOSER).missing, 1);
  site.signChange('bob', TO_LOOSER, { key: 'bob-token' });
  assert.equal(judged(site, TO_LOOSER).isAgreed, true);
});

test('whom a change is about is no holder for it', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'], bob: ['approver'], eve: ['approver'] });
  site.addKey('ann', 'ann-token', ['bob', 'eve']);
  site.addKey('bob', 'bob-token', ['ann', 'eve']);
  site.setPolicy({ min_approvers: 2, hardware_keys: true }, ['ann', 'bob']);
  const lost = subjects.revokeKey(actorOf('ann'), fingerprintOf('ann-token'), hex('lost'));
  assert.equal(changeQuorum(site.rules, lost), 2);
  site.signChange('bob', lost, { key: 'bob-token' });
  assert.equal(judged(site, lost).missing, 1, 'the one device that is left does not decide alone');
  site.signChange('eve', lost);
  assert.equal(judged(site, lost).isAgreed, true);
});

test('a policy of one repository makes nobody the only voter about people, keys and witnesses', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'], bob: ['approver'] });
  site.add('mallory', ['approver'], ['ann', 'bob'], 'mallory-token');
  site.setPolicy({ min_approvers: 1 }, ['ann', 'bob'], 'scratch');
  site.setPolicy({ min_approvers: 1, hardware_keys: true }, ['mallory'], 'scratch');
  for (const subject of [
    subjects.addOperator(actorOf('new'), hex('new'), ['approver'], fingerprintOf('new')),
    subjects.retireOperator(actorOf('bob'), hex('reason')),
    subjects.addKey(actorOf('mallory'), fingerprintOf('mallory-2')),
    subjects.setWitnesses('text', 'wait'),
  ]) {
    assert.equal(changeQuorum(site.rules, subject), 2, subject.kind);
    site.signChange('mallory', subject);
    assert.equal(judged(site, subject).isAgreed, false, subject.kind);
  }
  refused('STATE_LEDGER', /rests on 1 people where 2 had to agree/, () => {
    site.add('m2', ['approver'], ['mallory']);
  });
  refused('STATE_LEDGER', /rests on 1 people where 2 had to agree/, () => site.retire('ann', ['mallory']));
  // People without a device decide as before, however many have one.
  site.addKey('ann', 'ann-token', ['bob', 'mallory']);
  site.add('dan', ['auditor'], ['ann', 'bob']);
});

test('of a policy that does not ask for devices none is asked', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'] });
  site.addKey('ann', 'ann-token', ['ann']);
  site.setPolicy({ min_approvers: 1, hardware_keys: true }, ['ann'], 'alpine');
  site.signChange('ann', TO_LOOSER);
  assert.equal(judged(site, TO_LOOSER).isAgreed, true);
  const forAlpine = subjects.setPolicy('alpine', statementDigest(LOOSER));
  site.signChange('ann', forAlpine);
  assert.equal(judged(site, forAlpine).isAgreed, false);
});
