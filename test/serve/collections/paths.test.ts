/** A Notary server’s paths, answered from the record: what its clients ask for, what they are refused, and how. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServedView } from '../../../src/cli/served-view.ts';
import { importUpstream, withWriter } from '../../../src/mirror.ts';
import { renewDue } from '../../../src/publish/renew.ts';
import { fsck } from '../../../src/publish/fsck.ts';
import { RecordBodies } from '../../../src/serve/bodies.ts';
import { PublishedTrees } from '../../../src/serve/published.ts';
import { openLog } from '../../../src/platform/log.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { serveOnLoopback } from '../../replay/loopback.ts';
import { SimulatedCollection } from '../../simulator/collection.ts';
import { APP, type CollectionMirror, collectionMirror, SERVED } from '../../simulator/collection-mirror.ts';
import type { Scope } from '../../simulator/mirror.ts';
import { published } from '../../verify/notary/looking.ts';

interface Served extends CollectionMirror {
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  readonly refresh: () => void;
}

async function served(scope: Scope): Promise<Served> {
  const site = await collectionMirror(scope, published(new SimulatedCollection()));
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(site.collection);
  await importUpstream(site.mirror, { repository: APP, openSource, decisions: [], claim: {} });
  const loopback = await serveOnLoopback(site.mirror, { data: site.mirror.dataDirectory });
  scope.after(() => loopback.stop());
  const { origin } = new URL(loopback.url(APP));
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${origin}${path}`, init);
  return { ...site, ask, refresh: () => loopback.refresh() };
}

const FILES = `/v2/${SERVED}/_trust/tuf`;

test('the way of a client: ping, root, timestamp, and everything else by digest', async (context) => {
  const { ask, collection } = await served(context);
  assert.deepEqual([await (await ask('/v2/')).text(), (await ask('/v2/')).status], ['{}', 200]);
  for (const role of ['targets', 'targets/releases']) {
    const original = Buffer.from(collection.file(`${role}.json`));
    for (const name of [role, `${role}.${sha256(original)}`, `1.${role}`]) {
      const answer = await ask(`${FILES}/${name}.json`);
      assert.equal(answer.status, 200, name);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), original);
    }
  }
  for (const role of ['root', 'timestamp', 'snapshot']) {
    const answer = await ask(`${FILES}/${role}.json`);
    assert.equal(answer.headers.get('cache-control'), 'no-cache, no-transform');
    const etag = answer.headers.get('etag') ?? '';
    const again = await ask(`${FILES}/${role}.json`, { headers: { 'If-None-Match': etag } });
    assert.equal(again.status, 304);
  }
  const root = Buffer.from(await (await ask(`${FILES}/1.root.json`)).arrayBuffer());
  assert.match((await ask(`${FILES}/root.${sha256(root)}.json`)).headers.get('cache-control') ?? '', /immutable/);
});

test('what is not there is not there: in Notary’s words', async (context) => {
  const { ask } = await served(context);
  for (const path of [
    `${FILES}/2.root.json`,
    `${FILES}/timestamp.${'0'.repeat(64)}.json`,
    `${FILES}/targets/qa.json`,
    '/v2/registry.example.com/team/app/_trust/tuf/root.json',
    `/v2/${SERVED}/_trust/tuf/`,
    `/v2/${SERVED}`,
    `/v2/${SERVED}/_trust/tuf/%2e%2e/root.json`,
  ]) {
    const answer = await ask(path);
    assert.equal(answer.status, 404, path);
    const { errors } = (await answer.json()) as { errors: { code: string }[] };
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['METADATA_NOT_FOUND'],
    );
  }
  assert.equal((await ask('/app/root.json')).status, 404, 'a collection has no tree of TUF’s');
});

test('whoever wants to publish reads why not', async (context) => {
  const { ask } = await served(context);
  for (const [path, method] of [
    [`${FILES}/`, 'POST'],
    [`${FILES}/`, 'DELETE'],
    [`${FILES}/snapshot.key`, 'POST'],
    [`${FILES}/timestamp.key`, 'GET'],
  ] as const) {
    const answer = await ask(path, { method, ...(method === 'POST' ? { body: 'x' } : {}) });
    assert.equal(answer.status, 400, `${method} ${path}`);
    const text = await answer.text();
    assert.ok(text.length <= 1024, 'clients read no more');
    assert.match(text, /"Name":"ErrValidation".*read-only mirror/);
  }
});

test('the changefeed calls a collection as its clients do', async (context) => {
  const { ask, mirror, clock, refresh } = await served(context);
  clock.step(86_400_000 / 2);
  await withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));
  refresh();
  for (const path of ['/v2/_trust/changefeed?records=10', `/v2/${SERVED}/_trust/changefeed?records=10`]) {
    const { records } = (await (await ask(path)).json()) as { records: { GUN: string; SHA256: string }[] };
    assert.deepEqual(
      records.map(({ GUN }) => GUN),
      [SERVED, SERVED],
    );
    const newest = Buffer.from(await (await ask(`${FILES}/timestamp.json`)).arrayBuffer());
    assert.equal(records.at(-1)?.SHA256, sha256(newest));
  }
});

test('health asks as a client of the dialect, and fsck reads all of it again', async (context) => {
  const { mirror, clock } = await served(context);
  const bodies = new RecordBodies(mirror.reader);
  const log = openLog({ clock, out: { write: () => true } });
  const trees = new PublishedTrees({ reader: mirror.reader, bodies, clock, log });
  trees.refresh();
  const view = new ServedView(mirror.reader, trees, clock);
  assert.equal((await view.verifyAsClient(APP)).ok, true);
  clock.step(2 * 86_400_000);
  await assert.rejects(view.verifyAsClient(APP), { code: 'TRUST_EXPIRED' });
  clock.step(-2 * 86_400_000);
  assert.deepEqual((await fsck(mirror)).findings, []);
});
