/**
 * W-01: a cache is no trust anchor. Somebody who can write the guard’s folder puts a whole repository of their own into
 * it, root chain included; everything is verified from the pin on every use, so none of it is believed.
 */
import assert from 'node:assert/strict';
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import type { Code } from '../../../src/errors.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { directory } from '../../acquire/directories.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { type PlainCopy, copyOf } from '../workflow/plain-copy.ts';
import { refusedUnchanged, textOf } from '../workflow/unchanged.ts';
import { DAMAGES, heldFiles, heldPath, stateFile, stateIn } from './held-files.ts';

/** Two roots, so that there is a chain to hold, and a target in the store. */
async function repository(
  context: TestContext,
  seed: string,
): Promise<{ copy: PlainCopy; guard: Guard; folder: string }> {
  const upstream = new SimulatedUpstream({ seed }).add('file', `by ${seed}`).publish();
  upstream.author.keyholders.set('timestamp', { signers: [upstream.signer('new timestamp')], threshold: 1 });
  upstream.author.publishRoot();
  upstream.publish('targets');
  const copy = await copyOf(context, upstream);
  const folder = join(await directory(context), 'guard');
  const guard = copy.guard({ store: folderStore(folder) });
  assert.equal(await textOf(guard, 'file'), `by ${seed}`);
  return { copy, guard, folder };
}

async function planted(from: string, into: string, alter: (state: string) => string = (state) => state): Promise<void> {
  for (const name of await readdir(join(from, 'files'))) await copyFile(heldPath(from, name), heldPath(into, name));
  // What upstream signed under a version is part of the memory, as the marks are: with somebody else’s, the genuine
  // content looks like a contradiction. That is refused, which is right, and not what is shown here.
  const told = JSON.parse(alter(await readFile(await stateFile(from), 'utf8'))) as Record<string, unknown>;
  await writeFile(await stateFile(into), JSON.stringify({ ...told, contents: {} }));
}

test('W-01 an attacker’s whole repository in the folder is refused offline, and replaced by the genuine one online', async (context) => {
  const victim = await repository(context, 'upstream');
  const attacker = await repository(context, 'attacker');
  await planted(attacker.folder, victim.folder);
  const state = await readFile(await stateFile(victim.folder), 'utf8');
  for (const mode of ['offline', 'online'] as const) {
    const { copy } = victim;
    if (mode === 'online') copy.answer('metadata/timestamp.json', 503);
    await assert.rejects(victim.guard.get('file', { mode }));
    copy.restore();
    assert.equal(await readFile(await stateFile(victim.folder), 'utf8'), state);
  }
  // The chain that counts ends at the pinned root, and a newer one was seen, as the planted state says.
  await rejected('TRUST_ROLLBACK', victim.guard.refresh({ mode: 'offline' }));
  assert.equal(await textOf(victim.guard, 'file'), 'by upstream');
  assert.equal(await textOf(victim.guard, 'file'), 'by upstream');
  const { upstream } = await stateIn(victim.folder);
  assert.ok(!(await stateIn(attacker.folder)).upstream.roots.some((digest) => upstream.roots.includes(digest)));
});

test('W-01 the same without any marks: then the attacker’s timestamp has no key that the pin leads to', async (context) => {
  const victim = await repository(context, 'upstream');
  const attacker = await repository(context, 'attacker');
  const unmarked = (state: string): string => state.replace(/("(?:root|timestamp|snapshot)"):\d+/g, '$1:0');
  await planted(attacker.folder, victim.folder, unmarked);
  await rejected('TRUST_SIGNATURES', victim.guard.refresh({ mode: 'offline' }));
  assert.equal(await textOf(victim.guard, 'file'), 'by upstream');
});

