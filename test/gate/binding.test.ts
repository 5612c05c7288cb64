/** An approval is worth something for exactly what was signed, by whom, for what: and nothing for anything near it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportApproval } from '../../src/ledger/events/statements.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { refused } from './refused.ts';
import { actorOf, DAY, fingerprintOf, hex, REPOSITORY } from './names.ts';
import { type Decided, type Site, twoOfThree } from './site.ts';

/** Ann approves; Bob as the scenario bends it. */
function bent(decided: Decided, site = twoOfThree()): Site {
  site.import(1);
  site.approve('ann', 1);
  site.approve('bob', 1, decided);
  return site;
}

function ignoredFor(site: Site, why: RegExp): void {
  const verdict = site.judge(1);
  assert.equal(verdict.state, 'waiting');
  assert.equal(verdict.counted.length, 1);
  assert.match(verdict.ignored[0]?.why ?? 'nothing was ignored', why);
}

test('a signature for another purpose', () => {
  for (const namespace of [PURPOSES.policyChange, PURPOSES.importClaim, 'git', 'file']) {
    ignoredFor(bent({ namespace }), /was made for the purpose/);
  }
});

test('a signature of somebody else', () => {
  ignoredFor(bent({ signedBy: 'eve' }), /another key signed it/);
});

test('a key of nobody, and a key of somebody else under one’s own name', () => {
  ignoredFor(bent({ key: 'stranger' }), /the key was not that person’s/);
  ignoredFor(bent({ key: 'eve' }), /the key was not that person’s/);
});

test('a signature by another key than the statement names', () => {
  const statement: Partial<ImportApproval> = { approver: { actor: actorOf('bob'), key: fingerprintOf('eve') } };
  ignoredFor(bent({ statement }), /not signed by the key that it names/);
});

test('an altered statement', () => {
  ignoredFor(bent({ signed: { decision: 'reject' } }), /is not one of the key/);
  ignoredFor(bent({ signed: { valid_until: '2026-11-24T00:00:00Z' } }), /is not one of the key/);
});

test('a signature that is missing from the sealed store', () => {
  ignoredFor(bent({ isLost: true }), /its signature is not there/);
});

test('a signature that was erased later counts no more', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  const second = site.approve('bob', 1);
  assert.equal(site.judge(1).state, 'approved');
  site.erase(second);
  ignoredFor(site, /its signature is not there/);
});

test('an approval for the same digests in another repository', () => {
  const site = twoOfThree();
  site.import(1, 'local', 'same');
  site.import(2, 'local', 'same', { repo_id: 'debian' });
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2, 'debian').state, 'approved');
  assert.equal(site.judge(1).state, 'waiting');
  assert.deepEqual(site.judge(1).ignored, []);
  refused('STATE_LEDGER', /approves an import of another repository/, () =>
    site.approve('ann', 1, { statement: { repo_id: 'debian' } }),
  );
});

test('an approval for another import with equal digests', () => {
  const site = twoOfThree();
  site.import(1, 'local', 'same');
  site.import(2, 'local', 'same');
  for (const name of ['ann', 'bob']) site.approve(name, 2);
  assert.equal(site.judge(2).state, 'approved');
  assert.equal(site.judge(1).state, 'waiting');
});

test('an approval that names another observation than the import’s is no leaf of an honest ledger', () => {
  const site = twoOfThree();
  site.import(1, 'local', 'same');
  site.import(2, 'local', 'same');
  const observed = site.rules.imports.get(2)?.observed;
  for (const observation of [
    { index: observed?.index ?? 0, hash: observed?.hash ?? '' },
    { index: 1, hash: hex('nothing') },
    { index: (observed?.index ?? 0) - 2, hash: observed?.hash ?? '' },
    { index: 9999, hash: hex('nothing') },
  ]) {
    refused('STATE_LEDGER', /approves what was not observed/, () =>
      site.approve('ann', 1, { statement: { observation } }),
    );
  }
  refused('STATE_LEDGER', /was never verified/, () => site.approve('ann', 1, { statement: { import_id: 3 } }));
});

