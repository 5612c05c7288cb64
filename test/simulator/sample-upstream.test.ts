/**
 * The sample upstream of `npm start`: a whole repository on disk that a mirror imports like any other, renewed from its
 * private file later, and never by anybody else.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import { Disk } from '../../src/platform/disk.ts';
import { renewSampleUpstream, writeSampleUpstream } from '../../src/sample/upstream.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { parseTimestamp } from '../../src/tuf/metadata.ts';
import { DAY, NOW } from './clock.ts';
import { drawFrom } from './keys.ts';
import { TestMirror } from './mirror.ts';
import { noteKinds } from './mirrored.ts';
import { rejected } from './refused.ts';
import { SimulatedUpstream } from './upstream.ts';

const disk = new Disk();

test('the sample is imported without a note: three targets, one of them two delegations deep', async (context) => {
  const place = await placeFor(context);
  const sample = await writeSampleUpstream({ ...place, now: NOW, draw: drawFrom('sample') });
  const mirrored = await enrol(context, place.directory, sample.root);
  const published = await mirrored.importNow();
  assert.deepEqual(noteKinds(published), []);
  assert.deepEqual(
    published.candidate.content.selected.map(({ path, role }) => [path, role]),
    [
      ['welcome.txt', 'targets'],
      ['advisories/2026-001.txt', 'advisories'],
      ['projects/tools/compass.txt', 'projects-tools'],
    ],
  );
  assert.deepEqual(await readFile(sample.rootPath), Buffer.from(sample.root));
});

test('a renewed sample is a newer state of the same repository; what is not half over stays the same file', async (context) => {
  const place = await placeFor(context);
  const sample = await writeSampleUpstream({ ...place, now: NOW, draw: drawFrom('sample') });
  const mirrored = await enrol(context, place.directory, sample.root);
  await mirrored.importNow();
  mirrored.clock.advance(20 * DAY);
  await renewSampleUpstream({ ...place, now: mirrored.clock.now() });
  const { candidate } = await mirrored.importNow();
  assert.deepEqual(
    [...candidate.content.roles.values()].map(({ version }) => version),
    [1, 1, 1, 1],
  );
  mirrored.clock.advance(190 * DAY);
  await renewSampleUpstream({ ...place, now: mirrored.clock.now() });
  const renewed = await mirrored.importNow();
  assert.deepEqual(
    [...renewed.candidate.content.roles.values()].map(({ version }) => version),
    [2, 2, 2, 2],
  );
  assert.equal(renewed.candidate.content.roots.length, 2);
  assert.deepEqual(noteKinds(renewed), []);
  const bytes = await readFile(join(place.directory, 'metadata', 'timestamp.json'));
  assert.equal(parseTimestamp(bytes, 'timestamp', DEFAULT_LIMITS).version, 3);
});

test('two samples share no key', async (context) => {
  const roots = await Promise.all(
    ['one', 'two'].map(async (seed) => {
      const place = await placeFor(context);
      return (await writeSampleUpstream({ ...place, now: NOW, draw: drawFrom(seed) })).root;
    }),
  );
  const ids = roots.map(
    (root) =>
      new Set(
        Buffer.from(root)
          .toString('utf8')
          .match(/[0-9a-f]{64}/g),
      ),
  );
  assert.ok([...(ids[0] ?? [])].every((id) => !ids[1]?.has(id)));
});

test('its secrets lie in one private file, are never overwritten, and nobody renews without them', async (context) => {
  const place = await placeFor(context);
  await writeSampleUpstream({ ...place, now: NOW, draw: drawFrom('sample') });
  const [name = ''] = await readdir(place.privateDirectory);
  const path = join(place.privateDirectory, name);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const again = writeSampleUpstream({ ...place, now: NOW, draw: drawFrom('other') });
  await rejected('STATE_ALREADY_INITIALISED', again);
  await writeFile(path, '{"countersign":"sample-upstream/v1","roles":{},"seeds":{"root":"00"}}');
  await rejected('STATE_KEY', renewSampleUpstream({ ...place, now: NOW }));
  await rm(path);
  await rejected('STATE_KEY', renewSampleUpstream({ ...place, now: NOW }));
});

test('a sample without a private directory leaves no secret on disk', async (context) => {
  const { directory } = await placeFor(context);
  const seeds: string[] = [];
  const draw = (length: number): Uint8Array => {
    const seed = drawFrom(`kept nowhere ${String(seeds.length)}`)(length);
    seeds.push(Buffer.from(seed).toString('hex'));
    return seed;
  };
  await writeSampleUpstream({ directory, disk, now: NOW, draw });
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of names.filter((found) => found.isFile())) {
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    assert.ok(seeds.every((seed) => !text.includes(seed)));
  }
  assert.equal(seeds.length, 7);
});

async function placeFor(context: TestContext) {
  const parent = await mkdtemp(join(tmpdir(), 'countersign-sample-'));
  context.after(() => rm(parent, { recursive: true, force: true }));
  return { directory: join(parent, 'upstream'), privateDirectory: join(parent, 'private'), disk };
}

async function enrol(context: TestContext, directory: string, root: Uint8Array) {
  const mirror = await TestMirror.open(context);
  const stand = new SimulatedUpstream();
  stand.author.files.set('1.root.json', root);
  const mirrored = await mirror.enrol(stand);
  mirrored.source = await openDirectorySource(directory);
  return mirrored;
}