test('W-01, W-10 one forged file at a time: named by the state, with the right digest, and still not believed', async (context) => {
  const victim = await repository(context, 'upstream');
  const attacker = await repository(context, 'attacker');
  const [genuine, forged] = [await heldFiles(victim.folder), await heldFiles(attacker.folder)];
  const path = await stateFile(victim.folder);
  const good = await readFile(path, 'utf8');
  const codes: Readonly<Record<string, Code>> = {
    'upstream root 2': 'TRUST_ROLLBACK',
    'upstream timestamp': 'TRUST_SIGNATURES',
    'upstream snapshot': 'TRUST_TORN',
    'role targets': 'TRUST_TORN',
    'target file': 'SOURCE_OFFLINE',
  };
  assert.deepEqual([...genuine.keys()].sort(), Object.keys(codes).sort());
  for (const [what, digest] of genuine) {
    const other = forged.get(what) ?? '';
    await copyFile(heldPath(attacker.folder, other), heldPath(victim.folder, other));
    // The number stays: the guard’s own commits count on from it.
    const current = await stateFile(victim.folder);
    await writeFile(current, good.replaceAll(digest, other));
    const before = await readFile(current, 'utf8');
    assert.notEqual(before, good, what);
    await rejected(codes[what] ?? 'STATE_CACHE', victim.guard.get('file', { mode: 'offline' }));
    assert.equal(await readFile(await stateFile(victim.folder), 'utf8'), before, what);
    assert.equal(await textOf(victim.guard, 'file'), 'by upstream', what);
    assert.equal((await heldFiles(victim.folder)).get(what), digest, what);
  }
});

test('M-16 a root chain that ends before the root that was seen is refused, also where the held roots are gone', async (context) => {
  const { copy, folder } = await repository(context, 'upstream');
  const store = folderStore(folder);
  const hidden = copy.guard({ store });
  copy.answer('metadata/2.root.json', 404);
  assert.equal((await hidden.refresh()).upstream?.root, 2, 'what is held is enough');
  await DAMAGES['removed']?.(heldPath(folder, (await heldFiles(folder)).get('upstream root 2') ?? ''));
  // Signed by the keys of the first root, so that nothing but the memory speaks against it.
  const { upstream } = copy;
  upstream.author.keyholders.set('timestamp', { signers: [upstream.signer('timestamp')], threshold: 1 });
  upstream.author.publishTimestamp();
  const refusal = await refusedUnchanged('TRUST_ROLLBACK', store, () => hidden.refresh());
  assert.deepEqual([refusal.details['role'], refusal.details['version'], refusal.details['accepted']], ['root', 1, 2]);
  assert.match(refusal.next, /^ALARM/);
  assert.equal((await copy.guard().refresh()).upstream?.root, 1, 'a guard without a memory cannot know');
  const floor = { root: 2, timestamp: 1, snapshot: 1, roles: new Map() };
  await rejected('TRUST_FLOOR', copy.guard({ pin: copy.pin({ floor }) }).refresh());
});

test('W-01 pinned: a snapshot of the mirror’s that nobody signed, planted in the folder, undercuts and removes nothing', async (context) => {
  const guarded = await guardedBy(context);
  const folder = join(await directory(context), 'guard');
  const guard = guarded.guard({ store: folderStore(folder) });
  await guard.refresh();
  guarded.upstream.add('file', 'newer').publish('targets');
  await guarded.importNow();
  const digest = (await heldFiles(folder)).get('mirror snapshot') ?? '';
  const genuine = await readFile(heldPath(folder, digest), 'utf8');
  for (const forged of [
    genuine.replace('"targets.json":{', '"forged.json":{"version":1},"targets.json":{'),
    genuine.replace(/("targets\.json":\{.*?"version":)1/, '$199'),
  ]) {
    assert.notEqual(forged, genuine);
    const planted = sha256(Buffer.from(forged));
    await writeFile(heldPath(folder, planted), forged);
    const path = await stateFile(folder);
    await writeFile(
      path,
      (await readFile(path, 'utf8')).replace((await stateIn(folder)).mirror.snapshot ?? '', planted),
    );
    assert.equal((await guard.refresh()).upstream?.snapshot, 2);
  }
});
