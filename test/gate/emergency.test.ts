/** The emergency: fewer people for exactly one import, signed as an emergency, marked for ever, and reviewed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeQuorum, judgeChange, subjectDigest } from '../../src/gate/changes.ts';
import { openEmergency } from '../../src/gate/subjects.ts';
import { requireApproved } from '../../src/gate/verdict.ts';
import type { Policy } from '../../src/ledger/events/policy.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { refused } from './refused.ts';
import { actorOf, DAY, hex, REPOSITORY } from './names.ts';
import { type Site, siteWith } from './site.ts';

const RULE = { min_approvers: 3, break_glass: { min_approvers: 2, review_within_days: 7 } };
const FOUR = { ann: ['approver'], bob: ['approver'], eve: ['approver'], dan: ['approver', 'importer'] };

function site(policy: Partial<Policy> = {}): Site {
  const here = siteWith({ ...RULE, ...policy }, FOUR);
  here.import(1, 'dan');
  return here;
}

test('with its own number of people an import is published, and marked', () => {
  const here = site({ cooling_off_hours: 48, teams: { security: 1 } });
  assert.equal(here.judge(1).state, 'waiting');
  const opened = here.openEmergency(1, ['ann', 'bob']);
  const verdict = here.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.deepEqual(verdict.breakGlass, opened);
  assert.deepEqual(verdict.counted, []);
  requireApproved(verdict);
  const publication = here.eventAt(here.publish(1, 1));
  assert.ok(publication.type === 'publish');
  assert.deepEqual(publication.body.statement.break_glass, opened);
});

test('one person is not two, and a signature that does not verify is nobody’s', () => {
  const here = site();
  refused('STATE_LEDGER', /rests on 1 people where 2 had to agree/, () => here.openEmergency(1, ['ann']));
  const opened = here.openEmergency(1, ['ann', 'bob']);
  const bob = here.rules.exceptions
    .emergencies()[0]
    ?.agreed.signatures.find(({ statement }) => statement.signer.actor === actorOf('bob'));
  assert.equal(here.judge(1).breakGlass?.index, opened.index);
  here.erase(bob ?? opened);
  assert.equal(here.judge(1).state, 'waiting');
});

test('where it would be approved anyway, it is not marked', () => {
  const here = site();
  here.openEmergency(1, ['ann', 'bob']);
  for (const name of ['ann', 'bob', 'eve']) here.approve(name, 1);
  assert.equal(here.judge(1).state, 'approved');
  assert.equal(here.judge(1).breakGlass, undefined);
});

test('it is for exactly one import', () => {
  const here = site();
  here.import(2, 'dan', 'content 1');
  here.openEmergency(1, ['ann', 'bob']);
  assert.equal(here.judge(2).state, 'waiting');
});

test('it ends with its review, and with the time for it', () => {
  const here = site();
  const opened = here.openEmergency(1, ['ann', 'bob']);
  here.wait(7 * DAY);
  assert.equal(here.judge(1).state, 'approved');
  here.wait(1000);
  assert.equal(here.judge(1).state, 'waiting');
  here.wait(-2000);
  here.review(opened, 1, ['ann', 'bob', 'eve']);
  assert.equal(here.judge(1).state, 'waiting');
  refused('STATE_LEDGER', /reviews an emergency that was reviewed/, () =>
    here.review(opened, 1, ['ann', 'bob', 'eve']),
  );
  const review = { index: 1, hash: hex('nothing') };
  refused('STATE_LEDGER', /reviews an emergency that does not exist/, () =>
    here.review(review, 1, ['ann', 'bob', 'eve']),
  );
});

test('a review takes as many people as an approval', () => {
  const here = site();
  const opened = here.openEmergency(1, ['ann', 'bob']);
  refused('STATE_LEDGER', /rests on 2 people where 3 had to agree/, () => here.review(opened, 1, ['ann', 'bob']));
});

test('the importer does not open it where the policy excludes the importer', () => {
  const here = site({ exclude_importer: true });
  refused('STATE_LEDGER', /signatures that do not count|1 people where 2/, () => here.openEmergency(1, ['ann', 'dan']));
  here.openEmergency(1, ['ann', 'bob']);
  assert.equal(here.judge(1).state, 'approved');
  const other = site();
  other.openEmergency(1, ['ann', 'dan']);
  assert.equal(other.judge(1).state, 'approved');
  // A policy that excludes from now on excludes from what was opened before.
  other.setPolicy({ ...RULE, exclude_importer: true }, ['ann', 'bob', 'eve']);
  assert.equal(other.judge(1).state, 'waiting');
});

test('a signature for a change of the policy opens no emergency, and the other way round', () => {
  const here = site();
  const leaf = here.rules.imports.get(1)?.observed.hash ?? '';
  const subject = openEmergency(REPOSITORY, 1, leaf, hex('reason'));
  here.signChange('ann', subject);
  here.signChange('bob', subject, { namespace: PURPOSES.policyChange });
  const verdict = judgeChange(here.rules, subject, here.signatures, here.now);
  assert.equal(verdict.isAgreed, false);
  assert.equal(verdict.missing, 1);
  assert.match(verdict.ignored[0]?.why ?? '', /was made for the purpose/);
});

test('what was agreed to for another observation opens nothing', () => {
  const here = site();
  const subject = openEmergency(REPOSITORY, 1, hex('another observation'), hex('reason'));
  for (const name of ['ann', 'bob']) here.signChange(name, subject);
  const { counted } = judgeChange(here.rules, subject, here.signatures, here.now);
  const body = { repository: REPOSITORY, import: 1, reason: hex('reason'), review_by: '2026-11-24T08:00:00Z' };
  refused('STATE_LEDGER', /does something else than was agreed to/, () =>
    here.append('breakglass.open', { ...body, subject_sha256: subjectDigest(subject), signatures: counted }),
  );
});

test('where the policy knows none there is none, and where it knows none any more', () => {
  const here = site({ break_glass: null });
  const body = { repository: REPOSITORY, import: 1, reason: hex('reason'), review_by: '2026-11-23T08:00:00Z' };
  refused('STATE_LEDGER', /an emergency that the policy does not know/, () =>
    here.append('breakglass.open', { ...body, subject_sha256: hex('subject'), signatures: [] }),
  );
  refused('POLICY_NOT_PERMITTED', /knows no emergency/, () =>
    changeQuorum(here.rules, openEmergency(REPOSITORY, 1, hex('leaf'), hex('reason'))),
  );
  const other = site();
  other.openEmergency(1, ['ann', 'bob']);
  other.setPolicy({ min_approvers: 3 }, ['ann', 'bob', 'eve']);
  assert.equal(other.judge(1).state, 'waiting');
});

test('a policy whose emergency asks more people since asks them of an open one', () => {
  const here = site();
  here.openEmergency(1, ['ann', 'bob']);
  here.setPolicy({ min_approvers: 4, break_glass: { min_approvers: 3, review_within_days: 7 } }, ['ann', 'bob', 'eve']);
  assert.equal(here.judge(1).state, 'waiting');
  const other = site();
  other.openEmergency(1, ['ann', 'bob']);
  other.setPolicy({ min_approvers: 4, break_glass: { min_approvers: 1, review_within_days: 7 } }, [
    'ann',
    'bob',
    'eve',
  ]);
  assert.equal(other.judge(1).state, 'approved');
  // Who was asked when it was opened is not let off by a looser policy.
  const signature = other.rules.exceptions.emergencies()[0]?.agreed.signatures[0];
  assert.ok(signature);
  other.erase(signature);
  assert.equal(other.judge(1).state, 'waiting');
});

test('where devices are asked, only who opened it with one stands behind it', () => {
  const here = site();
  here.openEmergency(1, ['ann', 'bob']);
  here.setPolicy({ ...RULE, hardware_keys: true }, ['ann', 'bob', 'eve']);
  assert.equal(here.judge(1).state, 'waiting');
});

test('it needs somebody even where a policy was recorded that asks nobody, and before anybody can sign', () => {
  const here = siteWith({ min_approvers: 1, break_glass: { min_approvers: 0, review_within_days: 7 } }, {});
  here.import(1);
  refused('STATE_LEDGER', /rests on 0 people where 1 had to agree/, () => here.openEmergency(1, []));
});

test('it ends with the office and the key of who opened it', () => {
  for (const end of ['key', 'office'] as const) {
    const here = site();
    here.openEmergency(1, ['ann', 'bob']);
    if (end === 'key') here.revokeKey('bob', 'bob', ['ann', 'eve', 'dan']);
    else here.retire('bob', ['ann', 'eve', 'dan']);
    assert.equal(here.judge(1).state, 'waiting', end);
  }
});

test('it does not overrule a reject, unless whoever rejected was retired since', () => {
  const here = site();
  here.reject('eve', 1);
  here.openEmergency(1, ['ann', 'bob']);
  assert.equal(here.judge(1).state, 'rejected');
  assert.equal(here.judge(1).breakGlass, undefined);
  here.retire('eve', ['ann', 'bob', 'dan']);
  const verdict = here.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.ok(verdict.breakGlass);
  // Marked even where enough people approve: without the emergency it would be rejected.
  for (const name of ['ann', 'bob', 'dan']) here.approve(name, 1);
  assert.ok(here.judge(1).breakGlass);
});

test('it leaves no more time for the review than the policy', () => {
  const here = site();
  for (const review_by of ['2027-01-01T00:00:00Z', '2026-99-99T00:00:00Z']) {
    refused('STATE_LEDGER', /leaves more time/, () => here.openEmergency(1, ['ann', 'bob'], { review_by }));
  }
});

test('it opens nothing that was never verified, or is another repository’s', () => {
  const here = site();
  here.import(2, 'dan', 'other', { repo_id: 'debian' });
  const nothing = { candidate: null, targets_root: null };
  here.observe(4, here.claim('dan'), 'bad', { result: 'rejected', outcome: 'refused', ...nothing });
  for (const number of [2, 3, 4]) {
    refused('STATE_LEDGER', /never verified/, () => here.openEmergency(number, ['ann', 'bob']));
  }
});

test('a publication names an emergency of its own import, or none', () => {
  const here = site();
  here.import(2, 'dan');
  const opened = here.openEmergency(1, ['ann', 'bob']);
  here.openEmergency(2, ['ann', 'bob']);
  const event = here.eventAt(here.publish(2, 1));
  if (event.type !== 'publish') throw new Error('that is no publication');
  const statement = { ...event.body.statement, generation: 2, break_glass: opened };
  refused('STATE_LEDGER', /names an emergency of something else/, () =>
    here.append('publish', { ...event.body, statement }),
  );
  const nothing = { ...statement, break_glass: { index: 0, hash: hex('nothing') } };
  refused('STATE_LEDGER', /names an emergency/, () => here.append('publish', { ...event.body, statement: nothing }));
});

test('a signature that comes after it was opened opens it no second time', () => {
  const here = site({ break_glass: { min_approvers: 1, review_within_days: 7 } });
  const opened = here.openEmergency(1, ['ann']);
  const event = here.eventAt(opened);
  if (event.type !== 'breakglass.open') throw new Error('that is no emergency');
  const subject = openEmergency(REPOSITORY, 1, here.rules.imports.get(1)?.observed.hash ?? '', event.body.reason);
  const late = here.signChange('bob', subject);
  here.review(opened, 1, ['ann', 'bob', 'eve']);
  for (const signatures of [event.body.signatures, [late]]) {
    refused('STATE_LEDGER', /not there or were used before/, () =>
      here.append('breakglass.open', { ...event.body, signatures }),
    );
  }
});
