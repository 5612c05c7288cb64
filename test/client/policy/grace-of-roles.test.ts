/**
 * Grace (F6, O11, O12): off unless the pin names the role; bounded by a period, by a last day and by the limit on
 * upstream’s age; said in every answer that relied on it, and in no other.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import type { Policy } from '../../../src/client/pin/pin.ts';
import { DAY, NOW } from '../../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { granting } from './granted.ts';

const SECOND = 1000;
/** Days that authored roles live here. */
const LIFE = 3;

test('O12 grace is off: a role ends at the very instant of its expiry, for every question', async (context) => {
  const guarded = await shortLived(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await at(guarded, LIFE * DAY - SECOND);
  await guard.get('file.txt');
  await at(guarded, LIFE * DAY);
  const refusal = await refusedUntouched('TRUST_EXPIRED', store, () => guard.refresh());
  assert.match(refusal.what, /^targets expired on 2026-11-26T03:00:00.000Z\.$/);
  await refusedUntouched('TRUST_EXPIRED', store, () => guard.find('file.txt'));
  await refusedUntouched('TRUST_EXPIRED', store, () => guard.get('file.txt'));
  await refusedUntouched('TRUST_EXPIRED', store, () => guard.verify('file.txt', Buffer.from('content')));
});

test('O11 a period counts from the expiry, and ends at its end exactly', async (context) => {
  const guarded = await shortLived(context);
  const guard = guardWith(guarded, granting('targets', { period: 10 * DAY, reason: 'courier is late' }));
  await at(guarded, LIFE * DAY - SECOND);
  assert.deepEqual((await guard.get('file.txt')).verdict.graceUsed, []);
  await at(guarded, (LIFE + 10) * DAY);
  const { verdict } = await guard.get('file.txt');
  const expired = later(LIFE * DAY);
  const until = later((LIFE + 10) * DAY);
  const byAge = verdict.graceUsed.filter(({ by }) => by === 'maxUpstreamAge').map(({ role }) => role);
  assert.deepEqual(byAge, ['timestamp'], 'upstream’s own timestamp is late by then as well');
  assert.deepEqual(
    verdict.graceUsed.filter(({ by }) => by === 'grace'),
    [{ role: 'targets', expired, until, by: 'grace', reason: 'courier is late' }],
  );
  await at(guarded, (LIFE + 10) * DAY + SECOND);
  await ended(guarded, granting('targets', { period: 10 * DAY }), until);
});

test('O11 a last day ends it before the period does; a later one does not prolong it', async (context) => {
  const guarded = await shortLived(context);
  const early = granting('targets', { period: 10 * DAY, until: later(5 * DAY) });
  const late = granting('targets', { period: 2 * DAY, until: later(50 * DAY) });
  await at(guarded, 5 * DAY);
  for (const policy of [early, late]) {
    const { graceUsed } = await guardWith(guarded, policy).refresh();
    assert.deepEqual(graceUsed[0]?.until, later(5 * DAY));
  }
  await at(guarded, 5 * DAY + SECOND);
  for (const policy of [early, late]) await ended(guarded, policy, later(5 * DAY));
});

test('a last day before the expiry permits nothing at all', async (context) => {
  const guarded = await shortLived(context);
  await at(guarded, LIFE * DAY);
  await ended(guarded, granting('targets', { until: later(DAY) }), later(DAY));
});

test('O11 no grace is longer than maxUpstreamAge, whatever its period says', async (context) => {
  const guarded = await shortLived(context);
  const policy = granting('targets', { period: 400 * DAY }, { maxUpstreamAge: 2 * DAY });
  await at(guarded, (LIFE + 2) * DAY);
  assert.deepEqual((await guardWith(guarded, policy).refresh()).graceUsed[0]?.until, later((LIFE + 2) * DAY));
  await at(guarded, (LIFE + 2) * DAY + SECOND);
  await ended(guarded, policy, later((LIFE + 2) * DAY));
});

test('O11 grace is for one role: that of targets excuses no delegation, and the other way round', async (context) => {
  const guarded = await shortLived(context);
  await at(guarded, LIFE * DAY);
  const forTargets = guardWith(guarded, granting('targets'));
  const { search, verdict } = await forTargets.find('dev/tool');
  assert.deepEqual([search.outcome.kind, verdict.code], ['refused', 'TRUST_EXPIRED']);
  await refusedUntouched('TRUST_EXPIRED', memoryStore(), () => guardWith(guarded, granting('dev')).refresh());
  const both = guardWith(guarded, granting('dev', {}, granting('targets')));
  const found = await both.find('dev/tool');
  assert.deepEqual(
    found.verdict.graceUsed.map(({ role }) => role),
    ['targets', 'dev'],
  );
});

test('an answer names the grace that it relied on, and none that another question would need', async (context) => {
  const guarded = await shortLived(context);
  await at(guarded, LIFE * DAY);
  const guard = guardWith(guarded, granting('dev', {}, granting('targets')));
  await guard.refresh({ everyRole: true });
  for (const [name, roles] of [
    ['file.txt', ['targets']],
    ['dev/tool', ['targets', 'dev']],
  ] as const) {
    const { verdict } = await guard.get(name);
    assert.deepEqual(
      verdict.graceUsed.map(({ role }) => role),
      roles,
    );
    const remarks = verdict.notKnown.filter(({ code }) => code === 'expired').map(({ text }) => text);
    assert.equal(remarks.length, roles.length);
    for (const [index, role] of roles.entries()) {
      assert.match(remarks[index] ?? '', new RegExp(`Whether ${role} would still be signed.*expired on 2026-11-26T03`));
    }
    assert.ok(verdict.ok);
  }
});

test('F7 a strict repository and a lenient one stand side by side: the same expiry, two answers', async (context) => {
  const [site, carried] = [await shortLived(context), await shortLived(context)];
  for (const guarded of [site, carried]) await at(guarded, LIFE * DAY);
  const store = memoryStore();
  const strict = site.guard({ store });
  const lenient = guardWith(carried, granting('targets'));
  await refusedUntouched('TRUST_EXPIRED', store, () => strict.get('file.txt'));
  assert.equal((await lenient.get('file.txt')).verdict.code, 'OK');
});

test('grace that is taken out of the pin ends at once, for a guard with a memory, too', async (context) => {
  const guarded = await shortLived(context);
  const store = memoryStore();
  await at(guarded, LIFE * DAY);
  await guarded.guard({ store, pin: guarded.pin({ policy: granting('targets') }) }).refresh();
  for (const mode of ['online', 'offline', 'cache-first'] as const) {
    await refusedUntouched('TRUST_EXPIRED', store, () => guarded.guard({ store }).refresh({ mode }));
  }
});

/** An upstream whose roles live for three days while its own timestamp lives for seven. */
function shortLived(context: Parameters<typeof guardedBy>[0]): Promise<GuardedMirror> {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.lifetimes.targets = LIFE;
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return guardedBy(context, upstream.add('dev/tool', 'tool', 'dev').publish());
}

function guardWith(guarded: GuardedMirror, policy: Policy = STRICT): Guard {
  return guarded.guard({ pin: guarded.pin({ policy }) });
}

/** So long after the import; the mirror renews what is its own. */
async function at(guarded: GuardedMirror, milliseconds: number): Promise<void> {
  guarded.clock.step(NOW.getTime() + milliseconds - guarded.clock.now().getTime());
  await guarded.renew();
}

async function ended(guarded: GuardedMirror, policy: Policy, until: Date): Promise<void> {
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin({ policy }) });
  const refusal = await refusedUntouched('TRUST_EXPIRED', store, () => guard.refresh());
  assert.ok(refusal.what.endsWith(`, and its grace ended on ${until.toISOString()}.`), refusal.what);
}

function later(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}
