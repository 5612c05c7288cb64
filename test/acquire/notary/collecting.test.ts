/** Taking a collection home: everything of it, whole files only, and nothing overwritten that means something. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Collected, collect, type CollectOptions } from '../../../src/acquire/notary/collect.ts';
import { openDirectoryCollection } from '../../../src/acquire/notary/directory-collection.ts';
import { Disk } from '../../../src/platform/disk.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { roleName, ROOT, type Sha256, TARGETS, TIMESTAMP } from '../../../src/tuf/names.ts';
import { directory } from '../directories.ts';
import { refusal } from '../refusals.ts';
import { type Answers, file, GUN, notary, refuse, textOf, type TrustServer, trustServer } from './trust-servers.ts';

const RELEASES = roleName('targets/releases');

function digest(text: string): Sha256 {
  return sha256(Buffer.from(text));
}

const WANTED = [
  { role: TARGETS, sha256: digest('T1') },
  { role: RELEASES, sha256: digest('D1') },
];

/** A server with two roots, and files that a test may change. */
async function upstream(t: TestContext): Promise<{ server: TrustServer; files: Map<string, string> }> {
  const files = new Map([
    ['1.root.json', 'R1'],
    ['2.root.json', 'R2'],
    ['root.json', 'R2'],
    ['timestamp.json', 'TS1'],
    ['snapshot.json', 'S1'],
    [`targets.${digest('T1')}.json`, 'T1'],
    [`targets/releases.${digest('D1')}.json`, 'D1'],
  ]);
  const answers = [...files.keys()].map((name): [string, Answers[string]] => [
    file(name),
    (_request, response) => {
      const text = files.get(name);
      if (text === undefined) refuse(response, 503);
      else response.end(text);
    },
  ]);
  return { server: await trustServer(t, Object.fromEntries(answers)), files };
}

async function collected(
  t: TestContext,
  server: TrustServer,
  into: string,
  more: Partial<CollectOptions> = {},
): Promise<Collected> {
  const source = (await notary(t, server.url)).collection(GUN);
  return collect(source, { disk: new Disk(), into, limits: DEFAULT_LIMITS, rest: () => WANTED, ...more });
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.sort().map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
}

void test('roots, current files and what the caller wants are there, and are read back as they came', async (t) => {
  const { server } = await upstream(t);
  const into = await directory(t);
  const told: string[] = [];
  const done = await collected(t, server, into, {
    rest: (current) => {
      told.push(textOf(current.root), textOf(current.timestamp), textOf(current.snapshot));
      return Promise.resolve(WANTED);
    },
  });
  assert.deepEqual(told, ['R2', 'TS1', 'S1']);
  assert.equal(done.roots, 2);
  assert.deepEqual(await filesIn(join(into, GUN, 'tuf')), {
    '1.root.json': 'R1',
    '2.root.json': 'R2',
    [`root.${digest('R2')}.json`]: 'R2',
    'root.json': 'R2',
    [`snapshot.${digest('S1')}.json`]: 'S1',
    'snapshot.json': 'S1',
    [`targets.${digest('T1')}.json`]: 'T1',
    [`targets/releases.${digest('D1')}.json`]: 'D1',
    [`timestamp.${digest('TS1')}.json`]: 'TS1',
    'timestamp.json': 'TS1',
  });
  assert.equal([...done.files.keys()].at(-1), 'timestamp.json', 'the timestamp is last');
  assert.ok([...done.files.values()].every((fate) => fate === 'new'));

  const source = await openDirectoryCollection(into, GUN);
  assert.equal(textOf(await source.current(TIMESTAMP, 10)), 'TS1');
  assert.equal(textOf(await source.byHash(RELEASES, digest('D1'), 10)), 'D1');
  await refusal('SOURCE_NOT_FOUND', source.byVersion(ROOT, 3, 10));
});

void test('a second collecting changes nothing but the current files, and loses no old one', async (t) => {
  const { server, files } = await upstream(t);
  const into = await directory(t);
  await collected(t, server, into);
  assert.ok([...(await collected(t, server, into)).files.values()].every((fate) => fate === 'same'));
  files.set('timestamp.json', 'TS2');
  const { files: fates, path } = await collected(t, server, into);
  assert.equal(fates.get('timestamp.json'), 'replaced');
  assert.equal(fates.get(`timestamp.${digest('TS2')}.json`), 'new');
  const kept = await filesIn(path);
  assert.equal(kept['timestamp.json'], 'TS2');
  assert.equal(kept[`timestamp.${digest('TS1')}.json`], 'TS1');
});

void test('a root that has changed is not overwritten, and no current file moves on', async (t) => {
  const { server, files } = await upstream(t);
  const into = await directory(t);
  const { path } = await collected(t, server, into);
  const before = await filesIn(path);
  for (const other of ['R1, forged', 'r1']) {
    files.set('1.root.json', other);
    files.set('timestamp.json', 'TS2');
    const said = await refusal('USAGE_FILE', collected(t, server, into));
    assert.equal(said.details['file'], '1.root.json');
    assert.deepEqual(await filesIn(path), before);
  }
});

void test('H-01: a server that fails in the middle ends it, and is no end of the roots', async (t) => {
  for (const missing of ['2.root.json', 'root.json', 'snapshot.json', `targets/releases.${digest('D1')}.json`]) {
    const { server, files } = await upstream(t);
    const into = await directory(t);
    files.delete(missing);
    await refusal('SOURCE_STATUS', collected(t, server, into));
    const kept = await filesIn(into);
    assert.ok(!Object.keys(kept).some((name) => name.endsWith('/timestamp.json')), missing);
  }
});

