/**
 * Roles that the mirror hides (M-05), and roles that its operator left out by name: either ends the search, and a role of
 * lower priority that lists the same target never answers in its place (D-03).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Finding } from '../../../src/client/guard.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { decide } from '../../simulator/mirrored.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

test('M-05 a role that is missing from the mirror’s snapshot is withheld: the search ends there, and says so', async (context) => {
  const guarded = await guardedBy(context, twoAnswers());
  withhold(guarded, 'first');
  const finding = await guarded.guard().find('both/file');
  assertEnded(finding, 'withheld', 'TRUST_ROLE_WITHHELD');
  const { outcome } = finding.search;
  assert.ok(outcome.kind === 'withheld');
  assert.match(
    outcome.refusal.what,
    /^first, to which targets delegates, is missing from the mirror’s snapshot version \d+\.$/,
  );
  assert.equal((await guarded.guard().verify('both/file', Buffer.from('from second'))).code, 'TRUST_ROLE_WITHHELD');
  const store = memoryStore();
  await refusedUntouched('TRUST_ROLE_WITHHELD', store, () => guarded.guard({ store }).refresh({ everyRole: true }));
  assert.equal(
    (await guarded.guard().find('file.txt')).verdict.code,
    'OK',
    'a search that does not reach it is not hurt',
  );
});

test('M-05 a guard that saw the role listed refuses the mirror’s snapshot as a whole', async (context) => {
  const guarded = await guardedBy(context, twoAnswers());
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  withhold(guarded, 'first');
  await refusedUntouched('TRUST_ROLE_REMOVED', store, () => guard.get('both/file'));
});

test('M-05 F-02 after the mirror rotated its keys the same guard is told that the role is withheld', async (context) => {
  const guarded = await guardedBy(context, twoAnswers());
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh({ everyRole: true });
  await guarded.rotateOnline();
  withhold(guarded, 'first');
  await refusedUntouched('TRUST_ROLE_WITHHELD', store, () => guard.refresh({ everyRole: true }));
  assertEnded(await guard.find('both/file'), 'withheld', 'TRUST_ROLE_WITHHELD');
});

test('M-05 with static keys alone a role that is missing is withheld all the same: upstream delegates to it', async (context) => {
  const guarded = await guardedBy(context, twoAnswers());
  withhold(guarded, 'first');
  const guard = guarded.guard({ pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
  assertEnded(await guard.find('both/file'), 'withheld', 'TRUST_ROLE_WITHHELD');
});

test('a role whose file the mirror does not serve ends the search, too', async (context) => {
  const guarded = await guardedBy(context, twoAnswers());
  for (const [answer, code] of [
    [404, 'SOURCE_NOT_FOUND'],
    [500, 'SOURCE_STATUS'],
    [Buffer.from('{}'), 'TRUST_ROLE_MISMATCH'],
  ] as const) {
    guarded.answer('metadata/1.first.json', answer);
    assertEnded(await guarded.guard().find('both/file'), 'refused', code);
  }
});

test('an excluded role ends the search with the operator’s reason, and no other role answers for it', async (context) => {
  const guarded = await guardedBy(context, twoAnswers(), { decisions: [decide('exclude-role', 'first')] });
  const finding = await guarded.guard().find('both/file');
  assertEnded(finding, 'excluded', 'POLICY_ROLE_EXCLUDED');
  const { outcome } = finding.search;
  assert.ok(outcome.kind === 'excluded');
  assert.deepEqual(outcome.refusal.details, { role: 'first', reason: 'asked upstream' });
  const guard = guarded.guard();
  await guard.refresh({ everyRole: true });
  assert.equal((await guard.find('second/file')).verdict.code, 'OK');
  assert.equal((await guard.find('file.txt')).verdict.code, 'OK');
});

test('an exclusion that ends is followed: the role answers again', async (context) => {
  const guarded = await guardedBy(context, twoAnswers(), { decisions: [decide('exclude-role', 'first')] });
  const guard = guarded.guard();
  await guard.refresh({ everyRole: true });
  await guarded.importNow();
  const { verdict } = await guard.get('both/file');
  assert.deepEqual([verdict.code, verdict.authoredBy], ['OK', 'first']);
});

test('an exclusion counts although the mirror still lists the role from before', async (context) => {
  const guarded = await guardedBy(context, twoAnswers());
  const guard = guarded.guard();
  await guard.refresh({ everyRole: true });
  await guarded.importNow(decide('exclude-role', 'first'));
  assertEnded(await guard.find('both/file'), 'excluded', 'POLICY_ROLE_EXCLUDED');
});

function assertEnded({ search, verdict }: Finding, kind: string, code: string): void {
  assert.deepEqual([search.outcome.kind, verdict.code, verdict.ok], [kind, code, false]);
  assert.deepEqual([verdict.authoredBy, verdict.sha256, verdict.established], [undefined, undefined, []]);
  const [first, second] = search.visit.looks;
  assert.equal(first?.visit?.refusal?.code, code);
  assert.deepEqual([second?.visit, second?.skipped], [undefined, 'the search had ended']);
}

function withhold(guarded: GuardedMirror, role: string): void {
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['meta', `${role}.json`], undefined) });
}

/** Two roles list one target, with other content; the first has priority. */
function twoAnswers(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'first', { paths: ['both/*'] });
  upstream.author.delegate('targets', 'second', { paths: ['both/*', 'second/*'] });
  upstream.add('both/file', 'from first', 'first').add('both/file', 'from second', 'second');
  return upstream.add('second/file', 'from second', 'second').publish();
}
