/** Who may do what, now and then. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireImporter, requireNewKey, requirePerson } from '../../src/gate/permissions.ts';
import { refused } from './refused.ts';
import { actorOf, DAY, fingerprintOf } from './names.ts';
import { Site, siteWith } from './site.ts';

function site(): Site {
  return siteWith(
    { min_approvers: 1 },
    { ann: ['approver', 'approver:security'], bob: ['approver:release'], max: ['auditor'] },
  );
}

test('a role is what is recorded of the person, found by pseudonym or by key', () => {
  const { rules } = site();
  const ann = actorOf('ann');
  assert.equal(requirePerson(rules, { actor: ann, role: 'approver' }).actor, ann);
  assert.equal(
    requirePerson(rules, { fingerprint: fingerprintOf('ann'), role: 'approver', team: 'security' }).actor,
    ann,
  );
  assert.equal(requirePerson(rules, { actor: actorOf('bob'), role: 'approver' }).actor, actorOf('bob'));
  assert.equal(requirePerson(rules, { actor: actorOf('max') }).actor, actorOf('max'));
  const no = (why: RegExp, wanted: Parameters<typeof requirePerson>[1]): unknown =>
    refused('POLICY_NOT_PERMITTED', why, () => requirePerson(rules, wanted));
  no(/is not in the team release/, { actor: ann, role: 'approver', team: 'release' });
  no(/does not have the role auditor/, { actor: ann, role: 'auditor' });
  no(/does not have the role importer/, { actor: ann, role: 'importer' });
  no(/does not have the role approver/, { actor: actorOf('max'), role: 'approver' });
  no(/is not theirs/, { actor: ann, fingerprint: fingerprintOf('bob'), role: 'approver' });
  refused('USAGE_UNKNOWN_OPERATOR', /no operator a-/, () => requirePerson(rules, { actor: actorOf('eve') }));
  refused('USAGE_UNKNOWN_OPERATOR', /no operator local/, () => requirePerson(rules, { actor: 'local' }));
  refused('USAGE_UNKNOWN_OPERATOR', /no key SHA256/, () => requirePerson(rules, { fingerprint: fingerprintOf('eve') }));
});

test('a retired person and a revoked key may nothing, from their leaf on', () => {
  const here = site();
  const before = { index: here.rules.size, at: here.now };
  here.wait(DAY);
  here.addKey('ann', 'ann-2', ['bob']);
  here.retire('bob', ['ann']);
  here.revokeKey('ann', 'ann', ['ann']);
  const { rules } = here;
  refused('POLICY_NOT_PERMITTED', /was revoked/, () => requirePerson(rules, { fingerprint: fingerprintOf('ann') }));
  refused('POLICY_NOT_PERMITTED', /no operator any more/, () => requirePerson(rules, { actor: actorOf('bob') }));
  requirePerson(rules, { fingerprint: fingerprintOf('ann-2') });
  for (const at of [before.index, before.at]) {
    requirePerson(rules, { fingerprint: fingerprintOf('ann'), at });
    requirePerson(rules, { actor: actorOf('bob'), at });
    refused('POLICY_NOT_PERMITTED', /is not theirs/, () =>
      requirePerson(rules, { fingerprint: fingerprintOf('ann-2'), at }),
    );
  }
  refused('POLICY_NOT_PERMITTED', /or was none yet/, () => requirePerson(rules, { actor: actorOf('ann'), at: 1 }));
});

test('the account of this machine imports as long as nobody is recorded as an importer', () => {
  const here = site();
  assert.equal(requireImporter(here.rules, { actor: 'local' }), undefined);
  assert.equal(requireImporter(here.rules, { actor: 'system:import' }), undefined);
  // Whoever is recorded may import then, by name.
  assert.equal(
    requireImporter(here.rules, { actor: actorOf('max'), fingerprint: fingerprintOf('max') })?.actor,
    actorOf('max'),
  );
  here.add('dan', ['importer'], ['ann']);
  for (const actor of ['local', 'system:import']) {
    refused('POLICY_NOT_PERMITTED', /recorded importers/, () => requireImporter(here.rules, { actor }));
  }
  refused('POLICY_NOT_PERMITTED', /role importer/, () => requireImporter(here.rules, { actor: actorOf('ann') }));
  const fingerprint = fingerprintOf('dan');
  assert.equal(requireImporter(here.rules, { actor: actorOf('dan'), fingerprint })?.actor, actorOf('dan'));
  refused('POLICY_NOT_PERMITTED', /is not theirs/, () =>
    requireImporter(here.rules, { actor: actorOf('dan'), fingerprint: fingerprintOf('ann') }),
  );
  here.revokeKey('dan', 'dan', ['ann']);
  refused('POLICY_NOT_PERMITTED', /recorded importers/, () => requireImporter(here.rules, { actor: 'local' }));
  here.retire('dan', ['ann']);
  assert.equal(requireImporter(here.rules, { actor: 'local' }), undefined);
});

test('a key is recorded once, for one person, even after it was revoked', () => {
  const here = new Site();
  here.add('ann', ['auditor']);
  requireNewKey(here.rules, fingerprintOf('bob'));
  refused('USAGE_OPERATOR_EXISTS', /is theirs/, () => {
    requireNewKey(here.rules, fingerprintOf('ann'));
  });
  here.revokeKey('ann', 'ann');
  refused('USAGE_OPERATOR_EXISTS', /was revoked/, () => {
    requireNewKey(here.rules, fingerprintOf('ann'));
  });
});
