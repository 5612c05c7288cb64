/** What was public once keeps its names, what waits has none yet, and a name has one spelling. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../src/tuf/digest.ts';
import { PreparedAnswers } from '../../../src/serve/prepared-answers.ts';
import type { LoggedMirror } from '../logged.ts';
import { APP, document, FILES, siteOf } from './site.ts';

/** Name and bytes of a role as it is now, by version and by digest. */
async function namesNow(mirror: LoggedMirror, role: string): Promise<Map<string, Buffer>> {
  const body = await mirror.body(`${FILES}/${role}.json`);
  const { version } = (await document(mirror, `${FILES}/${role}.json`)).signed;
  return new Map([
    [`${String(version)}.${role}.json`, body],
    [`${role}.${sha256(body)}.json`, body],
  ]);
}

void test('every root, snapshot, targets and delegation ever public stays, under its version and its digest', async (t) => {
  const { mirror, collection, bringIn } = await siteOf(t);
  const ever = new Map<string, Buffer>();
  const timestamps = new Map<string, Buffer>();
  const remember = async (): Promise<void> => {
    for (const role of ['root', 'snapshot', 'targets', 'targets/releases']) {
      for (const [name, body] of await namesNow(mirror, role)) ever.set(name, body);
    }
    for (const [name, body] of await namesNow(mirror, 'timestamp')) timestamps.set(name, body);
  };
  await remember();
  mirror.clock.advance(86_400_000);
  collection.add('v9', 'd9'.repeat(32)).publish();
  await bringIn();
  await remember();
  // New online keys: another root, and versions of another epoch.
  await mirror.rotate(APP);
  await remember();
  // A state that was built from the one before, and one that was built from nothing, answer the same.
  for (const state of ['grown', 'read anew']) {
    for (const [name, body] of ever) {
      const answer = await mirror.ask(`${FILES}/${name}`);
      assert.deepEqual([answer.status, answer.body], [200, body], `${state} ${name}`);
    }
    for (const name of timestamps.keys()) assert.equal(await mirror.status(`${FILES}/${name}`), 404, name);
    await mirror.restart();
  }
  assert.ok(
    [...ever.keys()].some((name) => name.startsWith('2.root')),
    'there was another root',
  );
  assert.ok(ever.has('1.targets.json') && ever.has('2.targets.json'));
});

void test('what waits for its witnesses has no name, neither a version nor a digest', async (t) => {
  const { mirror, collection, bringIn } = await siteOf(t);
  await mirror.askWitnesses();
  mirror.isWitnessed = false;
  mirror.clock.advance(86_400_000);
  collection.add('v9', 'd9'.repeat(32)).publish();
  const before = await mirror.body(`${FILES}/targets.json`);
  await bringIn();
  await mirror.rotate(APP);
  const next = Buffer.from(collection.file('targets.json'));
  const [root] = mirror.mirror.reader.issued(APP, 'root');
  const [snapshot] = mirror.mirror.reader.issued(APP, 'snapshot');
  assert.ok(root && snapshot);
  const names = [
    ...['2.targets.json', `targets.${sha256(next)}.json`, '2.targets/releases.json'],
    ...[`${String(root.version)}.root.json`, `root.${root.fileSha256}.json`],
    ...[`${String(snapshot.version)}.snapshot.json`, `snapshot.${snapshot.fileSha256}.json`],
  ];
  for (const name of names) assert.equal(await mirror.status(`${FILES}/${name}`), 404, name);
  const original = `/app/upstream/sha256/${sha256(next)}`;
  assert.equal(await mirror.status(original), 404);
  assert.equal(await mirror.status('/app/upstream/metadata/2.targets.json'), 404);
  assert.deepEqual(await mirror.body(`${FILES}/targets.json`), before);
  mirror.isWitnessed = true;
  await mirror.release();
  for (const name of names) assert.equal(await mirror.status(`${FILES}/${name}`), 200, name);
  assert.deepEqual(await mirror.body(original), next);
});