test('an approval of other digests than were observed', () => {
  ignoredFor(bent({ statement: { candidate: hex('other') } }), /for another state/);
  ignoredFor(bent({ statement: { targets_root: hex('other') } }), /for other targets/);
  ignoredFor(bent({ statement: { files_sha256: hex('other') } }), /for other files/);
});

test('an approval for another mirror', () => {
  const site = twoOfThree();
  site.import(1);
  refused('STATE_LEDGER', /for another mirror/, () =>
    site.approve('ann', 1, { statement: { mirror_id: hex('m', 16) } }),
  );
});

test('a copy of an approval, appended again after it was taken back', () => {
  const site = twoOfThree();
  site.import(1);
  site.approve('ann', 1);
  const event = site.eventAt(site.approve('bob', 1));
  site.takeBack('bob', 1);
  refused('STATE_LEDGER', /repeats an approval/, () => site.append('approval', event.body as never, 'bob'));
});

test('a team that the person is not in', () => {
  ignoredFor(bent({ team: 'security' }), /not in that team/);
});

test('an approval older than the policy allows, by the earlier of the two dates', () => {
  const site = bent({ statement: { claimed_at: '2026-10-01T00:00:00Z' } }, twoOfThree({ max_approval_age_days: 7 }));
  ignoredFor(site, /expired/);
  assert.equal(site.judge(1).ignored[0]?.isExpired, true);
  site.approve('bob', 1);
  assert.equal(site.judge(1).state, 'approved');
  site.wait(7 * DAY - 1000);
  assert.equal(site.judge(1).state, 'approved');
  assert.equal(site.judge(1).counted[0]?.until.getTime(), site.now.getTime() + 1000);
  site.wait(1000);
  assert.equal(site.judge(1).state, 'waiting');
  assert.equal(site.judge(1).counted.length, 0);
});

test('a date in the future does not make an approval last longer', () => {
  const site = bent({ statement: { claimed_at: '2030-01-01T00:00:00Z' } }, twoOfThree({ max_approval_age_days: 7 }));
  site.wait(8 * DAY);
  assert.equal(site.judge(1).counted.length, 0);
});

test('an end of its own does not make an approval last longer than the policy allows', () => {
  const site = bent({ validFor: 60 * DAY }, twoOfThree({ max_approval_age_days: 90 }));
  site.setPolicy({ min_approvers: 2, max_approval_age_days: 7 }, ['ann', 'bob']);
  for (const name of ['ann', 'bob']) site.approve(name, 1, { validFor: 60 * DAY });
  site.wait(7 * DAY);
  assert.equal(site.judge(1).counted.length, 0);
});

test('an approval past its own end; a text that is no date is past', () => {
  const site = bent({ validFor: DAY });
  assert.equal(site.judge(1).state, 'approved');
  site.wait(DAY);
  ignoredFor(site, /expired/);
  ignoredFor(bent({ statement: { valid_until: '2026-99-99T00:00:00Z' } }), /expired/);
  ignoredFor(bent({ statement: { claimed_at: '2026-99-99T00:00:00Z' } }), /expired/);
});

test('an import of another repository is no import of this one', () => {
  const site = twoOfThree();
  site.import(1);
  refused('USAGE_UNKNOWN_IMPORT', /debian has no import 1/, () => site.judge(1, 'debian'));
  refused('USAGE_UNKNOWN_IMPORT', /alpine has no import 7/, () => site.judge(7, REPOSITORY));
});

test('what was refused when it was verified cannot be judged or approved', () => {
  const site = twoOfThree();
  const nothing = { candidate: null, targets_root: null };
  site.observe(1, site.claim(), 'bad', {
    result: 'rejected',
    outcome: 'refused',
    reject_codes: ['TRUST_TORN'],
    ...nothing,
  });
  refused('USAGE_UNKNOWN_IMPORT', /was refused/, () => site.judge(1));
  refused('STATE_LEDGER', /never verified/, () => site.approve('ann', 1));
});
