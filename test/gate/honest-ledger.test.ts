/** What no honest program appends is refused by the fold, and leaves nothing behind: the next honest leaf fits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rules } from '../../src/gate/rules.ts';
import { type AnyEvent, decodeLeaf, encodeLeaf } from '../../src/ledger/events/leaf.ts';
import type { Sha256 } from '../../src/tuf/names.ts';
import { refused } from './refused.ts';
import { actorOf, fingerprintOf, hex } from './names.ts';
import { Site, siteWith, twoOfThree } from './site.ts';

const NOBODY = { subject_sha256: hex('subject'), signatures: [] };
const SIGNATURE = { keyid: hex('attest'), sig: `${'A'.repeat(86)}==` };

test('leaves follow one another, the first is the genesis and no other, and all are of one mirror', () => {
  const site = new Site();
  const [genesis] = site.leaves;
  assert.ok(genesis);
  const event = decodeLeaf(genesis, 0);
  const hash = hex('hash') as Sha256;
  const empty = new Rules();
  refused('STATE_LEDGER', /has no first entry/, () => empty.genesis);
  refused('STATE_LEDGER', /not the next one/, () => {
    empty.apply({ ...event, n: 1 }, hash);
  });
  empty.apply(event, hash);
  assert.equal(empty.genesis.origin, 'mirror.example/log');
  assert.equal(empty.genesis.hash, hash);
  assert.equal(empty.mirrorId, site.mirrorId);
  refused('STATE_LEDGER', /not the next one/, () => {
    empty.apply(event, hash);
  });
  refused('STATE_LEDGER', /not what stands at that place/, () => {
    empty.apply({ ...event, n: 1 }, hash);
  });
  const step = { ...event, n: 1, type: 'clock.step', body: { reason: hex('r'), last_event: '2026-01-01T00:00:00Z' } };
  refused('STATE_LEDGER', /belongs to another mirror/, () => {
    empty.apply({ ...step, mirrorId: hex('other', 16) } as AnyEvent, hash);
  });
  refused('STATE_LEDGER', /not what stands/, () => {
    new Rules().apply({ ...step, n: 0 } as AnyEvent, hash);
  });
  assert.equal(empty.size, 1);
});

test('a recovery goes on under another name and key, and the genesis stays what it was', () => {
  const site = twoOfThree();
  assert.deepEqual(site.rules.log, { origin: 'mirror.example/log', logKey: 'key' });
  const again = { origin: 'mirror.example/log-2', log_key: 'key 2' };
  site.append('recovery', { reason: hex('reason'), events_lost: 3, ...again });
  assert.deepEqual(site.rules.log, { origin: 'mirror.example/log-2', logKey: 'key 2' });
  assert.equal(site.rules.genesis.origin, 'mirror.example/log');
  assert.equal(site.rules.people.approvers().length, 3);
});

test('a writer can ask before it appends, and asking changes nothing', () => {
  const site = twoOfThree();
  const event = { ...site.eventAt({ index: site.rules.size - 1, hash: '' }), n: site.rules.size };
  refused('STATE_LEDGER', /policy.set/, () => {
    site.rules.check(event);
  });
  const step = {
    ...event,
    type: 'clock.step',
    body: { reason: hex('r'), last_event: '2026-01-01T00:00:00Z' },
  } as AnyEvent;
  const size = site.rules.size;
  site.rules.check(step);
  site.rules.check(decodeLeaf(encodeLeaf(step), size));
  assert.equal(site.rules.size, size);
});

test('people are added once and retired once, and are people', () => {
  const site = new Site();
  site.add('ann', ['auditor']);
  const body = { name: hex('ann'), roles: ['approver'], ...NOBODY };
  refused('STATE_LEDGER', /was added before/, () => site.append('actor.add', { ...body, actor: actorOf('ann') }));
  for (const actor of ['local', 'system:renewal']) {
    refused('STATE_LEDGER', /that is no person/, () => site.append('actor.add', { ...body, actor }));
  }
  for (const role of ['admin', 'approver:', 'approver:Security', 'importer:x', 'Approver', ' approver']) {
    refused('STATE_LEDGER', /a role that does not exist/, () =>
      site.append('actor.add', { ...body, actor: actorOf('bob'), roles: ['approver', role] }),
    );
  }
  const reason = hex('reason');
  refused('STATE_LEDGER', /never added/, () =>
    site.append('actor.retire', { actor: actorOf('bob'), reason, ...NOBODY }),
  );
  site.retire('ann');
  refused('STATE_LEDGER', /who is retired/, () => site.retire('ann'));
  refused('STATE_LEDGER', /was added before/, () => site.append('actor.add', { ...body, actor: actorOf('ann') }));
  refused('STATE_LEDGER', /to a retired operator/, () => site.addKey('ann', 'ann-2'));
});

test('keys are added once, to somebody, for what they are; and revoked once, from whom they belong to', () => {
  const site = new Site();
  site.add('ann', ['auditor']);
  site.add('bob', ['auditor']);
  refused('STATE_LEDGER', /never added/, () => site.addKey('eve', 'eve'));
  refused('STATE_LEDGER', /adds a key that was added before/, () => site.addKey('bob', 'ann'));
  const key = { actor: actorOf('ann'), key: fingerprintOf('ann-2'), ...NOBODY };
  for (const [key_type, is_hardware] of [
    ['ssh-ed25519', 'yes'],
    ['sk-ssh-ed25519@openssh.com', 'no'],
  ] as const) {
    refused('STATE_LEDGER', /hardware against its kind/, () =>
      site.append('key.add', { ...key, key_type, is_hardware }),
    );
  }
  refused('STATE_LEDGER', /not that operator’s/, () => site.revokeKey('bob', 'ann'));
  refused('STATE_LEDGER', /not that operator’s/, () => site.revokeKey('ann', 'stranger'));
  site.revokeKey('ann', 'ann');
  refused('STATE_LEDGER', /that is revoked/, () => site.revokeKey('ann', 'ann'));
});

test('a policy is for everything or for one repository', () => {
  const site = new Site();
  for (const scope of ['', '**', 'Alpine', '../alpine', 'a b']) {
    refused('STATE_LEDGER', /for what is no repository/, () => site.setPolicy({}, [], scope));
  }
});

test('an observation says one thing, of a claim that is there', () => {
  const site = new Site();
  const claim = site.claim();
  const nothing = { index: 0, hash: hex('nothing') };
  refused('STATE_LEDGER', /observes what nobody claimed/, () => site.observe(1, nothing, 'x'));
  refused('STATE_LEDGER', /observes what nobody claimed/, () => site.observe(1, { ...claim, hash: hex('x') }, 'x'));
  refused('STATE_LEDGER', /another repository than was claimed/, () =>
    site.observe(1, claim, 'x', { repo_id: 'debian' }),
  );
  refused('STATE_LEDGER', /nothing that can be named/, () => site.observe(1, claim, 'x', { candidate: null }));
  refused('STATE_LEDGER', /nothing that can be named/, () => site.observe(1, claim, 'x', { targets_root: null }));
  refused('STATE_LEDGER', /at no time/, () => site.observe(1, claim, 'x', { verified_at: '2026-99-99T00:00:00Z' }));
  site.observe(1, claim, 'x');
  refused('STATE_LEDGER', /the number of another import/, () => site.observe(1, site.claim(), 'x'));
  const event = site.eventAt({ index: site.rules.imports.get(1)?.observed.index ?? 0, hash: '' });
  refused('STATE_LEDGER', /contradicts its own type/, () => site.append('import.rejected', event.body as never));
  refused('STATE_LEDGER', /for another mirror/, () => site.claim('local', { mirror_id: hex('other', 16) }));
});

test('a publication is of an import that was verified, under a number of its own, on its own approvals', () => {
  const site = siteWith({ min_approvers: 1 }, { ann: ['approver'] });
  for (const number of [1, 2]) {
    site.import(number);
    site.approve('ann', number);
  }
  const event = site.eventAt(site.publish(1, 1));
  if (event.type !== 'publish') throw new Error('that is no publication');
  const publish = (members: object) => (): unknown =>
    site.append('publish', { statement: { ...event.body.statement, ...members }, signature: SIGNATURE });
  refused('STATE_LEDGER', /the number of another generation/, publish({}));
  refused('STATE_LEDGER', /that does not exist/, publish({ generation: 2, import_id: 7 }));
  refused('STATE_LEDGER', /that does not exist/, publish({ generation: 2, repo_id: 'debian' }));
  refused('STATE_LEDGER', /what was not observed/, publish({ generation: 2, import_id: 2 }));
  const others = site.rules.imports.get(2)?.approvals.map(({ index, hash }) => ({ index, hash }));
  refused('STATE_LEDGER', /approvals of something else/, publish({ generation: 2, approvals: others }));
  refused(
    'STATE_LEDGER',
    /approvals of something else/,
    publish({ generation: 2, approvals: [{ index: 0, hash: hex('x') }] }),
  );
  const nothing = { candidate: null, targets_root: null };
  const claim = site.claim();
  const observation = site.observe(3, claim, 'bad', { result: 'rejected', outcome: 'refused', ...nothing });
  refused('STATE_LEDGER', /what was refused/, publish({ generation: 2, import_id: 3, observation, approvals: [] }));
  publish({ generation: 2 })();
  assert.equal(site.rules.imports.current('alpine')?.statement.generation, 2);
  assert.equal(site.rules.imports.publications('alpine').size, 2);
  assert.equal(site.rules.imports.publications('debian').size, 0);
});

test('a signature under a change is for this mirror', () => {
  const site = twoOfThree();
  const subject = { kind: 'policy.set', actor: null, name: null, key: null, roles: [], scope: '*' } as const;
  const whole = { ...subject, document_sha256: hex('policy'), import_id: null, reason: null };
  refused('STATE_LEDGER', /a signature for another mirror/, () =>
    site.signChange('ann', whole, { statement: { mirror_id: hex('other', 16) } }),
  );
});

test('most leaves decide nothing, and cost next to nothing', () => {
  const site = twoOfThree();
  const file = { version: 1, sha256: hex('file'), length: 1, expires: '2026-12-01T00:00:00Z' };
  const body = {
    repository: 'alpine',
    generation: 1,
    online_epoch: 1,
    root_version: 1,
    snapshot: file,
    timestamp: file,
  };
  const first = site.append('serve.timestamp', body);
  const event = site.eventAt(first);
  const started = process.cpuUsage();
  for (let n = first.index + 1; n < 100_000; n++) site.rules.apply({ ...event, n }, first.hash as Sha256);
  const { user } = process.cpuUsage(started);
  assert.ok(user < 1_000_000, `${String(user)} µs for a hundred thousand timestamps`);
  assert.equal(site.rules.size, 100_000);
});
