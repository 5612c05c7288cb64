/** F-02: a memory that cannot be read is refused in every mode, left as it is, and never replaced by a blank one. */
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { repositoryId } from '../../../src/tuf/names.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { textOf } from '../workflow/unchanged.ts';
import { stateFile } from './held-files.ts';

const guarded = await guardedBy({ after }, new SimulatedUpstream().add('file', 'content').publish());
const base = await mkdtemp(join(tmpdir(), 'countersign-memory-'));
after(() => rm(base, { recursive: true, force: true }));
const folder = join(base, 'guard');
const guard = guarded.guard({ store: folderStore(folder) });
await guard.get('file');
const path = await stateFile(folder);
const good = await readFile(path, 'utf8');

/** With these bytes for a state: refused in every mode, and everything stays as it lies there. */
async function refused(bytes: string | Uint8Array, why: string): Promise<void> {
  await writeFile(path, bytes);
  const before = await listing();
  guarded.takeRequests();
  for (const mode of ['online', 'offline', 'cache-first'] as const) {
    const refusal = await rejected('STATE_CACHE', guard.refresh({ mode }));
    assert.match(refusal.next, /^Restore the file/, why);
    await rejected('STATE_CACHE', guard.get('file', { mode }));
  }
  assert.deepEqual(guarded.takeRequests(), [], 'nobody is asked before the memory is open');
  assert.deepEqual(await listing(), before, why);
}

async function listing(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (name) => `${name} ${(await readFile(name)).toString('base64')}`));
}

/** With the state restored nothing was lost. */
async function recovers(): Promise<void> {
  await writeFile(path, good);
  assert.equal((await guard.refresh({ mode: 'offline' })).upstream?.snapshot, 1);
  assert.equal(Buffer.from((await guard.get('file', { mode: 'offline' })).bytes).toString(), 'content');
}

test('F-02 a state that was cut off anywhere is refused, and when it is restored nothing was lost', async () => {
  const end = good.trimEnd().length;
  for (let length = 0; length < end; length += 41) await refused(good.slice(0, length), `${String(length)} bytes`);
  await refused(good.slice(0, end - 1), 'all but the last brace');
  await recovers();
});

const REPLACED: readonly (readonly [string, (text: string) => string | Uint8Array])[] = [
  ['garbage', () => new Uint8Array(1000).fill(0xa5)],
  ['zeros, as after a power cut', (text) => new Uint8Array(text.length)],
  ['another document', () => '{}'],
  ['a state of a later format', (text) => text.replace('guard-state/v1', 'guard-state/v2')],
  ['a state of another repository', (text) => text.replace('"repository-1"', '"repository-2"')],
  ['two states', (text) => text + text],
  ['marks that are missing', (text) => text.replace('"marks"', '"Marks"')],
  ['a mark below zero', (text) => text.replace('"marks":{"root":1', '"marks":{"root":-1')],
  ['a mark that is no number', (text) => text.replace('"marks":{"root":1', '"marks":{"root":"1"')],
  ['a mark twice', (text) => text.replace('"marks":{"root":1', '"marks":{"root":1,"root":0')],
  ['a time that is none', (text) => text.replace(/"last_trusted_time":"[^"]*"/, '"last_trusted_time":"tomorrow"')],
  ['a path in the place of a digest', (text) => text.replace(/"timestamp":"[0-9a-f]{64}"/, '"timestamp":"../../pin"')],
];

test('F-02 a state that is anything else is refused, and when it is restored nothing was lost', async () => {
  for (const [why, replace] of REPLACED) {
    const bytes = replace(good);
    assert.notEqual(bytes, good, why);
    await refused(bytes, why);
  }
  await recovers();
});

test('M-12 a memory that was made under the pin of one repository is no use under that of another', async () => {
  const other = guarded.guard({
    store: folderStore(folder),
    pin: guarded.pin({ repository: repositoryId('another') }),
  });
  await rejected('STATE_CACHE', other.refresh());
  await recovers();
});

test('S-06 a whole older folder in the place of the newer is an older memory: the marks that it has still hold', async () => {
  const older = join(base, 'older');
  await cp(folder, older, { recursive: true });
  guarded.upstream.add('file', 'newer').publish('targets');
  await guarded.importNow();
  assert.equal(await textOf(guard, 'file'), 'newer');
  const restored = guarded.guard({ store: folderStore(older) });
  assert.equal((await restored.refresh({ mode: 'offline' })).upstream?.snapshot, 1);
  assert.equal(await textOf(restored, 'file'), 'newer');
});
