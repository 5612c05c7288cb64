/**
 * Upstream said two things under one version, and this guard heard both (W-07, C-03). Refused; the way on is the decision
 * of the mirror’s operator, by name and version, signed into the mirror’s snapshot.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { decide } from '../../simulator/mirrored.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

for (const role of ['timestamp', 'snapshot', 'targets', 'dev']) {
  test(`W-07 another ${role} under the version that was seen is refused, and accepted when the operator did so by name`, async (context) => {
    const guarded = await guardedBy(context, delegating());
    const store = memoryStore();
    const guard = guarded.guard({ store });
    await guard.refresh({ everyRole: true });
    contradict(guarded.upstream, role);
    new StolenKeys(guarded).claim();
    const refusal = await refusedUntouched('TRUST_EQUIVOCATION', store, () => guard.refresh({ everyRole: true }));
    assert.equal(refusal.what, `${role} version 1 was seen before with other signed content.`);
    assert.deepEqual(refusal.details, { role, version: 1 });
    guarded.restore();
    await guarded.importNow(decide('accept-equivocation', `${role}@1`));
    await guard.refresh({ everyRole: true });
    await guard.refresh({ everyRole: true });
  });

  test(`a guard that never saw the first ${role} has nothing to compare it with`, async (context) => {
    const guarded = await guardedBy(context, delegating());
    contradict(guarded.upstream, role);
    new StolenKeys(guarded).claim();
    await guarded.guard().refresh({ everyRole: true });
  });
}

test('a guard that was away meets an accepted equivocation later: it stays stated while that version is current', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  await guarded.guard({ store }).refresh({ everyRole: true });
  contradict(guarded.upstream, 'dev');
  await guarded.importNow(decide('accept-equivocation', 'dev@1'));
  guarded.upstream.add('later.txt', 'later').publish('targets');
  await guarded.importNow();
  await guarded.guard({ store }).refresh({ everyRole: true });
  await guarded.rotateOnline();
  const another = memoryStore();
  await guarded.guard({ store: another }).refresh({ everyRole: true });
  guarded.upstream.publish('dev');
  await guarded.importNow();
  for (const held of [store, another]) await guarded.guard({ store: held }).refresh({ everyRole: true });
});

test('W-07 a decision about another role or another version accepts nothing', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  await guarded.guard({ store }).refresh({ everyRole: true });
  contradict(guarded.upstream, 'targets');
  for (const { role, version, kind } of [
    { kind: 'accept-equivocation', role: 'targets', version: 2 },
    { kind: 'accept-equivocation', role: 'dev', version: 1 },
    { kind: 'accept-version-jump', role: 'targets', version: 1 },
  ]) {
    const made = new Map<string, string | number>([...Object.entries({ kind, reason: 'a reason', role, version })]);
    new StolenKeys(guarded).claim(guarded.upstream.author.files, (signed) => {
      const statement = signed.get('x-countersign');
      assert.ok(statement instanceof Map);
      statement.set('decisions', [made]);
    });
    await refusedUntouched('TRUST_EQUIVOCATION', store, () => guarded.guard({ store }).refresh());
  }
});

test('W-07 with static keys alone the roles are compared, and the operator’s decision counts', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
  await guard.refresh({ everyRole: true });
  contradict(guarded.upstream, 'targets');
  new StolenKeys(guarded).claim();
  await refusedUntouched('TRUST_EQUIVOCATION', store, () => guard.refresh());
  guarded.restore();
  await guarded.importNow(decide('accept-equivocation', 'targets@1'));
  await guard.refresh();
});

test('W-07 at the carried level nobody can accept it', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.carriedPin() });
  await guard.refresh();
  contradict(guarded.upstream, 'snapshot');
  await guarded.importNow(decide('accept-equivocation', 'snapshot@1'));
  await refusedUntouched('TRUST_EQUIVOCATION', store, () => guard.refresh());
});

test('C-03 the same signed part in other bytes is no second word: it is followed', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const guard = guarded.guard();
  await guard.refresh({ everyRole: true });
  const { upstream } = guarded;
  upstream.rewrite('dev', (text) => text.replaceAll('":', '": '));
  upstream.author.role('dev').version = 0;
  upstream.publish('dev');
  await guarded.importNow();
  await guard.refresh({ everyRole: true });
});

test('F-02 after upstream rotated its online keys, versions that begin anew contradict nothing', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const guard = guarded.guard();
  await guard.refresh({ everyRole: true });
  const { author } = guarded.upstream;
  author.keyholders.set('timestamp', { signers: [guarded.upstream.signer('timestamp two')], threshold: 1 });
  author.publishRoot();
  for (const role of ['snapshot', 'targets', 'dev'])
    guarded.upstream.alter(role, (signed) => signed.set('x-new', true));
  for (const issue of [author.timestamp, author.snapshot, author.role('targets'), author.role('dev')])
    issue.version = 0;
  author.publish('targets', 'dev');
  await guarded.rotateOnline();
  new StolenKeys(guarded).claim();
  const { upstream } = await guard.refresh({ everyRole: true });
  assert.deepEqual(upstream, { root: 2, timestamp: 1, snapshot: 1 });
});

/** Signs version 1 once more, with another content; whatever lists it gets a new version. */
function contradict(upstream: SimulatedUpstream, role: string): void {
  const { author } = upstream;
  upstream.alter(role, (signed) => signed.set('x-changed', true));
  if (role === 'timestamp') {
    author.timestamp.version = 0;
    author.publishTimestamp();
    return;
  }
  (role === 'snapshot' ? author.snapshot : author.role(role)).version = 0;
  upstream.publish(role);
}

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}
