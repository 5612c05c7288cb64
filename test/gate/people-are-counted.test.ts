/** People are counted, not keys and not signatures: each has one word, the last, and the importer none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireApproved } from '../../src/gate/verdict.ts';
import { refused } from './refused.ts';
import { actorOf, HOUR } from './names.ts';
import { Site, siteWith, twoOfThree } from './site.ts';

test('nobody decides where nobody was asked: solo imports are approved as they are', () => {
  const site = new Site();
  site.import(1);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.deepEqual(verdict.counted, []);
  assert.equal(verdict.policy.scope, '*');
  requireApproved(verdict);
});

test('two people approve, and it is approved', () => {
  const site = twoOfThree();
  site.import(1);
  const waiting = site.judge(1);
  assert.equal(waiting.state, 'waiting');
  assert.equal(waiting.missing.people, 2);
  const first = site.approve('ann', 1);
  assert.equal(site.judge(1).missing.people, 1);
  const second = site.approve('bob', 1);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.deepEqual(
    verdict.counted.map(({ ref, actor }) => [ref, actor]),
    [
      [first, actorOf('ann')],
      [second, actorOf('bob')],
    ],
  );
  assert.deepEqual(verdict.missing, { people: 0, teams: {}, words: [] });
  assert.equal(verdict.breakGlass, undefined);
  requireApproved(verdict);
});

test('what is missing is said in words and numbers', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  refused('POLICY_APPROVALS', /Import 1 of alpine is not approved: 1 of 2 people have approved it/, () => {
    requireApproved(site.judge(1));
  });
});

test('one person with two keys is one person', () => {
  const site = twoOfThree();
  site.addKey('ann', 'ann-2', ['bob', 'eve']);
  site.import(1);
  site.approve('ann', 1);
  site.approve('ann', 1, { key: 'ann-2' });
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'waiting');
  assert.equal(verdict.counted.length, 1);
});

test('one person who approves twice is one person, and the second word is the one', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  const again = site.approve('ann', 1, { validFor: HOUR });
  assert.deepEqual(
    site.judge(1).counted.map(({ ref }) => ref),
    [again],
  );
});

test('two people with one key: the second registration is refused', () => {
  const site = twoOfThree();
  refused('STATE_LEDGER', /adds a key that was added before/, () => site.addKey('bob', 'ann', ['ann', 'eve']));
  site.revokeKey('ann', 'ann', ['bob', 'eve']);
  refused('STATE_LEDGER', /adds a key that was added before/, () => site.addKey('bob', 'ann', ['eve']));
});

test('approve, then withdraw: the yes is gone; and a new one counts again', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  site.takeBack('bob', 1);
  assert.equal(site.judge(1).state, 'waiting');
  assert.equal(site.judge(1).counted.length, 1);
  site.approve('bob', 1);
  assert.equal(site.judge(1).state, 'approved');
});

test('a yes that was taken back does not return when the signature under the withdrawal is erased', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  site.erase(site.takeBack('bob', 1));
  assert.equal(site.judge(1).state, 'waiting');
});

test('an earlier yes does not return when the signature under a later, narrower one is erased', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1);
  site.erase(site.approve('bob', 1, { validFor: HOUR }));
  assert.equal(site.judge(1).state, 'waiting');
});

test('a person without the role of an approver does not count', () => {
  const site = twoOfThree();
  site.add('max', ['importer', 'auditor'], ['ann', 'bob']);
  site.import(1, 'max');
  site.approve('ann', 1);
  site.approve('max', 1);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'waiting');
  assert.deepEqual(
    verdict.ignored.map(({ why }) => why),
    ['the person is no approver'],
  );
});

test('the account of this machine approves nothing', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  site.approve('local', 1);
  assert.equal(site.judge(1).state, 'waiting');
  assert.match(site.judge(1).ignored[0]?.why ?? '', /not signed by the key/);
});

test('a policy that the people there are cannot meet says so', () => {
  const site = siteWith({ min_approvers: 3 }, { ann: ['approver'], bob: ['approver'] });
  site.import(1);
  site.approve('ann', 1);
  assert.deepEqual(site.judge(1).missing.words, ['1 of 3 people have approved it.', 'Only 1 more could do so.']);
});