void test('other bytes than were asked for by digest are not kept under it', async (t) => {
  const { server, files } = await upstream(t);
  const into = await directory(t);
  files.set(`targets.${digest('T1')}.json`, 'T2');
  const said = await refusal('TRUST_TORN', collected(t, server, into));
  assert.equal(said.details['role'], 'targets');
  assert.ok(!Object.values(await filesIn(into)).includes('T2'));
});

void test('what the caller throws ends it', async (t) => {
  const { server } = await upstream(t);
  const into = await directory(t);
  const rest = (): never => {
    throw new Error('not this one');
  };
  await assert.rejects(collected(t, server, into, { rest }), /not this one/);
  assert.ok(!('timestamp.json' in (await filesIn(join(into, GUN, 'tuf')))));
});

void test('R-01: more roots or files than the limits allow are refused', async (t) => {
  const { server } = await upstream(t);
  const limits = { ...DEFAULT_LIMITS, rootRotations: 1 };
  assert.match(
    (await refusal('SOURCE_TOO_LARGE', collected(t, server, await directory(t), { limits }))).what,
    /1 roots/,
  );
  const few = { ...DEFAULT_LIMITS, roles: 1 };
  await refusal('SOURCE_TOO_LARGE', collected(t, server, await directory(t), { limits: few }));
  const small = { ...DEFAULT_LIMITS, timestampBytes: 2 };
  await refusal('SOURCE_TOO_LARGE', collected(t, server, await directory(t), { limits: small }));
});

void test('P-05: a link on the medium leads nowhere', async (t) => {
  for (const linked of ['registry.example.com', GUN, `${GUN}/tuf/targets`]) {
    const { server } = await upstream(t);
    const outer = await directory(t, { 'secret/key': 'ours' });
    const path = join(outer, 'base', linked);
    await mkdir(join(path, '..'), { recursive: true });
    await symlink(join(outer, 'secret'), path);
    const said = await refusal('USAGE_FILE', collected(t, server, join(outer, 'base')));
    assert.match(said.what, /a link or a file is where a folder should be/);
    assert.deepEqual(await filesIn(join(outer, 'secret')), { key: 'ours' });
  }
  const { server } = await upstream(t);
  const outer = await directory(t, { [`base/${GUN}/tuf/x`]: '', secret: 'ours' });
  await symlink(join(outer, 'secret'), join(outer, 'base', GUN, 'tuf/timestamp.json'));
  await refusal('USAGE_FILE', collected(t, server, join(outer, 'base')));
  assert.equal(await readFile(join(outer, 'secret'), 'utf8'), 'ours');
});

void test('the directory itself may be a link: the operator named it', async (t) => {
  const { server } = await upstream(t);
  const outer = await directory(t, { 'real/x': '' });
  await symlink(join(outer, 'real'), join(outer, 'base'));
  await collected(t, server, join(outer, 'base'));
  assert.equal(await readFile(join(outer, 'real', GUN, 'tuf/timestamp.json'), 'utf8'), 'TS1');
});

void test('S-03: a disk that fails before any step leaves whole files only, and no timestamp without the rest', async (t) => {
  const { server } = await upstream(t);
  const home = await directory(t);
  await collected(t, server, home);
  const source = await openDirectoryCollection(home, GUN);
  for (let failing = 0; ; failing++) {
    const into = await directory(t);
    let operations = 0;
    const disk = new Disk((operation) => {
      if (operations++ === failing) throw Object.assign(new Error(operation), { code: 'ENOSPC' });
    });
    const attempt = collect(source, { disk, into, limits: DEFAULT_LIMITS, rest: () => WANTED });
    if (
      (await attempt.then(
        () => 'done',
        () => 'failed',
      )) === 'done'
    ) {
      assert.ok(failing > 20);
      return;
    }
    await refusal('STATE_DISK', attempt);
    const kept = await filesIn(into);
    const whole = ['R1', 'R2', 'TS1', 'S1', 'T1', 'D1'];
    assert.ok(Object.values(kept).every((text) => whole.includes(text)));
    assert.ok(
      Object.keys(kept).every((name) => name.endsWith('.json')),
      'no temporary file stays',
    );
    if (Object.keys(kept).some((name) => name.endsWith('/timestamp.json'))) assert.equal(Object.keys(kept).length, 10);
  }
});

void test('from a client’s cache: what it has, and no more', async (t) => {
  const base = await directory(t);
  const metadata = join(base, 'tuf', GUN, 'metadata');
  await mkdir(join(metadata, 'targets'), { recursive: true });
  const written = { root: 'R2', timestamp: 'TS1', snapshot: 'S1', targets: 'T1', 'targets/releases': 'D1' };
  for (const [name, text] of Object.entries(written)) await writeFile(join(metadata, `${name}.json`), text);
  const source = await openDirectoryCollection(base, GUN);
  const options = { disk: new Disk(), limits: DEFAULT_LIMITS, rest: () => WANTED };
  const { roots, path } = await collect(source, { ...options, into: await directory(t) });
  assert.equal(roots, 0);
  assert.equal((await filesIn(path))[`targets.${digest('T1')}.json`], 'T1');
  // The cache has moved on since the caller looked.
  await rename(join(metadata, 'root.json'), join(metadata, 'targets.json'));
  await writeFile(join(metadata, 'root.json'), 'R2');
  await refusal('TRUST_TORN', collect(source, { ...options, into: await directory(t) }));
  const rest = (): typeof WANTED => [{ role: roleName('targets/none'), sha256: digest('') }];
  await refusal('SOURCE_NOT_FOUND', collect(source, { ...options, rest, into: await directory(t) }));
});