void test('another collection’s file is none of this one’s, though the record has it', async (t) => {
  const { mirror } = await siteOf(t);
  const one = await mirror.mirrorOf('one');
  const [root] = mirror.mirror.reader.issued(one.id, 'root');
  const [file] = mirror.mirror.reader.importFiles(2);
  for (const path of [
    `${FILES}/root.${root?.fileSha256 ?? ''}.json`,
    `${FILES}/targets.${root?.fileSha256 ?? ''}.json`,
    `/app/upstream/sha256/${file?.fileSha256 ?? ''}`,
  ]) {
    assert.equal(await mirror.status(path), 404, path);
  }
  assert.equal(await mirror.status(`/one/upstream/sha256/${file?.fileSha256 ?? ''}`), 200);
});

void test('a name has one spelling', async (t) => {
  const { mirror, collection } = await siteOf(t);
  const digest = sha256(Buffer.from(collection.file('targets.json')));
  const other = [
    ...[
      '01.root.json',
      '+1.root.json',
      '0.root.json',
      '1.ROOT.json',
      '1.root.JSON',
      'root',
      'root.json/',
      '/root.json',
    ],
    ...[`targets.${digest.toUpperCase()}.json`, `1.targets.${digest}.json`, `targets.${digest}${digest}.json`],
    ...[`targets.${digest.slice(0, 63)}.json`, `${digest}.targets.json`, 'targets//releases.json', './root.json'],
    ...['targets%252Freleases.json', 'targets/releases/.json', '%2e/root.json', '1%2e%2eroot.json', '%', '%ff.json'],
    ...['__proto__.json', 'constructor.json', `root.${digest}.json`, '1.timestamp.json', '99999999999999999.root.json'],
  ];
  for (const name of other) {
    const { status, body } = await mirror.ask(`${FILES}/${name}`);
    assert.equal(status, 404, name);
    assert.match(body.toString(), /"METADATA_NOT_FOUND"/, name);
  }
  for (const path of [
    `/v2//${FILES.slice(4)}/root.json`,
    `//v2${FILES.slice(3)}/root.json`,
    '/v2',
    '/v2/_trust/tuf/root.json',
  ])
    assert.equal(await mirror.status(path), 404, path);
  // One decoding, no more: what a client may escape is the name that it stands for.
  for (const name of ['targets%2Freleases.json', '%72oot.json', 'root%2ejson', 'root.json?x=1']) {
    assert.equal(await mirror.status(`${FILES}/${name}`), 200, name);
  }
});

void test('HEAD is answered as GET is, where Notary’s server knows none', async (t) => {
  const { mirror } = await siteOf(t);
  for (const path of ['/v2/', `${FILES}/timestamp.json`, `${FILES}/1.root.json`, `${FILES}/2.root.json`]) {
    const [head, get] = [await mirror.ask(path, {}, 'HEAD'), await mirror.ask(path)];
    assert.equal(head.status, get.status, path);
    assert.equal(head.headers.get('content-length'), String(get.body.length), path);
    assert.equal(head.body.length, 0);
  }
});

void test('R-03: one file under several names is kept ready for each, within bounds, and each name says what it is to caches', async (t) => {
  const { mirror, collection } = await siteOf(t);
  const digest = sha256(Buffer.from(collection.file('targets.json')));
  for (const time of ['made', 'kept']) {
    for (const [name, caching] of [
      ['targets.json', /^no-cache/],
      [`targets.${digest}.json`, /immutable/],
      ['1.targets.json', /^no-cache/],
    ] as const) {
      const { headers } = await mirror.ask(`${FILES}/${name}`);
      assert.match(headers.get('cache-control') ?? '', caching, `${name}, ${time}`);
    }
  }
  const kept = new PreparedAnswers(10_000);
  const made: string[] = [];
  const get = (name: string): void => {
    const read = (): Buffer => {
      made.push(name);
      return Buffer.alloc(500);
    };
    const file = {
      kind: 'metadata',
      route: 'metadata',
      caching: 'revalidated',
      sha256: sha256(Buffer.from(name)),
    } as const;
    kept.get(file, read);
  };
  for (const name of ['a', 'b', 'c', 'd', 'a', 'e', 'a', 'b']) get(name);
  assert.deepEqual(made, ['a', 'b', 'c', 'd', 'e', 'b'], 'the least recently used goes first');
});
