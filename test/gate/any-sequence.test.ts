/**
 * Whatever happens in whatever order, nothing is approved by fewer different people than the policy asks: counted again
 * here, from the leaves alone, by rules written as simply as they can be.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../src/errors.ts';
import { type AnyEvent, canonicalBytes } from '../../src/ledger/events/leaf.ts';
import type { Policy } from '../../src/ledger/events/policy.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { runs } from '../property/runs.ts';
import { forge } from '../sshsig/forge.ts';
import { actorOf, DAY, fingerprintOf, keyOf } from './names.ts';
import { type Site, siteWith } from './site.ts';

const PEOPLE = ['ann', 'bob', 'eve', 'dan'] as const;
const KEYS = [...PEOPLE, 'ann-2', 'bob-token'] as const;

const person = fc.constantFrom(...PEOPLE);
const importer = fc.constantFrom('local', ...PEOPLE);
const people = fc.uniqueArray(person, { maxLength: 3 });
const key = fc.constantFrom(...KEYS);
const number = fc.constantFrom(1, 1, 1, 2, 3);
const policy = fc.record({
  min_approvers: fc.constantFrom(1, 2, 2, 3),
  exclude_importer: fc.boolean(),
  hardware_keys: fc.constantFrom(false, false, false, true),
  max_approval_age_days: fc.constantFrom(2, 30),
  teams: fc.constantFrom({}, {}, {}, { security: 1 }),
});
const team = fc.constantFrom(undefined, undefined, undefined, undefined, 'security');
const bent = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constantFrom({ isLost: true }, { signedBy: 'eve' }, { namespace: 'git' }) },
  { weight: 1, arbitrary: fc.constant({ signed: { as_role: 'x' } }) },
);

const FOUR = siteWith(
  {},
  {
    ann: ['approver'],
    bob: ['approver', 'approver:security'],
    eve: ['approver:security'],
    dan: ['approver', 'auditor'],
  },
);

type Step = (site: Site) => void;

function often<T>(weight: number, arbitrary: fc.Arbitrary<T>, take: (site: Site, drawn: T) => unknown) {
  return {
    weight,
    arbitrary: arbitrary.map(
      (drawn): Step =>
        (site) =>
          void take(site, drawn),
    ),
  };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  often(1, fc.tuple(number, importer), (site, [n, by]) => {
    site.import(n, by, n === 3 ? 'content 1' : `content ${String(n)}`);
  }),
  often(14, fc.tuple(person, number, key, bent, team), (site, [name, n, by, bend, as]) =>
    // With one of their own keys.
    site.approve(name, n, { key: by.startsWith(name) ? by : name, ...bend, ...(as !== undefined && { team: as }) }),
  ),
  often(1, fc.tuple(person, number, key), (site, [name, n, by]) => site.approve(name, n, { key: by })),
  often(1, fc.tuple(person, number), (site, [name, n]) => site.reject(name, n)),
  often(1, fc.tuple(person, number), (site, [name, n]) => site.takeBack(name, n)),
  often(1, fc.tuple(policy, people), (site, [members, by]) => site.setPolicy(members, by)),
  often(1, fc.tuple(person, key, people), (site, [name, one, by]) => site.addKey(name, one, by)),
  often(1, fc.tuple(person, people), (site, [name, by]) => site.revokeKey(name, name, by)),
  often(1, fc.tuple(person, people), (site, [name, by]) => site.retire(name, by)),
  often(1, fc.constantFrom(DAY, 3 * DAY), (site, time) => {
    site.wait(time);
  }),
);

test('no verdict is “approved” with fewer distinct eligible people than the policy asks', () => {
  fc.assert(
    fc.property(policy, importer, fc.array(step, { minLength: 4, maxLength: 14 }), (first, by, steps) => {
      const site = FOUR.copy();
      site.setPolicy(first, ['ann']);
      site.import(1, by);
      for (const take of steps) {
        try {
          take(site);
        } catch (error) {
          // What no honest program appends is not appended; and some steps are about an import that is not there.
          if (!isRefusal(error, 'STATE_LEDGER') && !/no such import/.test(String(error))) throw error;
        }
      }
      for (const n of [1, 2, 3].filter((one) => site.rules.imports.get(one))) {
        const { state, counted, policy: asked } = site.judge(n);
        const eligible = recount(site, n, asked.document);
        assert.deepEqual(new Set(counted.map(({ actor }) => actor)), eligible);
        assert.equal(counted.length, eligible.size);
        if (state !== 'approved') continue;
        assert.ok(eligible.size >= asked.document.min_approvers);
        for (const [name, least] of Object.entries(asked.document.teams)) {
          assert.ok(counted.filter((one) => one.team === name).length >= least);
        }
      }
    }),
    runs(40, 3000),
  );
});

/** Everybody whose last word on the import is a yes that holds now. */
function recount(site: Site, n: number, policy: Policy): Set<string> {
  const events: AnyEvent[] = site.leaves.map((_, index) => site.eventAt({ index, hash: '' }));
  const observed = events.find((event) => event.type === 'import.verified' && event.body.statement.import_id === n);
  if (observed?.type !== 'import.verified') return new Set();
  const claim = events[observed.body.statement.claim.index];
  const importer = claim?.type === 'import.claimed' ? claim.body.statement.importer.actor : '';
  const last = new Map<string, AnyEvent>();
  for (const event of events) {
    if (event.type === 'approval' && event.body.statement.import_id === n)
      last.set(event.body.statement.approver.actor, event);
  }
  const eligible = new Set<string>();
  for (const [actor, event] of last) {
    if (event.type !== 'approval' || event.body.statement.decision !== 'approve') continue;
    const { statement, signature } = event.body;
    const armored = signature && site.signatures(signature.sshsig_sha256);
    const owner = KEYS.find((name) => fingerprintOf(name) === signature?.key) ?? '';
    // Signatures are made from nothing but what is signed: an honest one can be made again.
    const honest = forge(keyOf(owner), { message: canonicalBytes(statement), namespace: PURPOSES.importApproval });
    const isSigned = armored === honest;
    const added = events.find(
      (one) => one.type === 'key.add' && one.body.key === signature?.key && one.body.actor === actor,
    );
    const isRevoked = events.some((one) => one.type === 'key.revoke' && one.body.key === signature?.key);
    const isRetired = events.some((one) => one.type === 'actor.retire' && one.body.actor === actor);
    const isOld = event.at.getTime() + policy.max_approval_age_days * DAY <= site.now.getTime();
    const isImporter = policy.exclude_importer && actor === importer;
    const isSoft = policy.hardware_keys && signature?.key !== fingerprintOf('bob-token');
    const isElsewhere = statement.as_role !== null && ![actorOf('bob'), actorOf('eve')].includes(actor);
    const tighter = events.some(
      (one) => one.n > event.n && one.type === 'policy.set' && asksMore(policy, policyAt(events, event.n)),
    );
    if (!isSigned || !added || added.n > event.n || isRevoked || isRetired || isOld) continue;
    if (isImporter || isSoft || isElsewhere || tighter) continue;
    eligible.add(actor);
  }
  return eligible;
}

function policyAt(events: readonly AnyEvent[], index: number): Policy | undefined {
  const set = events.findLast((event) => event.type === 'policy.set' && event.n < index);
  return set?.type === 'policy.set' ? set.body.policy : undefined;
}

function asksMore(now: Policy, then: Policy | undefined): boolean {
  return (
    !then ||
    now.min_approvers > then.min_approvers ||
    Object.keys(now.teams).length > Object.keys(then.teams).length ||
    Number(now.exclude_importer) > Number(then.exclude_importer) ||
    Number(now.hardware_keys) > Number(then.hardware_keys) ||
    now.max_approval_age_days < then.max_approval_age_days
  );
}
