/** P-02, P-04, J-06: names of targets that try to be paths, addresses or members of a prototype. They are only names. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { folderStore } from '../../../src/client/doors/folder-store.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { directory } from '../../acquire/directories.ts';
import { guardedBy } from '../../simulator/guarded.ts';
import { rejected } from '../../simulator/refused.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { copyOf } from './plain-copy.ts';
import { searchUnchanged } from './unchanged.ts';

const PROTOTYPES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
const ODD = ['a?b#c', '%2e%2e', '%2F', 'a%00b', 'a b', 'ü/ñ', "a'(b)*!", 'a\\b', 'C:x', '~', '.hidden', 'CON'];
const LONG = ['n'.repeat(2048), `${'d/'.repeat(400)}file`];
const EMPTY_SEGMENTS = ['a//b', '/absolute', 'folder/', '//host/x'];
// With a digest before it, a last segment of dots is a name like any other.
const DOTS = ['..', '.', 'a/..'];
const CLIMBING = ['../x', 'a/../b', './x'];

const upstream = new SimulatedUpstream();
const NAMES = [...PROTOTYPES, ...ODD, ...LONG, ...EMPTY_SEGMENTS, ...DOTS];
for (const name of [...NAMES, ...CLIMBING]) upstream.add(name, `content of ${name}`);
upstream.publish();
const copy = await copyOf({ after }, upstream);

test('P-02, P-04 every odd name is asked for as one name below targets/, and held under its digest only', async (context) => {
  const folder = join(await directory(context), 'guard');
  const guard = copy.guard({ store: folderStore(folder) });
  for (const name of NAMES) {
    const { bytes, verdict } = await guard.get(name);
    assert.equal(Buffer.from(bytes).toString(), `content of ${name}`);
    assert.equal(verdict.target, name);
    assert.match(copy.requests.at(-1) ?? '', /^targets\/[A-Za-z0-9_.~%/-]*$/);
  }
  for (const name of NAMES) {
    const { bytes } = await guard.get(name, { mode: 'offline' });
    assert.equal(Buffer.from(bytes).toString(), `content of ${name}`);
  }
  const names = await readdir(join(folder, 'files'));
  assert.ok(
    names.every((name) => /^[0-9a-f]{64}$/.test(name)),
    names.join(' '),
  );
});

test('P-04 a name that would alter the address is found, as it is signed, and never fetched', async () => {
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh();
  copy.takeRequests();
  for (const name of CLIMBING) {
    const { length } = await searchUnchanged('OK', store, guard, name);
    assert.equal(length, `content of ${name}`.length);
    assert.equal((await guard.verify(name, Buffer.from(`content of ${name}`))).code, 'OK');
    await rejected('TRUST_MALFORMED', guard.get(name));
  }
  assert.ok(!copy.takeRequests().some((path) => path.startsWith('targets')));
});

test('J-06 names that every object has are found only where they are listed', async () => {
  const empty = await copyOf({ after }, new SimulatedUpstream({ seed: 'empty' }).publish());
  const store = memoryStore();
  const guard = empty.guard({ store });
  await guard.refresh();
  for (const name of [...PROTOTYPES, ...LONG, ...CLIMBING, '', '\u0000', '\ud800']) {
    await searchUnchanged('TRUST_UNLISTED_TARGET', store, guard, name);
    const refusal = await rejected('TRUST_UNLISTED_TARGET', guard.get(name));
    assert.ok(refusal.message.length < 1000);
  }
});

test('J-06 names that every object has are held, forgotten and handed out like any others', async () => {
  const store = memoryStore();
  const guard = copy.guard({ store });
  for (const name of PROTOTYPES) await guard.get(name);
  for (const name of PROTOTYPES) {
    const { bytes } = await copy.guard({ store }).get(name, { mode: 'offline' });
    assert.equal(Buffer.from(bytes).toString(), `content of ${name}`);
  }
});

test('P-02 pinned: what a mirror carries under odd names reaches the guard byte for byte', async (context) => {
  const honest = new SimulatedUpstream();
  const names = [...PROTOTYPES, ...ODD, 'n'.repeat(2048)];
  for (const name of names) honest.add(name, `content of ${name}`);
  const guarded = await guardedBy(context, honest.publish());
  const guard = guarded.guard();
  for (const name of names) {
    const { bytes } = await guard.get(name);
    assert.equal(Buffer.from(bytes).toString(), `content of ${name}`);
  }
});
