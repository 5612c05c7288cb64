/** A reject stands until the same person takes it back: no key, no erasure and no second import gets round it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireApproved } from '../../src/gate/verdict.ts';
import { refused } from './refused.ts';
import { actorOf, hex } from './names.ts';
import { type Site, twoOfThree } from './site.ts';

/** Ann and Bob approve, Eve does not. */
function rejected(): Site {
  const site = twoOfThree();
  site.import(1, 'local', 'same');
  site.approve('ann', 1);
  site.approve('bob', 1);
  site.reject('eve', 1);
  return site;
}

test('one reject stops what two have approved', () => {
  const verdict = rejected().judge(1);
  assert.equal(verdict.state, 'rejected');
  assert.equal(verdict.counted.length, 2);
  assert.deepEqual(
    verdict.rejections.map(({ actor, import: number }) => [actor, number]),
    [[actorOf('eve'), 1]],
  );
  refused('POLICY_REJECTED', new RegExp(`^Import 1 of alpine was rejected by ${actorOf('eve')}\\.$`), () => {
    requireApproved(verdict);
  });
});

test('the same person takes it back, or approves after all', () => {
  const first = rejected();
  first.takeBack('eve', 1);
  assert.equal(first.judge(1).state, 'approved');
  assert.equal(first.judge(1).counted.length, 2);
  const second = rejected();
  second.approve('eve', 1);
  assert.equal(second.judge(1).counted.length, 3);
});

test('nobody else takes it back', () => {
  const site = rejected();
  for (const name of ['ann', 'bob', 'local']) site.takeBack(name, 1);
  assert.equal(site.judge(1).state, 'rejected');
});

test('what takes it back must verify', () => {
  const site = rejected();
  site.takeBack('eve', 1, { signedBy: 'ann' });
  site.takeBack('eve', 1, { isLost: true });
  site.takeBack('eve', 1, { key: 'ann' });
  site.approve('eve', 1, { namespace: 'git' });
  site.approve('eve', 1, { statement: { candidate: hex('other') } });
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'rejected');
  assert.equal(verdict.ignored.length, 5);
});

test('it stands without its signature, which whoever holds the sealed store could erase', () => {
  const site = twoOfThree();
  site.import(1);
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  site.reject('eve', 1, { isLost: true });
  assert.equal(site.judge(1).state, 'rejected');
});

test('it stands when the key is revoked, and comes back when the key that took it back is', () => {
  const site = rejected();
  site.addKey('eve', 'eve-2', ['ann', 'bob']);
  site.revokeKey('eve', 'eve', ['ann', 'bob']);
  assert.equal(site.judge(1).state, 'rejected');
  site.takeBack('eve', 1, { key: 'eve-2' });
  assert.equal(site.judge(1).state, 'approved');
  site.revokeKey('eve', 'eve-2', ['ann', 'bob']);
  assert.equal(site.judge(1).state, 'rejected');
});

test('it stands when the person is retired: leaving must not publish what was refused', () => {
  const site = rejected();
  site.retire('eve', ['ann', 'bob']);
  assert.equal(site.judge(1).state, 'rejected');
});

test('a rejected content that is imported again is rejected', () => {
  const site = rejected();
  site.import(2, 'local', 'same');
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  const verdict = site.judge(2);
  assert.equal(verdict.state, 'rejected');
  refused('POLICY_REJECTED', /as import 1 with the same authored files/, () => {
    requireApproved(verdict);
  });
  site.approve('eve', 2);
  assert.equal(site.judge(2).state, 'rejected', 'what was said about import 1 is taken back there');
  site.takeBack('eve', 1);
  assert.equal(site.judge(2).state, 'approved');
});

test('upstream’s next timestamp over the same authored files changes nothing about it', () => {
  const site = rejected();
  site.import(2, 'local', 'same', { candidate: hex('the next day'), files_sha256: hex('another timestamp') });
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2).state, 'rejected');
  assert.deepEqual(
    site.judge(2).rejections.map(({ actor, import: number }) => [actor, number]),
    [[actorOf('eve'), 1]],
  );
  // Nor do more days, nor the retirement of whoever said no.
  site.import(3, 'local', 'same', { candidate: hex('the day after') });
  for (const name of ['ann', 'bob']) site.approve(name, 3);
  site.retire('eve', ['ann', 'bob']);
  assert.equal(site.judge(3).state, 'rejected');
});

test('the same person takes it back for every day since', () => {
  const site = rejected();
  site.import(2, 'local', 'same', { candidate: hex('the next day') });
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  for (const name of ['ann', 'bob', 'local']) site.takeBack(name, 1);
  assert.equal(site.judge(2).state, 'rejected');
  site.takeBack('eve', 1);
  assert.equal(site.judge(2).state, 'approved');
});

test('what upstream authors anew is another content, under whatever timestamp', () => {
  const site = rejected();
  site.import(2, 'local', 'same', { candidate: hex('next'), authored_sha256: hex('authored anew') });
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2).state, 'approved');
});

test('the other way round, too: an earlier import with the content that is rejected now', () => {
  const site = twoOfThree();
  site.import(1, 'local', 'same');
  site.import(2, 'local', 'same');
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  site.reject('eve', 2);
  assert.equal(site.judge(1).state, 'rejected');
});

test('in another repository the same content is another matter', () => {
  const site = rejected();
  site.import(2, 'local', 'same', { repo_id: 'debian' });
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2, 'debian').state, 'approved');
});

test('another content is not rejected', () => {
  const site = rejected();
  site.import(2, 'local', 'other');
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2).state, 'approved');
});

test('only approvers reject: nobody outside can stop a publication', () => {
  const site = twoOfThree();
  site.add('max', ['auditor'], ['ann', 'bob']);
  site.import(1);
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  site.reject('max', 1);
  site.reject('stranger', 1);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.deepEqual(
    verdict.ignored.map(({ why }) => why),
    ['whoever it names could not reject', 'whoever it names could not reject'],
  );
});

test('who was retired before cannot reject any more', () => {
  const site = twoOfThree();
  site.retire('eve', ['ann', 'bob']);
  site.import(1);
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  site.reject('eve', 1);
  assert.equal(site.judge(1).state, 'approved');
});

test('the account of this machine rejects, and takes that back', () => {
  const site = twoOfThree();
  site.import(1);
  for (const name of ['ann', 'bob']) site.approve(name, 1);
  site.reject('local', 1);
  assert.equal(site.judge(1).state, 'rejected');
  site.approve('local', 1);
  assert.equal(site.judge(1).state, 'rejected', 'a yes without a key is nobody’s');
  site.takeBack('local', 1);
  assert.equal(site.judge(1).state, 'approved');
});
