/** What guards and auditors ask for beside a collection’s files: one grammar for both dialects, below the repository’s id. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from '../../../src/tlog/checkpoint.ts';
import { verifyInclusion } from '../../../src/tlog/inclusion.ts';
import { parseProof } from '../../../src/tlog/proof.ts';
import { leafHash } from '../../../src/tlog/tree.ts';
import { formatDate } from '../../../src/tuf/dates.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import type { LoggedMirror } from '../logged.ts';
import { APP, enrolCollection, FILES, importCollection, siteOf } from './site.ts';

const DAY = 86_400_000;

interface Entry {
  readonly type: string;
  readonly body: {
    readonly repository?: string;
    readonly timestamp?: { readonly sha256: string };
    readonly statement?: { readonly repo_id: string; readonly generation: number };
  };
}

/** What a proof is about, after everything about it was verified. */
async function proven(mirror: LoggedMirror, path: string): Promise<Entry> {
  const { checkpoint: note, extra, hashes, index } = parseProof(await mirror.body(path));
  assert.ok(extra);
  const { size, root } = openCheckpoint(note, mirror.logKey);
  assert.ok(verifyInclusion(leafHash(extra), index, size, hashes, root), path);
  return JSON.parse(Buffer.from(extra).toString()) as Entry;
}

void test('T-03: the proof of a collection’s timestamp is about the very file that is served, and its publication is proven', async (t) => {
  const { mirror, collection } = await siteOf(t);
  await importCollection(
    mirror,
    await enrolCollection(mirror, 'other', collection, 'mirror.example/other'),
    collection,
  );
  for (const round of ['published', 'renewed']) {
    const timestamp = await mirror.body(`${FILES}/timestamp.json`);
    for (const folder of ['', 'metadata/']) {
      const { type, body } = await proven(mirror, `/app/${folder}timestamp.json.tlog-proof`);
      assert.deepEqual(
        [type, body.repository, body.timestamp?.sha256],
        ['serve.timestamp', 'app', sha256(timestamp)],
        round,
      );
    }
    const { type, body } = await proven(mirror, '/app/publication.tlog-proof');
    assert.deepEqual([type, body.statement?.repo_id, body.statement?.generation], ['publish', 'app', 1], round);
    await mirror.renew(APP);
  }
});

void test('who approved is told where that is public, and only there', async (t) => {
  const { mirror } = await siteOf(t);
  assert.equal(await mirror.status('/app/approvals.json'), 404);
  await mirror.restart(() => undefined);
  const { repository, approvals } = JSON.parse(String(await mirror.body('/app/approvals.json'))) as Record<
    string,
    unknown
  >;
  assert.deepEqual([repository, approvals], ['app', []]);
});

void test('what was public at a time: every file of then, by every name, marked as the past', async (t) => {
  const { mirror, collection, bringIn } = await siteOf(t);
  const roles = ['timestamp', 'snapshot', 'root', 'targets', 'targets/releases'];
  const states: { readonly at: string; readonly files: Map<string, Buffer> }[] = [];
  const look = async (): Promise<void> => {
    const files = new Map<string, Buffer>();
    for (const role of roles) files.set(role, await mirror.body(`${FILES}/${role}.json`));
    states.push({ at: formatDate(mirror.clock.now()), files });
  };
  await look();
  mirror.clock.advance(DAY);
  collection.add('v9', 'd9'.repeat(32)).publish();
  await bringIn();
  await mirror.rotate(APP);
  await look();
  mirror.clock.advance(DAY);
  for (const { at, files } of states) {
    for (const [role, body] of files) {
      const { version } = (JSON.parse(body.toString()) as { signed: { version: number } }).signed;
      const versioned = role === 'timestamp' ? [] : [`${String(version)}.${role}`, `${role}.${sha256(body)}`];
      for (const name of [role, `metadata/${role}`, role.replace('/', '%2F'), ...versioned]) {
        const answer = await mirror.ask(`/app/at/${at}/${name}.json`);
        assert.deepEqual([answer.status, answer.body], [200, body], `${at} ${name}`);
        assert.equal(answer.headers.get('x-countersign-served-at'), at);
        assert.equal(answer.headers.get('cache-control'), 'no-store, no-transform');
      }
    }
  }
  const [first, second] = states;
  assert.ok(first && second);
  const digest = (state: typeof first, role: string): string => sha256(state.files.get(role) ?? Buffer.alloc(0));
  for (const [{ at }, name] of [
    [first, '2.root'],
    [first, '2.targets'],
    [first, `targets.${digest(second, 'targets')}`],
    [first, `snapshot.${digest(second, 'snapshot')}`],
    [second, '1.targets'],
    [second, `targets.${digest(first, 'targets')}`],
    [second, `timestamp.${digest(second, 'timestamp')}`],
    [second, 'targets/qa'],
    [second, 'upstream/root'],
  ] as const) {
    assert.equal(await mirror.status(`/app/at/${at}/${name}.json`), 404, `${at} ${name}`);
  }
  assert.equal(await mirror.status(`/app/at/${second.at}/1.root.json`), 200);
});

