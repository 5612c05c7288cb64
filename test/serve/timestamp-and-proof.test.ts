/** A timestamp and its proof are fetched one after the other, while the mirror goes on: they fit, or it is seen that they do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProof, verifyProof } from '../../src/tlog/proof.ts';
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

/** What the proof is about, after everything about it was verified. */
function provenBy(text: Buffer, mirror: LoggedMirror): Served['body'] {
  const proof = parseProof(text);
  assert.ok(proof.extra);
  verifyProof(proof, leafHash(proof.extra), mirror.logKey);
  const { type, body } = JSON.parse(Buffer.from(proof.extra).toString()) as Served;
  assert.equal(type, 'serve.timestamp');
  return body;
}

void test('T-03: during fifty renewals each pair fits or has moved on, and no proof is another repository’s', async (t) => {
  const mirror = await LoggedMirror.open(t);
  for (const id of ['one', 'two']) await mirror.mirrorOf(id);
  let isRenewing = true;
  const counted = { pairs: 0, movedOn: 0 };
  const clients = ['one', 'two'].map(async (id) => {
    let seen = 0;
    while (isRenewing) {
      const timestamp = await mirror.body(`/${id}/timestamp.json`);
      const { repository, timestamp: proven } = provenBy(await mirror.body(`/${id}/timestamp.json.tlog-proof`), mirror);
      assert.equal(repository, id);
      const { version } = (JSON.parse(timestamp.toString()) as { signed: { version: number } }).signed;
      // A proof of something older would be a replay; of something newer, the mirror moved on in between.
      assert.ok(proven.version >= version && version >= seen, `${id} ${String(version)} ${String(proven.version)}`);
      assert.equal(proven.sha256 === sha256(timestamp), proven.version === version);
      counted.pairs += 1;
      if (proven.version > version) counted.movedOn += 1;
      seen = version;
    }
  });
  for (let renewals = 0; renewals < 50; renewals += 1) await mirror.renew();
  isRenewing = false;
  await Promise.all(clients);
  assert.ok(counted.pairs > 50 && counted.movedOn < counted.pairs, JSON.stringify(counted));
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
