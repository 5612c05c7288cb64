/** What auditors ask: who could have, what became of it, what rests on what was revoked, and what was never signed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalsByKeysRevokedSince, importStates, unprovenChanges, whoCouldApprove } from '../../src/gate/history.ts';
import { SOLO } from '../../src/ledger/events/policy.ts';
import { actorOf, DAY, fingerprintOf, hex } from './names.ts';
import { Site, siteWith, twoOfThree } from './site.ts';

function states(site: Site): (string | number | undefined)[][] {
  const question = { now: site.now, signatures: site.signatures };
  return importStates(site.rules, question).map((one) => [one.import, one.state]);
}

test('who could have approved on a day, or at a leaf', () => {
  const site = new Site();
  const moment = () => [site.now, site.rules.size] as const;
  const start = moment();
  site.wait(DAY);
  site.add('ann', ['approver', 'importer']);
  site.add('max', ['auditor'], ['ann']);
  site.setPolicy({ min_approvers: 1 }, ['ann']);
  const first = moment();
  site.wait(DAY);
  site.add('bob', ['approver:security'], ['ann']);
  site.addKey('ann', 'ann-token', ['bob']);
  site.setPolicy({ min_approvers: 1, hardware_keys: true }, ['ann'], 'alpine');
  const second = moment();
  for (const at of start) {
    const { policy, people } = whoCouldApprove(site.rules, at, 'alpine');
    assert.deepEqual([policy.policy, people], [SOLO, []]);
  }
  for (const at of first) {
    const { policy, people } = whoCouldApprove(site.rules, at, 'alpine');
    assert.equal(policy.policy.min_approvers, 1);
    assert.deepEqual(people, [{ actor: actorOf('ann'), roles: ['approver'], keys: [fingerprintOf('ann')] }]);
  }
  for (const at of second) {
    const { people } = whoCouldApprove(site.rules, at, 'alpine');
    assert.deepEqual(people, [{ actor: actorOf('ann'), roles: ['approver'], keys: [fingerprintOf('ann-token')] }]);
    const elsewhere = whoCouldApprove(site.rules, at, 'debian').people;
    assert.deepEqual(
      elsewhere.map(({ actor, keys }) => [actor, keys.length]),
      [
        [actorOf('ann'), 2],
        [actorOf('bob'), 1],
      ],
    );
  }
});

test('what became of every import', () => {
  const site = twoOfThree();
  const both = (number: number, validFor?: number): void => {
    for (const name of ['ann', 'bob']) site.approve(name, number, validFor === undefined ? {} : { validFor });
  };
  for (const number of [1, 2]) {
    site.import(number);
    both(number);
    site.publish(number, number);
  }
  const nothing = { candidate: null, targets_root: null };
  site.observe(3, site.claim(), 'bad', { result: 'rejected', outcome: 'refused', ...nothing });
  site.claim();
  site.import(4);
  site.import(5);
  both(5);
  site.import(6);
  both(6, DAY);
  site.import(7);
  site.reject('eve', 7);
  site.import(8);
  site.approve('ann', 8, { validFor: DAY });
  assert.deepEqual(states(site), [
    [undefined, 'claimed'],
    [1, 'superseded'],
    [2, 'published'],
    [3, 'rejected'],
    [4, 'verified'],
    [5, 'approved'],
    [6, 'approved'],
    [7, 'rejected'],
    [8, 'verified'],
  ]);
  site.wait(DAY);
  assert.deepEqual(states(site)[6], [6, 'expired']);
  assert.deepEqual(states(site)[8], [8, 'verified'], 'one of two has run out: it was never approved');
  site.withdraw(2, 1, ['ann', 'bob']);
  site.publish(1, 3);
  assert.deepEqual(states(site).slice(1, 3), [
    [1, 'published'],
    [2, 'withdrawn'],
  ]);
  both(2);
  site.publish(2, 4);
  assert.deepEqual(states(site).slice(1, 3), [
    [1, 'superseded'],
    [2, 'published'],
  ]);
  both(6);
  site.publish(6, 5);
  assert.deepEqual(states(site).slice(4, 9), [
    [4, 'superseded'],
    [5, 'superseded'],
    [6, 'published'],
    [7, 'rejected'],
    [8, 'verified'],
  ]);
});

test('which approvals were given by keys that were revoked since, and what was published on them', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  const approval = site.approve('bob', 1);
  site.publish(1, 1);
  site.import(2);
  const reject = site.reject('bob', 2);
  assert.deepEqual(approvalsByKeysRevokedSince(site.rules), []);
  site.revokeKey('bob', 'bob', ['ann', 'eve']);
  const found = approvalsByKeysRevokedSince(site.rules);
  assert.deepEqual(
    found.map((one) => [one.approval, one.import, one.decision, one.generations, one.actor, one.key]),
    [
      [approval, 1, 'approve', [1], actorOf('bob'), fingerprintOf('bob')],
      [reject, 2, 'reject', [], actorOf('bob'), fingerprintOf('bob')],
    ],
  );
});

test('which changes of the rules cannot be shown to have been signed', () => {
  const site = siteWith({ min_approvers: 2 }, { ann: ['approver'], bob: ['approver'], eve: ['approver'] });
  assert.deepEqual(unprovenChanges(site.rules, site.signatures), []);
  const set = site.setPolicy({ min_approvers: 1 }, ['ann', 'bob']);
  const event = site.eventAt(set);
  assert.ok(event.type === 'policy.set');
  const [first] = event.body.signatures;
  assert.ok(first);
  site.erase(first);
  assert.deepEqual(unprovenChanges(site.rules, site.signatures), [
    {
      ...{ signature: first, actor: actorOf('ann'), subjectSha256: event.body.subject_sha256 },
      why: 'its signature is not there',
    },
  ]);
  // Erased on purpose, it is known to be; what no change rests on is not excused.
  const erased = event.body.signatures.map((ref) => site.eventAt(ref)).find(({ type }) => type === 'change.signed');
  assert.ok(erased?.type === 'change.signed' && erased.body.signature);
  const place = site.append('redaction', {
    commitment: erased.body.signature.sshsig_sha256,
    ground: 'erasure-request',
  });
  site.append('redaction', { commitment: hex('another'), ground: 'erasure-request' });
  assert.deepEqual([...site.rules.redacted], [[erased.body.signature.sshsig_sha256, place.index]]);
});