void test('upstream’s originals, byte for byte, for whoever holds upstream’s root', async (t) => {
  const { mirror, collection, bringIn } = await siteOf(t);
  const ever = new Map<string, Buffer>();
  const digests = new Set<string>();
  const roles = ['root', 'timestamp', 'snapshot', 'targets', 'targets/releases'];
  const remember = (): void => {
    for (const role of roles) {
      const body = Buffer.from(collection.file(`${role}.json`));
      const { version } = (JSON.parse(body.toString()) as { signed: { version: number } }).signed;
      ever.set(`${role}.json`, body);
      if (role !== 'timestamp') ever.set(`${String(version)}.${role}.json`, body);
      digests.add(sha256(body));
    }
  };
  remember();
  mirror.clock.advance(DAY);
  collection.rootSigners = [collection.rootSigner('second root')];
  collection.alsoSignedBy = [collection.rootSigner('root')];
  collection.publishRoot();
  collection.add('v9', 'd9'.repeat(32)).publish();
  await bringIn();
  remember();
  for (const [name, body] of ever) {
    for (const path of [`metadata/${name}`, name, `metadata/${name.replace('/', '%2F')}`]) {
      const answer = await mirror.ask(`/app/upstream/${path}`);
      assert.deepEqual([answer.status, answer.body], [200, body], path);
      assert.equal(answer.headers.get('cache-control'), 'no-cache, no-transform');
    }
  }
  for (const digest of digests) {
    const { status, body, headers } = await mirror.ask(`/app/upstream/sha256/${digest}`);
    assert.deepEqual([status, sha256(body)], [200, digest]);
    assert.match(headers.get('cache-control') ?? '', /immutable/);
  }
  assert.ok(ever.has('2.root.json') && ever.has('1.root.json'));
  const targets = sha256(ever.get('targets.json') ?? Buffer.alloc(0));
  for (const name of [
    ...['metadata/1.timestamp.json', 'metadata/3.root.json', 'metadata/01.root.json', 'metadata/targets/qa.json'],
    ...[`metadata/targets.${targets}.json`, `sha256/${targets.toUpperCase()}`, 'sha256/', 'targets/x', '', 'metadata/'],
    ...[`sha256/${'0'.repeat(64)}`, 'sha256%2F', `sha256/${targets}/`],
  ]) {
    assert.equal(await mirror.status(`/app/upstream/${name}`), 404, name);
  }
});

void test('what an import refused is never handed out', async (t) => {
  const { mirror, collection, bringIn } = await siteOf(t);
  mirror.clock.advance(DAY);
  const good = collection.role().signers;
  collection.role().signers = [collection.signer('somebody else')];
  collection.add('evil', 'ee'.repeat(32)).publish();
  await assert.rejects(bringIn(), { family: 'trust' });
  const refused = mirror.mirror.reader.importFiles(2);
  assert.ok(refused.length > 0);
  const before = new Set(mirror.mirror.reader.importFiles(1).map(({ fileSha256 }) => fileSha256));
  for (const { fileSha256 } of refused.filter((file) => !before.has(file.fileSha256))) {
    assert.equal(await mirror.status(`/app/upstream/sha256/${fileSha256}`), 404);
  }
  assert.equal(await mirror.status('/app/upstream/2.snapshot.json'), 404);
  collection.role().signers = good;
  collection.publish();
  await bringIn();
  assert.equal(await mirror.status('/app/upstream/2.snapshot.json'), 404, 'it was never published');
  assert.equal(await mirror.status('/app/upstream/3.snapshot.json'), 200);
});

void test('a collection’s files themselves are at its name, and not below its id', async (t) => {
  const { mirror } = await siteOf(t);
  for (const name of ['root.json', 'metadata/root.json', 'targets/releases.json', `targets/x`, ''])
    assert.equal(await mirror.status(`/app/${name}`), 404, name);
});
