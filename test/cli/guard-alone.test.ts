/**
 * The guard by itself: its commands where the server’s packages are missing, the library as another program embeds it,
 * and the example of docs/clients/node.md. Real processes, a served mirror, the clock of this machine.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writePin } from '../../src/client/pin/pin-write.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { PROJECT } from '../architecture/sources.ts';
import { DAY, NOW } from '../simulator/clock.ts';
import { guardedCollection } from '../simulator/guarded-collection.ts';
import { STRICT } from '../simulator/guarded.ts';
import { bundleOf } from '../simulator/programs.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { Child } from './children.ts';
import { type GuardPlace, guardPlace } from './guard-place.ts';
import { Workplace } from './workplace.ts';

const WITHOUT = fileURLToPath(new URL('without-packages-child.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const LIBRARY = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url));
const PAGE = new URL('../../docs/clients/node.md', import.meta.url);

/** What a server needs and a client must not. */
const SERVER_PACKAGES = ['better-sqlite3', 'express', 'prom-client'];
/** What the command line needs and the library must not. */
const COMMAND_PACKAGES = ['commander', 'undici', 'age-encryption', 'ajv', 'yaml'];

/** A mirror of today, for processes that have no other clock, with a pin file beside it. */
async function servedToday(context: Parameters<typeof guardPlace>[0]): Promise<GuardPlace> {
  const now = new Date();
  const upstream = new SimulatedUpstream({ now }).add('welcome.txt', 'Welcome\n').publish();
  const place = await guardPlace(context, upstream, { now });
  const pin = place.guarded.pin({ policy: { ...STRICT, maxOffline: DAY } });
  await writeFile(place.workplace.path('pin.json'), writePin(pin));
  return place;
}

test('guard commands start and work where the server’s packages cannot be loaded', async (context) => {
  const { workplace } = await servedToday(context);
  const run = (...words: string[]): Promise<Awaited<Child['ended']>> =>
    new Child(context, workplace.directory, [SERVER_PACKAGES.join(','), bundleOf(PROGRAM), ...words], {
      program: WITHOUT,
    }).ended;
  const help = await run('guard', '--help');
  assert.deepEqual([help.exitCode, help.err], [0, '']);
  const digest = sha256(await readFile(workplace.path('pin.json')));
  const init = await run('guard', 'init', 'pin.json', '--pin-sha256', digest);
  assert.equal(init.exitCode, 0, init.err);
  const got = await run('guard', 'get', 'welcome.txt');
  assert.equal(got.exitCode, 0, got.err);
  assert.equal(await readFile(workplace.path('welcome.txt'), 'utf8'), 'Welcome\n');
  const poured = await run('guard', 'get', 'welcome.txt', '-o', '-');
  assert.deepEqual([poured.exitCode, poured.out], [0, 'Welcome\n']);
  // The packages are missing indeed.
  const served = await run('serve');
  assert.match(served.err, /the package (express|better-sqlite3|prom-client)\S* is missing/);
});

test('importing the library loads none of the packages of the server and the command line', async (context) => {
  const { workplace } = await servedToday(context);
  await writeFile(workplace.path('package.json'), '{"type":"module"}');
  await writeFile(
    workplace.path('embedder.mjs'),
    `import { readFile } from 'node:fs/promises';
     const { Guard, memoryStore, readPin } = await import(${JSON.stringify(bundleOf(LIBRARY))});
     const guard = new Guard({ pin: readPin(await readFile('pin.json')), store: memoryStore() });
     const { bytes } = await guard.get('welcome.txt');
     process.stdout.write(bytes);`,
  );
  const packages = [...SERVER_PACKAGES, ...COMMAND_PACKAGES].join(',');
  const words = [packages, workplace.path('embedder.mjs')];
  const { exitCode, out, err } = await new Child(context, workplace.directory, words, { program: WITHOUT }).ended;
  assert.deepEqual([exitCode, out], [0, 'Welcome\n'], err);
});

test('the guard of a collection is part of that library, and needs no more', async (context) => {
  const workplace = await Workplace.open(context);
  const guarded = await guardedCollection(context);
  await writeFile(workplace.path('pin.json'), writePin(guarded.pin()));
  await writeFile(workplace.path('root.json'), guarded.mirrorRoot);
  await writeFile(workplace.path('package.json'), '{"type":"module"}');
  await writeFile(
    workplace.path('embedder.mjs'),
    `import { readFile } from 'node:fs/promises';
     const { CollectionGuard, checkCachedRoot, memoryStore, readPin } = await import(${JSON.stringify(bundleOf(LIBRARY))});
     const pin = readPin(await readFile('pin.json'));
     const clock = { now: () => new Date(${String(NOW.getTime())}) };
     const { verdict } = await new CollectionGuard({ pin, store: memoryStore(), clock }).find('v2');
     const { difference } = checkCachedRoot(await readFile('root.json'), pin);
     process.stdout.write(verdict.code + ' ' + verdict.sha256 + ' ' + String(difference));`,
  );
  const packages = [...SERVER_PACKAGES, ...COMMAND_PACKAGES].join(',');
  const words = [packages, workplace.path('embedder.mjs')];
  const { exitCode, out, err } = await new Child(context, workplace.directory, words, { program: WITHOUT }).ended;
  assert.deepEqual([exitCode, out], [0, `OK ${'22'.repeat(32)} undefined`], err);
});

test('the example of docs/clients/node.md runs as it stands, as another project embeds the package', async (context) => {
  const { workplace } = await servedToday(context);
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(await readFile(PAGE, 'utf8')) ?? [];
  await writeFile(workplace.path('package.json'), '{"type":"module"}');
  await writeFile(workplace.path('example.ts'), example);
  await mkdir(workplace.path('node_modules'));
  await symlink(PROJECT, workplace.path('node_modules', 'countersign'));
  const environment = { NODE_OPTIONS: '--conditions=countersign-source' };
  const run = (): Promise<Awaited<Child['ended']>> =>
    new Child(context, workplace.directory, [], { program: workplace.path('example.ts'), environment }).ended;
  const { exitCode, out, err } = await run();
  assert.equal(exitCode, 0, err);
  assert.match(out, /^Welcome$/m);
  assert.match(out, /established: targets lists welcome\.txt/);
  assert.match(out, /not known: Whether upstream has published/);
  assert.match(out, /no-such-file\.txt: nobody vouches for it/);
  assert.match(out, /offline: OK/);
});
