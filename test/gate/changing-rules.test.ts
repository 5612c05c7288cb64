/** Who may change the rules: as many people as the rules ask, each for exactly this change, and each signature once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeQuorum, judgeChange, requireAgreed, subjectDigest } from '../../src/gate/changes.ts';
import * as subjects from '../../src/gate/subjects.ts';
import { statementDigest } from '../../src/ledger/events/leaf.ts';
import type { ChangeSubject } from '../../src/ledger/events/statements.ts';
import { refused } from './refused.ts';
import { actorOf, DAY, fingerprintOf, hex, policyOf } from './names.ts';
import { Site, siteWith, twoOfThree } from './site.ts';

const LOOSER = policyOf({ min_approvers: 1 });
const TO_LOOSER = subjects.setPolicy('*', statementDigest(LOOSER));

function judged(site: Site, subject: ChangeSubject) {
  return judgeChange(site.rules, subject, site.signatures, site.now);
}

test('while nobody can sign, the account of this machine decides; with the first approver that ends', () => {
  const site = new Site();
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 0);
  assert.deepEqual(judged(site, TO_LOOSER), { isAgreed: true, asked: 0, counted: [], missing: 0, ignored: [] });
  site.add('max', ['importer', 'auditor']);
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 0);
  site.add('ann', ['approver']);
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 1);
  refused('STATE_LEDGER', /rests on 0 people where 1 had to agree/, () => site.setPolicy({ min_approvers: 1 }));
  refused('STATE_LEDGER', /rests on 0 people/, () => {
    site.add('bob', ['approver']);
  });
  site.setPolicy({ min_approvers: 1 }, ['ann']);
});

test('a person without a key cannot sign, and is not asked', () => {
  const site = new Site();
  const agreed = { subject_sha256: hex('anything'), signatures: [] };
  site.append('actor.add', { actor: actorOf('ann'), name: hex('ann'), roles: ['approver'], ...agreed });
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 0);
});

test('the number is that of the policy for the scope; for people and keys that of the strictest', () => {
  const names = ['ann', 'bob', 'eve', 'dan'];
  const site = siteWith({ min_approvers: 2 }, Object.fromEntries(names.map((name) => [name, ['approver']])));
  site.setPolicy({ min_approvers: 3 }, ['ann', 'bob'], 'alpine');
  const policySha = statementDigest(LOOSER);
  const asked = (subject: ChangeSubject): number => changeQuorum(site.rules, subject);
  assert.equal(asked(subjects.setPolicy('*', policySha)), 2);
  assert.equal(asked(subjects.setPolicy('alpine', policySha)), 3);
  assert.equal(asked(subjects.setPolicy('debian', policySha)), 2);
  assert.equal(asked(subjects.withdrawTo('debian', 1, hex('leaf'), hex('reason'))), 2);
  assert.equal(asked(subjects.withdrawTo('alpine', 1, hex('leaf'), hex('reason'))), 3);
  assert.equal(asked(subjects.reviewEmergency('alpine', 1, hex('leaf'), hex('reason'))), 3);
  assert.equal(asked(subjects.addOperator(actorOf('new'), hex('new'), ['auditor'], null)), 3);
  assert.equal(asked(subjects.retireOperator(actorOf('ann'), hex('reason'))), 3);
  assert.equal(asked(subjects.addKey(actorOf('ann'), fingerprintOf('ann-2'))), 3);
  assert.equal(asked(subjects.revokeKey(actorOf('ann'), fingerprintOf('ann'), hex('reason'))), 3);
  assert.equal(asked(subjects.setWitnesses('witness', 'wait')), 3);
});

test('a stricter policy for one repository does not hide that none is set for the others', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'], bob: ['approver'] });
  assert.equal(site.rules.policies.governing().length, 1);
  const other = new Site();
  other.add('ann', ['approver']);
  other.setPolicy({ min_approvers: 1 }, ['ann'], 'alpine');
  assert.deepEqual(
    other.rules.policies.governing().map(({ scope }) => scope),
    ['*', 'alpine'],
  );
});

test('never more than there are others: a lost key can be replaced, by all the rest', () => {
  const site = siteWith({ min_approvers: 3 }, { ann: ['approver'], bob: ['approver'], eve: ['approver'] });
  const newKey = subjects.addKey(actorOf('eve'), fingerprintOf('eve-2'));
  assert.equal(changeQuorum(site.rules, newKey), 2);
  site.revokeKey('eve', 'eve', ['ann', 'bob']);
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 2);
  site.addKey('eve', 'eve-2', ['ann', 'bob']);
});

test('whom a change is about does not decide it', () => {
  const site = twoOfThree();
  const subject = subjects.addKey(actorOf('eve'), fingerprintOf('eve-2'));
  for (const name of ['ann', 'eve']) site.signChange(name, subject);
  const verdict = judged(site, subject);
  assert.equal(verdict.isAgreed, false);
  assert.equal(verdict.missing, 1);
  assert.deepEqual(
    verdict.ignored.map(({ actor, why }) => [actor, why]),
    [[actorOf('eve'), 'the person may not decide this']],
  );
  refused('POLICY_CHANGE', /One person of the 2 that must agree to this has not signed it/, () => {
    requireAgreed(verdict);
  });
});

test('the only approver decides even about themself: the account of this machine does not', () => {
  const site = siteWith({ min_approvers: 1 }, { ann: ['approver'] });
  const retire = subjects.retireOperator(actorOf('ann'), hex('reason'));
  assert.equal(changeQuorum(site.rules, retire), 1);
  refused('STATE_LEDGER', /rests on 0 people/, () => site.retire('ann'));
  refused('STATE_LEDGER', /rests on 0 people/, () => site.addKey('ann', 'ann-2'));
  site.addKey('ann', 'ann-2', ['ann']);
  site.retire('ann', ['ann']);
  assert.equal(changeQuorum(site.rules, TO_LOOSER), 0);
});

test('people are counted, not signatures', () => {
  const site = twoOfThree();
  site.addKey('ann', 'ann-2', ['bob', 'eve']);
  site.signChange('ann', TO_LOOSER);
  site.signChange('ann', TO_LOOSER, { key: 'ann-2' });
  const verdict = judged(site, TO_LOOSER);
  assert.equal(verdict.isAgreed, false);
  assert.equal(verdict.counted.length, 1);
  assert.match(verdict.ignored[0]?.why ?? '', /the same person/);
  const signatures = site.rules.changes.get(subjectDigest(TO_LOOSER))?.signatures ?? [];
  refused('STATE_LEDGER', /rests on 1 people/, () =>
    site.append('policy.set', {
      ...{ scope: '*', sha256: statementDigest(LOOSER), policy: LOOSER, subject_sha256: subjectDigest(TO_LOOSER) },
      signatures: signatures.map(({ index, hash }) => ({ index, hash })),
    }),
  );
});

test('a signature counts only if that person’s key made it, for exactly this', () => {
  const bent: [RegExp, Parameters<Site['signChange']>[2]][] = [
    [/was made for the purpose/, { namespace: 'git' }],
    [/another key signed it/, { signedBy: 'eve' }],
    [/is not one of the key/, { signed: { claimed_at: '2020-01-01T00:00:00Z' } }],
    [/its signature is not there/, { isLost: true }],
    [/not signed by the key that it names/, { statement: { signer: { actor: actorOf('bob'), key: null } } }],
    [/the key was not that person’s/, { key: 'eve' }],
    [/the key was not that person’s/, { key: 'stranger' }],
    [/older than 30 days/, { statement: { claimed_at: '2026-10-01T00:00:00Z' } }],
    [/older than 30 days/, { statement: { claimed_at: '2026-99-99T00:00:00Z' } }],
  ];
  for (const [why, bend] of bent) {
    const site = twoOfThree();
    site.signChange('ann', TO_LOOSER);
    site.signChange('bob', TO_LOOSER, bend);
    const verdict = judged(site, TO_LOOSER);
    assert.equal(verdict.missing, 1, String(why));
    assert.match(verdict.ignored[0]?.why ?? '', why);
  }
});

test('a signature by somebody without the role, by a retired person, by a revoked key', () => {
  const site = siteWith(
    { min_approvers: 3 },
    { ann: ['approver'], bob: ['approver'], eve: ['approver'], dan: ['approver'] },
  );
  site.add('max', ['auditor', 'importer'], ['ann', 'bob', 'eve']);
  for (const name of ['max', 'ann', 'bob', 'eve']) site.signChange(name, TO_LOOSER);
  assert.equal(judged(site, TO_LOOSER).missing, 0);
  site.retire('bob', ['ann', 'eve', 'dan']);
  site.addKey('eve', 'eve-2', ['ann', 'dan']);
  site.revokeKey('eve', 'eve', ['ann', 'dan']);
  const verdict = judged(site, TO_LOOSER);
  assert.deepEqual(
    verdict.ignored.map(({ why }) => why),
    ['the person may not decide this', 'the person may not decide this', 'the key was revoked'],
  );
  assert.equal(verdict.missing, 2);
});

test('a key signs from its leaf on, and not before', () => {
  const site = twoOfThree();
  site.signChange('ann', TO_LOOSER, { key: 'ann-2' });
  site.addKey('ann', 'ann-2', ['bob', 'eve']);
  assert.match(judged(site, TO_LOOSER).ignored[0]?.why ?? '', /the key was not that person’s/);
});

test('after thirty days a signature counts no more', () => {
  const site = twoOfThree();
  for (const name of ['ann', 'bob']) site.signChange(name, TO_LOOSER);
  const { counted } = judged(site, TO_LOOSER);
  site.wait(30 * DAY);
  assert.equal(judged(site, TO_LOOSER).isAgreed, true);
  site.wait(1000);
  assert.equal(judged(site, TO_LOOSER).missing, 2);
  const body = {
    scope: '*',
    sha256: statementDigest(LOOSER),
    policy: LOOSER,
    subject_sha256: subjectDigest(TO_LOOSER),
  };
  refused('STATE_LEDGER', /signatures that do not count/, () =>
    site.append('policy.set', { ...body, signatures: counted }),
  );
});

test('a signature that was given for a change that took effect is spent, named or not', () => {
  const site = twoOfThree();
  for (const name of ['ann', 'bob']) site.signChange(name, TO_LOOSER);
  const { counted } = judged(site, TO_LOOSER);
  const left = site.signChange('eve', TO_LOOSER);
  const body = {
    scope: '*',
    sha256: statementDigest(LOOSER),
    policy: LOOSER,
    subject_sha256: subjectDigest(TO_LOOSER),
  };
  const elsewhere = counted.map(({ index }) => ({ index, hash: hex('another leaf') }));
  refused('STATE_LEDGER', /not there or were used before/, () =>
    site.append('policy.set', { ...body, signatures: elsewhere }),
  );
  site.append('policy.set', { ...body, signatures: counted });
  const late = site.signChange('eve', TO_LOOSER);
  // One signature would be enough now.
  site.setPolicy({ min_approvers: 1, cooling_off_hours: 1 }, ['ann']);
  for (const signatures of [counted, [left], [late]]) {
    refused('STATE_LEDGER', /not there or were used before/, () => site.append('policy.set', { ...body, signatures }));
  }
  assert.equal(judged(site, TO_LOOSER).counted.length, 0);
  // Agreed to anew, it takes effect anew.
  site.setPolicy({ min_approvers: 1 }, ['eve']);
});

test('a copy of a signature under a change is refused', () => {
  const site = twoOfThree();
  const event = site.eventAt(site.signChange('ann', TO_LOOSER));
  refused('STATE_LEDGER', /repeats a signature/, () => site.append('change.signed', event.body as never));
  site.signChange('bob', TO_LOOSER);
  site.setPolicy({ min_approvers: 1 });
  const late = site.eventAt(site.signChange('eve', TO_LOOSER));
  for (const { body } of [event, late]) {
    refused('STATE_LEDGER', /repeats a signature/, () => site.append('change.signed', body as never));
  }
});

test('what was agreed to is what is done', () => {
  const site = twoOfThree();
  const agreed = site.agreed(subjects.addOperator(actorOf('new'), hex('new'), ['auditor'], fingerprintOf('new')), [
    'ann',
    'bob',
  ]);
  const body = { actor: actorOf('new'), name: hex('new'), roles: ['auditor'], ...agreed };
  for (const other of [{ roles: ['approver'] }, { actor: actorOf('other') }, { name: hex('other') }]) {
    refused('STATE_LEDGER', /something else than was agreed/, () => site.append('actor.add', { ...body, ...other }));
  }
  const stricter = policyOf({ min_approvers: 5 });
  const sha256 = statementDigest(stricter);
  refused('STATE_LEDGER', /something else than was agreed/, () =>
    site.append('policy.set', { scope: '*', sha256, policy: stricter, ...agreed }),
  );
  refused('STATE_LEDGER', /another policy than it names/, () =>
    site.append('policy.set', {
      scope: '*',
      sha256,
      policy: LOOSER,
      ...site.agreed(subjects.setPolicy('*', sha256), ['ann', 'bob']),
    }),
  );
  refused('STATE_LEDGER', /something else than was agreed/, () =>
    site.append('policy.set', {
      scope: 'alpine',
      sha256,
      policy: stricter,
      ...site.agreed(subjects.setPolicy('*', sha256)),
    }),
  );
});

test('a person’s first key is agreed to with the person, and only that key', () => {
  const site = twoOfThree();
  const agreed = site.agreed(subjects.addOperator(actorOf('new'), hex('new'), ['approver'], fingerprintOf('new')), [
    'ann',
    'bob',
  ]);
  site.append('actor.add', { actor: actorOf('new'), name: hex('new'), roles: ['approver'], ...agreed });
  const key = { key_type: 'ssh-ed25519', is_hardware: 'no' as const, ...agreed };
  const other = { ...key, actor: actorOf('new'), key: fingerprintOf('other') };
  refused('STATE_LEDGER', /else than was agreed|used before/, () => site.append('key.add', other));
  const elsewhere = { ...key, actor: actorOf('ann'), key: fingerprintOf('new') };
  refused('STATE_LEDGER', /else than was agreed|used before/, () => site.append('key.add', elsewhere));
  site.append('key.add', { ...key, actor: actorOf('new'), key: fingerprintOf('new') });
  site.revokeKey('new', 'new', ['ann', 'bob']);
  refused('STATE_LEDGER', /was added before/, () =>
    site.append('key.add', { ...key, actor: actorOf('new'), key: fingerprintOf('new') }),
  );
});

test('witnesses are set with whether publications wait for them', () => {
  const site = twoOfThree();
  assert.equal(new Site().rules.witnesses, undefined);
  const body = { sha256: hex('text'), text: 'text', without_quorum: 'wait' as const };
  const agreed = site.agreed(subjects.setWitnesses('text', 'wait'), ['ann', 'bob']);
  refused('STATE_LEDGER', /something else than was agreed/, () =>
    site.append('witnesses.set', { ...body, without_quorum: 'publish', ...agreed }),
  );
  refused('STATE_LEDGER', /other witnesses than it names/, () =>
    site.append('witnesses.set', { ...body, sha256: hex('other'), ...agreed }),
  );
  site.append('witnesses.set', { ...body, ...agreed });
  assert.equal(site.rules.witnesses?.text, 'text');
  assert.equal(site.rules.witnesses.withoutQuorum, 'wait');
  // The same once more would only lie there until something else was set in between.
  site.signChange('ann', subjects.setWitnesses('text', 'wait'));
  assert.equal(judged(site, subjects.setWitnesses('text', 'wait')).counted.length, 0);
  site.signChange('ann', subjects.setWitnesses('text', 'publish'));
  assert.equal(judged(site, subjects.setWitnesses('text', 'publish')).counted.length, 1);
});
