/** Who brought something in does not approve it, whatever they write; and where importers are recorded, nobody else imports. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireApproved } from '../../src/gate/verdict.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { refused } from './refused.ts';
import { actorOf, fingerprintOf, hex } from './names.ts';
import { type Site, siteWith } from './site.ts';
import { claimOf } from './statements.ts';

const BOTH = ['importer', 'approver'];

function site(): Site {
  return siteWith({ min_approvers: 2, exclude_importer: true }, { ann: BOTH, bob: BOTH, eve: ['approver'] });
}

test('the importer approves their own import: it counts for nothing', () => {
  const here = site();
  here.import(1, 'ann');
  here.approve('ann', 1);
  here.approve('bob', 1);
  const verdict = here.judge(1);
  assert.equal(verdict.state, 'waiting');
  assert.deepEqual(
    verdict.counted.map(({ actor }) => actor),
    [actorOf('bob')],
  );
  assert.deepEqual(
    verdict.ignored.map(({ actor, why }) => [actor, why]),
    [[actorOf('ann'), 'the person brought the import in']],
  );
  here.approve('eve', 1);
  assert.equal(here.judge(1).state, 'approved');
});

test('nor with another key of theirs', () => {
  const here = site();
  here.addKey('ann', 'ann-2', ['bob', 'eve']);
  here.import(1, 'ann');
  here.approve('ann', 1, { key: 'ann-2' });
  here.approve('bob', 1);
  assert.equal(here.judge(1).state, 'waiting');
});

test('where the policy does not exclude them, they count as one', () => {
  const here = siteWith({ min_approvers: 2 }, { ann: BOTH, bob: ['approver'] });
  here.import(1, 'ann');
  here.approve('ann', 1);
  assert.equal(here.judge(1).state, 'waiting');
  here.approve('bob', 1);
  assert.equal(here.judge(1).state, 'approved');
});

test('as long as nobody is recorded as an importer, the account of this machine imports, and is nobody', () => {
  const here = siteWith({ min_approvers: 1, exclude_importer: true }, { eve: ['approver'] });
  here.import(1);
  here.approve('eve', 1);
  assert.equal(here.judge(1).state, 'approved');
});

test('who hides behind the account of this machine is known by the key under the claim', () => {
  const here = siteWith({ min_approvers: 1, exclude_importer: true }, { ann: ['approver'], eve: ['approver'] });
  const claim = here.claim('ann', { importer: { actor: 'local', key: null, account: null } });
  here.observe(1, claim, 'one');
  here.observe(
    2,
    here.claim('local', { importer: { actor: 'local', key: fingerprintOf('ann'), account: null } }),
    'two',
  );
  for (const number of [1, 2]) {
    here.approve('ann', number);
    assert.match(here.judge(number).ignored[0]?.why ?? '', /brought the import in/);
  }
});

test('nor does it help to leave something out: the name, the account and each key are looked at', () => {
  const here = siteWith({ min_approvers: 1, exclude_importer: true }, { ann: ['approver'], eve: ['approver'] });
  const nobody = { actor: 'local', key: null, account: null };
  const named = { ...nobody, actor: actorOf('ann') };
  const claims = [
    { importer: named, by: 'local', isSigned: false },
    { importer: nobody, by: 'ann', isSigned: false },
    { importer: nobody, by: 'local', isSigned: true },
    { importer: { ...nobody, key: fingerprintOf('ann') }, by: 'local', isSigned: false },
  ];
  for (const [index, { importer, by, isSigned }] of claims.entries()) {
    const statement = claimOf(here, importer);
    const signature = isSigned ? here.sign(statement, PURPOSES.importClaim, 'ann') : null;
    here.observe(index + 1, here.append('import.claimed', { statement, signature }, by), String(index));
    here.approve('ann', index + 1);
    assert.match(here.judge(index + 1).ignored[0]?.why ?? 'nothing', /brought the import in/);
  }
});

test('where importers are recorded, an import of the account of this machine cannot be published', () => {
  const here = site();
  here.import(1);
  here.approve('bob', 1);
  here.approve('eve', 1);
  const verdict = here.judge(1);
  assert.equal(verdict.state, 'waiting');
  refused('POLICY_NOT_PERMITTED', /no importer’s/, () => {
    requireApproved(verdict);
  });
});

test('a claim counts only if that person, as an importer, signed exactly it', () => {
  const here = site();
  here.addKey('ann', 'ann-2', ['bob', 'eve']);
  const forged = { account: null, actor: actorOf('ann'), key: fingerprintOf('ann') };
  const claims = {
    'whoever it names was no importer': here.claim('eve'),
    'its signature is not there': here.claim('ann', {}, { isLost: true }),
    'another key signed it': here.claim('ann', {}, { signedBy: 'bob' }),
    'not signed by the key that it names': here.claim('bob', { importer: forged }),
    'was made for the purpose': here.claim('ann', {}, { namespace: PURPOSES.importApproval }),
    'is not one of the key': here.claim('ann', {}, { signed: { repo_id: 'debian' } }),
    'the key was not that person’s': here.claim(
      'ann',
      { importer: { ...forged, key: fingerprintOf('bob') } },
      { key: 'bob' },
    ),
    'the key was revoked': here.claim('ann', {}, { key: 'ann-2' }),
  };
  here.observe(20, here.claim('ann', {}, { key: 'ann-3' }), 'too early');
  here.addKey('ann', 'ann-3', ['bob', 'eve']);
  assert.match(here.judge(20).claimProblem ?? '', /the key was not that person’s/);
  here.revokeKey('ann', 'ann-2', ['bob', 'eve']);
  for (const [index, [why, claim]] of Object.entries(claims).entries()) {
    here.observe(index + 1, claim, why);
    here.approve('bob', index + 1);
    here.approve('eve', index + 1);
    const verdict = here.judge(index + 1);
    assert.match(verdict.claimProblem ?? 'nothing', new RegExp(why));
    assert.equal(verdict.state, 'waiting');
  }
});

test('who was retired before importing was no importer; afterwards it makes no difference', () => {
  const here = site();
  here.import(1, 'ann');
  here.retire('ann', ['bob', 'eve']);
  here.import(2, 'ann');
  assert.equal(here.judge(1).claimProblem, undefined);
  assert.match(here.judge(2).claimProblem ?? '', /no importer/);
});

test('what came in before there were importers is not held against it', () => {
  const here = siteWith({ min_approvers: 1 }, { eve: ['approver'] });
  here.import(1);
  here.add('max', ['importer'], ['eve']);
  here.approve('eve', 1);
  assert.equal(here.judge(1).state, 'approved');
});

test('one claim covers one import', () => {
  const here = site();
  const claim = here.claim('ann');
  here.observe(1, claim, 'one');
  refused('STATE_LEDGER', /a claim that another import rests on/, () => here.observe(2, claim, 'two'));
  const twice = { claim_id: hex('twice', 16) };
  here.claim('ann', twice);
  refused('STATE_LEDGER', /repeats a claim/, () => here.claim('bob', twice));
});
