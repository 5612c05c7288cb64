/** Going back to what was public before: decided by people under a change, and carried out once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, hex, HOUR } from './names.ts';
import { type Site, siteWith, twoOfThree } from './site.ts';
import { refused } from './refused.ts';

/** Import 1 is published as generation 1, import 2 as generation 2; approvals of import 1 are long over. */
function published(): Site {
  const site = twoOfThree();
  for (const number of [1, 2]) {
    site.import(number);
    for (const name of ['ann', 'bob']) site.approve(name, number);
    site.publish(number, number);
    site.wait(40 * DAY);
  }
  return site;
}

test('people decide to go back, and the earlier import is published on their word', () => {
  const site = published();
  assert.equal(site.judge(1).state, 'waiting');
  const decided = site.withdraw(2, 1, ['ann', 'bob']);
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'approved');
  assert.deepEqual(verdict.withdrawal, decided);
  site.publish(1, 3);
  assert.equal(site.judge(1).state, 'waiting', 'carried out, and done');
  assert.equal(site.judge(1).withdrawal, undefined);
});

test('as many people as publish decide it', () => {
  const site = published();
  refused('STATE_LEDGER', /rests on 1 people where 2 had to agree/, () => site.withdraw(2, 1, ['ann']));
});

test('what was taken back does not come out again on the old approvals', () => {
  const site = twoOfThree();
  for (const number of [1, 2]) {
    site.import(number);
    for (const name of ['ann', 'bob']) site.approve(name, number);
    site.publish(number, number);
  }
  site.withdraw(2, 1, ['ann', 'bob']);
  site.publish(1, 3);
  const verdict = site.judge(2);
  assert.equal(verdict.state, 'waiting');
  assert.deepEqual(
    verdict.ignored.map(({ why }) => why),
    ['it was given before this was taken back', 'it was given before this was taken back'],
  );
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2).state, 'approved');
});

test('a decision whose signatures do not verify any more decides nothing', () => {
  const site = published();
  site.withdraw(2, 1, ['ann', 'bob']);
  const signature = site.rules.exceptions.withdrawals()[0]?.agreed.signatures[0];
  assert.ok(signature);
  site.erase(signature);
  assert.equal(site.judge(1).state, 'waiting');
});

test('a later decision, a later publication and a later policy each end it', () => {
  const decided = (): Site => {
    const site = published();
    site.withdraw(2, 1, ['ann', 'bob']);
    assert.equal(site.judge(1).state, 'approved');
    return site;
  };
  const another = decided();
  another.withdraw(1, 2, ['ann', 'bob']);
  assert.equal(another.judge(1).state, 'waiting');
  const stricter = decided();
  stricter.setPolicy({ min_approvers: 3 }, ['ann', 'bob']);
  assert.equal(stricter.judge(1).state, 'waiting');
  const newer = decided();
  newer.import(3);
  for (const name of ['ann', 'bob']) newer.approve(name, 3);
  newer.publish(3, 3);
  assert.equal(newer.judge(1).state, 'waiting');
});

test('it does not overrule a reject, nor does it go where nothing was verified', () => {
  const site = published();
  site.reject('eve', 1);
  site.withdraw(2, 1, ['ann', 'bob']);
  assert.equal(site.judge(1).state, 'rejected');
  assert.equal(site.judge(1).withdrawal, undefined);
  refused('STATE_LEDGER', /never verified/, () => site.withdraw(2, 9, ['ann', 'bob']));
  site.import(3, 'local', 'other', { repo_id: 'debian' });
  refused('STATE_LEDGER', /never verified/, () => site.withdraw(2, 3, ['ann', 'bob']));
});

test('whoever imported it may agree to go back to it, and no importer has to stand behind it', () => {
  const site = siteWith(
    { min_approvers: 2, exclude_importer: true },
    { ann: ['approver', 'importer'], bob: ['approver'] },
  );
  site.add('max', ['importer'], ['ann', 'bob']);
  site.add('dan', ['approver'], ['ann', 'bob']);
  for (const [number, importer, other] of [
    [1, 'ann', 'dan'],
    [2, 'max', 'ann'],
  ] as const) {
    site.import(number, importer);
    for (const name of ['bob', other]) site.approve(name, number);
    site.publish(number, number);
    site.wait(40 * DAY);
  }
  site.withdraw(2, 1, ['ann', 'bob']);
  assert.equal(site.judge(1).state, 'approved');
  site.withdraw(1, 2, ['ann', 'bob']);
  assert.equal(site.judge(2).state, 'approved');
  // The key that brought it in was fine then.
  site.revokeKey('max', 'max', ['ann', 'bob']);
  assert.equal(site.judge(2).state, 'approved');
  site.withdraw(1, 1, ['ann', 'bob']);
  assert.equal(site.judge(1).state, 'approved');
});

test('nobody goes back to what was never public: an importer would bring in what nobody else approved', () => {
  const site = siteWith(
    { min_approvers: 1, exclude_importer: true, cooling_off_hours: 1 },
    { ann: ['approver'], max: ['approver', 'importer'] },
  );
  for (const number of [1, 3]) {
    if (number === 3) {
      site.import(2, 'max');
      site.approve('max', 2);
    }
    site.import(number, 'max');
    site.approve('ann', number);
    site.wait(2 * HOUR);
    site.publish(number, number);
  }
  assert.equal(site.judge(2).state, 'waiting');
  refused('STATE_LEDGER', /goes back to what was never public/, () => site.withdraw(3, 2, ['max']));
  assert.equal(site.judge(2).state, 'waiting');
  site.withdraw(3, 1, ['max']);
  assert.equal(site.judge(1).state, 'approved', 'this one was');
});

test('solo, the account of this machine decides it', () => {
  const site = siteWith({}, {});
  site.import(1);
  site.publish(1, 1);
  site.withdraw(1, 1);
  assert.ok(site.judge(1).withdrawal);
});

test('a publication names a decision about its own import, or none', () => {
  const site = published();
  const decided = site.withdraw(2, 1, ['ann', 'bob']);
  const event = site.eventAt(site.publish(1, 3));
  if (event.type !== 'publish') throw new Error('that is no publication');
  const { statement } = event.body;
  assert.deepEqual(statement.withdrawal, decided);
  const record = site.rules.imports.get(2);
  const other = {
    ...{ ...statement, generation: 4, import_id: 2, approvals: [] },
    observation: { index: record?.observed.index ?? 0, hash: record?.observed.hash ?? '' },
  };
  refused('STATE_LEDGER', /names a withdrawal of something else/, () =>
    site.append('publish', { ...event.body, statement: other }),
  );
  const nothing = { ...statement, generation: 4, withdrawal: { index: 0, hash: hex('nothing') } };
  refused('STATE_LEDGER', /names a withdrawal/, () => site.append('publish', { ...event.body, statement: nothing }));
});
