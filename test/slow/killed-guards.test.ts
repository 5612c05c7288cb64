/**
 * S-03: a guard’s process is killed between any two of its operations on the store (within one: test/client/doors).
 * Whatever the point, the memory is the old state or the new one, whole, and the next guard goes on from it.
 */
import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../src/client/doors/folder-store.ts';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { directory } from '../acquire/directories.ts';
import { Child } from '../cli/children.ts';
import { type GuardedMirror, guardedBy } from '../simulator/guarded.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { textOf } from '../client/workflow/unchanged.ts';
import { heldFiles, isWhole, stateIn } from '../client/memory/held-files.ts';
import { KILLED } from '../client/memory/refreshing.ts';

interface Prepared {
  readonly guarded: GuardedMirror;
  readonly base: string;
  /** A folder that saw the first state, while the mirror has the second. */
  readonly folder: string;
}

async function prepared(context: TestContext): Promise<Prepared> {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'role', { paths: ['dir/*'] });
  const guarded = await guardedBy(context, upstream.add('file', 'older').publish());
  const base = await directory(context, { 'pin.json': Buffer.from(writePin(guarded.pin())).toString() });
  const folder = join(base, 'guard');
  const guard = guarded.guard({ store: folderStore(folder) });
  await guard.refresh({ everyRole: true });
  await guard.get('file');
  upstream.add('file', 'newer').publish('targets', 'role');
  await guarded.importNow();
  return { guarded, base, folder };
}

function start(context: TestContext, { base, guarded }: Prepared, folder: string, point: string): Child {
  const words = [folder, join(base, 'pin.json'), String(guarded.clock.now().getTime()), point];
  return new Child(context, base, words, { program: KILLED });
}

/** What a killed process left: the old state or the new one, and everything works from there. */
async function assertWhole({ guarded }: Prepared, folder: string, point: string): Promise<number> {
  const { marks } = await stateIn(folder);
  for (const [what, digest] of await heldFiles(folder)) assert.ok(await isWhole(folder, digest), `${point}: ${what}`);
  const guard = guarded.guard({ store: folderStore(folder) });
  const standing = await guard.refresh({ mode: 'offline', everyRole: true });
  assert.equal(standing.upstream?.snapshot, marks.snapshot, point);
  // The target of the new state may not be at hand yet; that of the old one is.
  if (marks.snapshot === 1)
    assert.equal(String(Buffer.from((await guard.get('file', { mode: 'offline' })).bytes)), 'older');
  assert.equal((await guard.refresh({ everyRole: true })).upstream?.snapshot, 2, point);
  assert.equal(await textOf(guard, 'file'), 'newer', point);
  return marks.snapshot;
}

test('S-03 killed at every point of a refresh and a download, the memory is the old one or the new one', async (context) => {
  const preparation = await prepared(context);
  const { base, folder } = preparation;
  const copy = async (name: string): Promise<string> => {
    await cp(folder, join(base, name), { recursive: true });
    return join(base, name);
  };
  const whole = await start(context, preparation, await copy('whole'), 'none').ended;
  assert.equal(whole.exitCode, 0, whole.err);
  const points = whole.out.trimEnd().split('\n');
  // Of the refresh, of the search, of the target.
  const named = ['commit 1', 'keep 1', 'kept 1', 'commit 2', 'commit 3', 'keep 2', 'kept 2'];
  assert.deepEqual(
    points.filter((point) => !point.startsWith('write')),
    named,
  );
  // The files of the refresh are written one by one before its commit; the last is the target’s.
  const writes = points.filter((point) => point.startsWith('write'));
  assert.ok(writes.length > 5 && points.indexOf('commit 1') === writes.length - 1, points.join(', '));
  // Between two of these nothing happens that the others do not show; a process takes a second to start.
  const chosen = ['write 4', 'commit 1', 'keep 1', writes.at(-1) ?? '', 'commit 3', 'kept 2'];
  const left = new Map<string, number>();
  const queue = [...chosen];
  const next = async (): Promise<void> => {
    for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
      const mine = await copy(point);
      const child = start(context, preparation, mine, point);
      await child.says(new RegExp(`^${point}$`, 'm'));
      child.process.kill('SIGKILL');
      assert.equal((await child.ended).signal, 'SIGKILL');
      left.set(point, await assertWhole(preparation, mine, point));
    }
  };
  await Promise.all([next(), next(), next()]);
  assert.deepEqual(
    chosen.map((point) => [point, left.get(point)]),
    chosen.map((point, at) => [point, at <= chosen.indexOf('commit 1') ? 1 : 2]),
  );
});

test('S-03 killed before its first commit, a guard has no memory yet, and no leftover stands in the way of one', async (context) => {
  const preparation = await prepared(context);
  const folder = join(preparation.base, 'first');
  const child = start(context, preparation, folder, 'commit 1');
  await child.says(/^commit 1$/m);
  child.process.kill('SIGKILL');
  await child.ended;
  const store = folderStore(folder);
  assert.equal(await store.state(), undefined);
  assert.equal(await textOf(preparation.guarded.guard({ store }), 'file'), 'newer');
});
