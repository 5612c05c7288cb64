/** A timestamp and its proof are fetched one after the other, while the mirror goes on: they fit, or it is seen that they do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint, type SignedCheckpoint } from '../../src/tlog/checkpoint.ts';
import { verifyInclusion } from '../../src/tlog/inclusion.ts';
import { parseProof } from '../../src/tlog/proof.ts';
import { leafHash } from '../../src/tlog/tree.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { LoggedMirror } from './logged.ts';

interface Served {
  readonly type: string;
  readonly body: {
    readonly repository: string;
    readonly timestamp: { readonly version: number; readonly sha256: string };
  };
}

/** By note: a signature that was verified is not verified for each proof again. */
const opened = new Map<string, SignedCheckpoint>();

/** What the proof is about, after everything about it was verified. */
function provenBy(text: Buffer, mirror: LoggedMirror): Served['body'] {
  const { checkpoint: note, extra, hashes, index } = parseProof(text);
  assert.ok(extra);
  const checkpoint = opened.get(note) ?? openCheckpoint(note, mirror.logKey);
  opened.set(note, checkpoint);
  assert.ok(verifyInclusion(leafHash(extra), index, checkpoint.size, hashes, checkpoint.root));
  const { type, body } = JSON.parse(Buffer.from(extra).toString()) as Served;
  assert.equal(type, 'serve.timestamp');
  return body;
}

void test('T-03: during fifty renewals each pair fits or has moved on, and no proof is another repository’s', async (t) => {
  const mirror = await LoggedMirror.open(t);
  const ids = [(await mirror.mirrorOf('one')).id, (await mirror.mirrorOf('two')).id];
  const seen = new Map<string, number>();
  let fitting = 0;
  const fetchPair = async (id: string): Promise<void> => {
    const timestamp = await mirror.body(`/${id}/timestamp.json`);
    const { repository, timestamp: proven } = provenBy(await mirror.body(`/${id}/timestamp.json.tlog-proof`), mirror);
    assert.equal(repository, id);
    const { version } = (JSON.parse(timestamp.toString()) as { signed: { version: number } }).signed;
    // A proof of something older would be a replay; of something newer, the mirror moved on in between.
    assert.ok(proven.version >= version && version >= (seen.get(id) ?? 0), `${id} ${version} ${proven.version}`);
    assert.equal(proven.sha256 === sha256(timestamp), proven.version === version);
    fitting += proven.version === version ? 1 : 0;
    seen.set(id, version);
  };
  for (let renewals = 0; renewals < 50; renewals += 1) {
    // Each renewal is in the middle of other pairs: its commits, its release and the swap fall anywhere between two requests.
    const pairs = ids.map(async (id) => {
      for (let times = 0; times < 2; times += 1) await fetchPair(id);
    });
    await Promise.all([mirror.renew(ids[renewals % 2]), ...pairs]);
  }
  assert.ok(fitting > 100, `${fitting} of 200 fit`);
  assert.deepEqual(mirror.logged, []);
});

void test('both swap in one assignment: a state that was taken before goes on proving what it serves', async (t) => {
  const mirror = await LoggedMirror.open(t);
  await mirror.mirrorOf('one');
  const before = mirror.trees.now;
  const timestamp = before.hot.get('/one/timestamp.json');
  await mirror.renew();
  const found = before.find('/one/timestamp.json.tlog-proof');
  assert.ok(found?.kind === 'answer');
  assert.equal(provenBy(found.answer.body, mirror).timestamp.sha256, timestamp?.sha256);
  assert.notEqual(mirror.trees.now.hot.get('/one/timestamp.json')?.sha256, timestamp?.sha256);
});

void test('a proof is made when it is asked for, once for each checkpoint, and is asked for again each time', async (t) => {
  const mirror = await LoggedMirror.open(t);
  await mirror.mirrorOf('one');
  await mirror.mirrorOf('two');
  const proofIn = (path: string): unknown => {
    const found = mirror.trees.now.find(path);
    return found?.kind === 'answer' ? found.answer : undefined;
  };
  const first = proofIn('/one/timestamp.json.tlog-proof');
  assert.equal(proofIn('/one/metadata/timestamp.json.tlog-proof'), first);
  const { headers } = await mirror.ask('/one/timestamp.json.tlog-proof');
  assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
  const etag = headers.get('etag') ?? '';
  assert.equal((await mirror.ask('/one/timestamp.json.tlog-proof', { 'If-None-Match': etag })).status, 304);
  // Another repository’s renewal changes the checkpoint, and with it this one’s proof, and nothing else of it.
  const timestamp = mirror.trees.now.hot.get('/one/timestamp.json');
  await mirror.renew((await mirror.mirrorOf('three')).id);
  assert.notEqual(proofIn('/one/timestamp.json.tlog-proof'), first);
  assert.equal(mirror.trees.now.hot.get('/one/timestamp.json'), timestamp);
});
