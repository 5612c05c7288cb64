/**
 * Marks belong to upstream’s roles and to the guard’s own memory (F-02, M-03, M-13): a mirror that rotates its keys makes
 * stock clients forget what they saw, and no guard. Everything that is replayed here is as upstream signed it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Code } from '../../../src/errors.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { StolenKeys } from './stolen-keys.ts';
import { marksIn, refusedUntouched } from './untouched.ts';

type Files = ReadonlyMap<string, Uint8Array>;

interface Replay {
  readonly code: Code;
  readonly what: RegExp;
  /** @param old the files of the first state; `upstream` has published the second */
  readonly state: (upstream: SimulatedUpstream, old: Files) => Files;
}

const REPLAYS: Record<string, Replay> = {
  'the whole state of before': {
    code: 'TRUST_ROLLBACK',
    what: /^Upstream: timestamp version 1 is older than the accepted version 2/,
    state: (_upstream, old) => old,
  },
  'a newer timestamp that names the snapshot of before': {
    code: 'TRUST_ROLLBACK',
    what: /^Upstream: snapshot version 1 is older than the accepted version 2/,
    state({ author }, old) {
      author.snapshot.version = 1;
      author.publishTimestamp(old.get('1.snapshot.json'));
      return author.files;
    },
  },
  'a newer snapshot that lists the targets of before': {
    code: 'TRUST_ROLLBACK',
    what: /^Upstream: targets version 1 is older than the accepted version 2/,
    state: (upstream) => publishedAgain(upstream, 'targets'),
  },
  'a newer snapshot that lists a delegated role of before': {
    code: 'TRUST_ROLLBACK',
    what: /^Upstream: dev version 1 is older than the accepted version 2/,
    state: (upstream) => publishedAgain(upstream, 'dev'),
  },
  'a newer snapshot that no longer lists a role': {
    code: 'TRUST_ROLE_REMOVED',
    what: /no longer lists dev\.$/,
    state({ author }) {
      author.role('targets').delegations.length = 0;
      author.roles.delete('dev');
      author.publish('targets');
      return author.files;
    },
  },
};

for (const [what, { code, what: words, state }] of Object.entries(REPLAYS)) {
  test(`F-02 M-03 M-13 ${what} is refused after the mirror rotated its keys under a new root`, async (context) => {
    const { guarded, old } = await twoStates(context);
    const store = memoryStore();
    const guard = guarded.guard({ store });
    await guard.refresh({ everyRole: true });
    const seen = await marksIn(store, guarded.mirrored.id);
    assert.deepEqual(seen, { root: 1, timestamp: 2, snapshot: 2, roles: { dev: 2, targets: 2 } });
    await guarded.rotateOnline();
    new StolenKeys(guarded).claim(state(guarded.upstream, old));
    const refusal = await refusedUntouched(code, store, () => guard.refresh());
    assert.match(refusal.what, words);
    guarded.restore();
    await guard.refresh();
    assert.deepEqual(await marksIn(store, guarded.mirrored.id), seen);
  });

  test(`M-03 ${what} is refused under the mirror’s old keys, too`, async (context) => {
    const { guarded, old } = await twoStates(context);
    const store = memoryStore();
    const guard = guarded.guard({ store });
    await guard.refresh({ everyRole: true });
    new StolenKeys(guarded).claim(state(guarded.upstream, old));
    await refusedUntouched(code, store, () => guard.refresh());
  });
}

test('M-04 a guard without a memory takes an older state: only a floor and the age limit protect it', async (context) => {
  const { guarded, old } = await twoStates(context);
  new StolenKeys(guarded).claim(old);
  const { upstream, notKnown } = await guarded.guard().refresh();
  assert.deepEqual(upstream, { root: 1, timestamp: 1, snapshot: 1 });
  assert.ok(notKnown.some(({ code }) => code === 'newer-upstream'));
});

test('F-02 an operation that fails moves no mark, up or down', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  guarded.upstream.publish('targets', 'dev');
  await guarded.importNow();
  guarded.answer('metadata/2.targets.json', 503);
  await refusedUntouched('SOURCE_STATUS', store, () => guard.refresh());
  guarded.restore().answer('metadata/2.dev.json', 404);
  await refusedUntouched('SOURCE_NOT_FOUND', store, () => guard.refresh({ everyRole: true }));
  guarded.restore();
  await guard.refresh();
  const { roles, ...own } = await marksIn(store, guarded.mirrored.id);
  assert.deepEqual(
    [own, roles],
    [
      { root: 1, timestamp: 2, snapshot: 2 },
      { targets: 2, dev: 2 },
    ],
  );
});

test('a role’s mark is what upstream’s snapshot listed, whether or not the role was ever read', async (context) => {
  const { guarded } = await twoStates(context);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  assert.deepEqual((await marksIn(store, guarded.mirrored.id))['roles'], { dev: 2, targets: 2 });
  await guarded.rotateOnline();
  new StolenKeys(guarded).claim(publishedAgain(guarded.upstream, 'dev'));
  await refusedUntouched('TRUST_ROLLBACK', store, () => guarded.guard({ store }).refresh());
});

/** The second state of two is imported; the files of the first. */
async function twoStates(context: Parameters<typeof guardedBy>[0]): Promise<{ guarded: GuardedMirror; old: Files }> {
  const guarded = await guardedBy(context, delegating());
  const old = new Map(guarded.upstream.author.files);
  guarded.upstream.publish('targets', 'dev');
  await guarded.importNow();
  return { guarded, old };
}

/** The first version of the role once more, listed by a newer snapshot. */
function publishedAgain({ author }: SimulatedUpstream, role: string): Files {
  author.role(role).version = 0;
  author.publish(role);
  return author.files;
}

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}
