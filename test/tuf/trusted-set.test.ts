/**
 * The steps of the client workflow, one at a time (W-01, W-03, W-05, D-01): what each step refuses, and that bytes which
 * are not the listed ones are never even parsed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { VerificationMemory } from '../../src/tuf/memory.ts';
import { TARGETS, roleName } from '../../src/tuf/names.ts';
import { type ExpiryRule, TrustedRoot, type TrustedSnapshot, enforceExpiry } from '../../src/tuf/trusted-set.ts';
import { DAY, NOW } from '../simulator/clock.ts';
import { refused } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

/** Would be refused as TRUST_JSON, had anybody tried to read it. */
const UNREADABLE = Buffer.from('['.repeat(100_000));
const strict = enforceExpiry(NOW);

test('W-01 a root must be the very next version, under the keys of both', () => {
  const upstream = new SimulatedUpstream().publish();
  for (let version = 2; version <= 4; version++) upstream.author.publishRoot();
  const first = TrustedRoot.enrol(upstream.firstRoot, DEFAULT_LIMITS);
  refused('TRUST_ROOT_CHAIN', () => first.rotate(upstream.file('3.root.json')));
  refused('TRUST_ROOT_CHAIN', () => first.rotate(upstream.firstRoot));
  const second = first.rotate(upstream.file('2.root.json'));
  refused('TRUST_ROOT_CHAIN', () => second.rotate(upstream.firstRoot));
  assert.equal(second.rotate(upstream.file('3.root.json')).root.version, 3);
  const stranger = new SimulatedUpstream({ seed: 'stranger' }).publish();
  stranger.author.publishRoot();
  refused('TRUST_SIGNATURES', () => first.rotate(stranger.file('2.root.json')));
});

test('W-01 an intermediate root may have expired, the last one may not', () => {
  const upstream = new SimulatedUpstream();
  upstream.author.lifetimes.root = -1;
  upstream.publish();
  const first = TrustedRoot.enrol(upstream.firstRoot, DEFAULT_LIMITS);
  refused('TRUST_EXPIRED', () => first.timestamp(upstream.file('timestamp.json'), {}, strict));
  upstream.author.lifetimes.root = 1;
  upstream.author.publishRoot();
  first.rotate(upstream.file('2.root.json')).timestamp(upstream.file('timestamp.json'), {}, strict);
});

test('W-03 a file with another length or hash than listed is refused before it is parsed', () => {
  const upstream = new SimulatedUpstream().publish();
  const timestamp = TrustedRoot.enrol(upstream.firstRoot, DEFAULT_LIMITS).timestamp(
    upstream.file('timestamp.json'),
    {},
    strict,
  );
  refused('TRUST_TORN', () => timestamp.snapshot(UNREADABLE));
  const sameLength = Buffer.from(upstream.file('1.snapshot.json')).fill('[');
  refused('TRUST_TORN', () => timestamp.snapshot(sameLength));
  const snapshot = timestamp.snapshot(upstream.file('1.snapshot.json'));
  refused('TRUST_TORN', () => snapshot.targets(UNREADABLE));
  snapshot.targets(upstream.file('1.targets.json'));
});

test('W-05 a delegated role is checked like targets: hash, length, version, signatures, type and expiry', () => {
  const upstream = delegating();
  const keys = { keys: [], threshold: 1 };
  const snapshot = snapshotOf(upstream);
  const name = roleName('delegated');
  refused('TRUST_ROLE_MISMATCH', () => snapshot.authored(name, keys, UNREADABLE, TARGETS));
  refused('TRUST_SIGNATURES', () => snapshot.authored(name, keys, upstream.file('1.delegated.json'), TARGETS));
  refused('TRUST_ROLE_UNLISTED', () => snapshot.authored(roleName('other'), keys, UNREADABLE, TARGETS));
  const unlisted = delegating(false);
  refused('TRUST_TYPE', () => snapshotOf(unlisted).authored(name, keys, unlisted.firstRoot, TARGETS));
  unlisted.author.role('delegated').version = 7;
  unlisted.author.signRole('delegated');
  const other = unlisted.file('7.delegated.json');
  const delegator = snapshotOf(unlisted).targets(unlisted.file('1.targets.json'));
  const [role] = delegator.payload.delegations?.roles ?? [];
  assert.ok(role);
  refused('TRUST_ROLE_MISMATCH', () => snapshotOf(unlisted).authored(name, role, other, TARGETS));
  const late = snapshotOf(unlisted, enforceExpiry(new Date(NOW.getTime() + 180 * DAY)));
  refused('TRUST_EXPIRED', () => late.authored(name, role, unlisted.file('1.delegated.json'), TARGETS));
});

test('D-01 a role remembered under one delegator’s keys is verified anew under another’s', () => {
  const upstream = delegating();
  const snapshot = snapshotOf(upstream);
  const memory = new VerificationMemory();
  const bytes = upstream.file('1.delegated.json');
  const [own] = snapshot.targets(upstream.file('1.targets.json')).payload.delegations?.roles ?? [];
  assert.ok(own);
  const name = roleName('delegated');
  snapshot.authored(name, own, bytes, TARGETS, memory);
  assert.ok(memory.recall(name, bytes, own));
  const others = { keys: snapshot.timestamp.root.role(TARGETS).keys, threshold: 1 };
  assert.equal(memory.recall(name, bytes, others), undefined);
  assert.equal(memory.recall(name, bytes, { ...own, threshold: 2 }), undefined);
  assert.equal(memory.recall(name, Buffer.concat([bytes, Buffer.from(' ')]), own), undefined);
  const { what } = refused('TRUST_SIGNATURES', () =>
    snapshot.authored(name, others, bytes, roleName('elsewhere'), memory),
  );
  assert.match(what, /as delegated by elsewhere/);
});

test('an expiry is over at its very instant', () => {
  refused('TRUST_EXPIRED', () => strict(TARGETS, NOW));
  strict(TARGETS, new Date(NOW.getTime() + 1));
});

function delegating(listsDigests = true): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'delegated', { paths: ['*'] });
  upstream.author.listsDigests = listsDigests;
  return upstream.publish();
}

/** By default only the role itself is judged by its expiry. */
function snapshotOf(upstream: SimulatedUpstream, expiry?: ExpiryRule): TrustedSnapshot {
  const rule: ExpiryRule = (role, expires) => {
    if (role === 'delegated') expiry?.(role, expires);
  };
  const trusted = TrustedRoot.enrol(upstream.firstRoot, DEFAULT_LIMITS);
  return trusted.timestamp(upstream.file('timestamp.json'), {}, rule).snapshot(upstream.file('1.snapshot.json'));
}
