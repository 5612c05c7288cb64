/** W-10: held files are verified on every use. Damaged ones are fetched again online, with a warning; offline they refuse. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import { directory } from '../../acquire/directories.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { textOf } from '../workflow/unchanged.ts';
import { DAMAGES, type StateDocument, heldFiles, heldPath, isWhole, stateFile } from './held-files.ts';

interface Kept {
  readonly guarded: GuardedMirror;
  readonly guard: Guard;
  readonly folder: string;
  /** What each file was one state before. */
  readonly older: ReadonlyMap<string, Uint8Array>;
}

/** A guard with a whole memory in a folder: two roots of each, every role, a target; and what it held before. */
async function keptBy(context: TestContext, level: string): Promise<Kept> {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'role', { paths: ['dir/*'] });
  upstream.add('file', 'older').add('dir/file', 'older', 'role').publish();
  const guarded = await guardedBy(context, upstream);
  const folder = join(await directory(context), 'guard');
  const pin = level === 'carried' ? guarded.carriedPin() : guarded.pin();
  const guard = guarded.guard({ pin, store: folderStore(folder) });
  await guard.refresh({ everyRole: true });
  const older = new Map<string, Uint8Array>();
  await guard.get('file');
  for (const [what, digest] of await heldFiles(folder)) older.set(what, await readFile(heldPath(folder, digest)));
  upstream.author.keyholders.set('timestamp', { signers: [upstream.signer('new timestamp')], threshold: 1 });
  upstream.author.publishRoot();
  upstream.add('file', 'newer').add('dir/file', 'newer', 'role').publish('targets', 'role');
  await guarded.importNow();
  await guarded.rotateOnline();
  await guard.refresh({ everyRole: true });
  await guard.get('file');
  return { guarded, guard, folder, older };
}

for (const level of ['pinned', 'carried']) {
  test(`W-10 ${level}: whatever becomes of a held file, offline refuses and changes nothing, online heals it and says so`, async (context) => {
    const { guard, folder, older } = await keptBy(context, level);
    const held = await heldFiles(folder);
    assert.equal(held.size, level === 'pinned' ? 9 : 6, [...held.keys()].join(', '));
    for (const [what, digest] of held) {
      const genuine = older.get(what);
      const replaced = { 'replaced by an older one': (path: string) => writeFile(path, genuine ?? '') };
      for (const [damage, spoil] of Object.entries({ ...DAMAGES, ...(genuine && replaced) })) {
        await spoil(heldPath(folder, digest));
        const before = await readFile(await stateFile(folder));
        const use = (mode: 'offline' | 'online') =>
          what.startsWith('target') ? guard.get('file', { mode }) : guard.refresh({ mode, everyRole: true });
        const refusal = await rejected('SOURCE_OFFLINE', use('offline'));
        assert.ok(before.equals(await readFile(await stateFile(folder))), `${what} ${damage}: ${refusal.what}`);
        await use('online');
        assert.ok(await isWhole(folder, digest), `${what} ${damage} was not healed`);
        await use('offline');
      }
    }
    assert.deepEqual(await heldFiles(folder), held, 'the memory names the same files as before');
  });

  test(`W-10 ${level}: all held files gone at once: the marks are still there, and everything is fetched again`, async (context) => {
    const { guard, guarded, folder } = await keptBy(context, level);
    const held = await heldFiles(folder);
    for (const digest of held.values()) await DAMAGES['removed']?.(heldPath(folder, digest));
    const { warnings } = await guard.refresh({ everyRole: true });
    const [damaged] = warnings.filter(({ code }) => code === 'damaged-cache');
    assert.match(damaged?.text ?? '', /\d held files were altered and not used/);
    assert.equal(await textOf(guard, 'file'), 'newer');
    for (const [what, digest] of held) assert.ok(await isWhole(folder, digest), what);
    assert.ok(!(await guard.refresh({ everyRole: true })).warnings.some(({ code }) => code === 'damaged-cache'));
    guarded.takeRequests();
    await guard.get('file', { mode: 'offline' });
    assert.deepEqual(guarded.takeRequests(), []);
  });
}

test('R-01 an endless file in the place of a held one is read no further than a metadata file may be long', async (context) => {
  const guarded = await guardedBy(context);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  let chunks = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; chunks < 10_000; chunks++) yield await Promise.resolve(Buffer.alloc(1000));
  }
  const limits = { rootBytes: 20_000, timestampBytes: 10_000, snapshotBytes: 10_000, targetsBytes: 10_000 };
  const planted: Store = {
    description: store.description,
    state: () => store.state(),
    read: async (digest) => (digest === timestamp ? endless() : store.read(digest)),
    write: (content) => store.write(content),
    commit: (previous, bytes) => store.commit(previous, bytes),
    keepOnly: (digests) => store.keepOnly(digests),
  };
  const { mirror } = JSON.parse(Buffer.from((await store.state())?.bytes ?? []).toString()) as StateDocument;
  const { timestamp } = mirror;
  const { warnings } = await guarded.guard({ store: planted, limits }).refresh();
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['damaged-cache'],
  );
  // The bound of its own kind: ten thousand bytes.
  assert.equal(chunks, 10);
});

test('W-10 from the cache: a damaged file sends the whole operation online', async (context) => {
  const { guard, guarded, folder } = await keptBy(context, 'pinned');
  guarded.takeRequests();
  assert.equal((await guard.refresh({ mode: 'cache-first', everyRole: true })).mode, 'cache');
  assert.deepEqual(guarded.takeRequests(), []);
  const digest = (await heldFiles(folder)).get('role role') ?? '';
  await DAMAGES['altered']?.(heldPath(folder, digest));
  const standing = await guard.refresh({ mode: 'cache-first', everyRole: true });
  assert.equal(standing.mode, 'online');
  assert.ok(standing.warnings.some(({ code }) => code === 'damaged-cache'));
});
