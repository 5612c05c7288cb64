/** A stranger with the log’s key and nothing else: checkpoint, tiles and proofs over HTTP, and src/tlog alone to judge them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { cosign } from '../../src/ledger/checkpoints.ts';
import { openCheckpoint, type SignedCheckpoint } from '../../src/tlog/checkpoint.ts';
import { consistencyProof, verifyConsistency } from '../../src/tlog/consistency.ts';
import { parseProof, verifyProof } from '../../src/tlog/proof.ts';
import { readTileNodes, tilesForConsistency, tilesForRoot } from '../../src/tlog/tile-nodes.ts';
import { parseEntryBundle, tilePath } from '../../src/tlog/tiles.ts';
import { isSameHash, leafHash, rootOf, treeRoot } from '../../src/tlog/tree.ts';
import { countWitnesses, parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { TestWitness } from '../tlog/test-keys.ts';
import { LoggedMirror } from './logged.ts';

interface Leaf {
  readonly n: number;
  readonly type: string;
  readonly body: {
    readonly repository: string;
    readonly generation: number;
    readonly timestamp: { readonly sha256: string };
    readonly statement: { readonly repo_id: string; readonly generation: number };
  };
}

async function twoRepositories(t: TestContext): Promise<LoggedMirror> {
  const mirror = await LoggedMirror.open(t);
  await mirror.mirrorOf('one');
  await mirror.mirrorOf('two');
  return mirror;
}

/** The leaf that a proof is about, once everything about it was verified. */
function leafOf(proofText: Buffer, mirror: LoggedMirror): { leaf: Leaf; checkpoint: SignedCheckpoint } {
  const proof = parseProof(proofText);
  assert.ok(proof.extra);
  const checkpoint = verifyProof(proof, leafHash(proof.extra), mirror.logKey);
  const leaf = JSON.parse(Buffer.from(proof.extra).toString()) as Leaf;
  assert.equal(leaf.n, proof.index);
  return { leaf, checkpoint };
}

void test('the tiles make the root that the checkpoint says, and a longer log begins with the shorter one', async (t) => {
  const mirror = await twoRepositories(t);
  const read = (path: string): Promise<Buffer> => mirror.body(`/log/${path}`);
  const before = await mirror.checkpoint();
  const nodesBefore = await readTileNodes(tilesForRoot(before.size), read);
  assert.ok(isSameHash(rootOf(before.size, nodesBefore), before.root));
  await mirror.renew();
  const after = await mirror.checkpoint();
  assert.ok(after.size > before.size);
  const nodes = await readTileNodes(tilesForConsistency(before.size, after.size), read);
  const proof = consistencyProof(before.size, after.size, nodes);
  assert.ok(verifyConsistency(before.size, before.root, after.size, after.root, proof));
});

void test('the proof beside a timestamp is about exactly its bytes, under both names', async (t) => {
  const mirror = await twoRepositories(t);
  for (const id of ['one', 'two']) {
    const proof = await mirror.body(`/${id}/timestamp.json.tlog-proof`);
    assert.deepEqual(await mirror.body(`/${id}/metadata/timestamp.json.tlog-proof`), proof);
    const { leaf, checkpoint } = leafOf(proof, mirror);
    assert.equal(checkpoint.note, (await mirror.checkpoint()).note, 'under the newest checkpoint');
    const timestamp = await mirror.body(`/${id}/timestamp.json`);
    assert.deepEqual(
      [leaf.type, leaf.body.repository, leaf.body.timestamp.sha256],
      ['serve.timestamp', id, sha256(timestamp)],
    );
  }
});

void test('the proof of the publication is about the generation that the timestamp states', async (t) => {
  const mirror = await twoRepositories(t);
  await mirror.renew();
  const { leaf } = leafOf(await mirror.body('/two/publication.tlog-proof'), mirror);
  assert.deepEqual([leaf.type, leaf.body.statement.repo_id, leaf.body.statement.generation], ['publish', 'two', 1]);
  const timestamp = leafOf(await mirror.body('/two/timestamp.json.tlog-proof'), mirror);
  assert.equal(timestamp.leaf.body.generation, 1);
});

void test('witnesses’ lines are in the checkpoint and in the proofs', async (t) => {
  const mirror = await LoggedMirror.open(t);
  const witness = new TestWitness('witness.example', 3);
  mirror.cosign = (note) => [witness.cosign(note.slice(0, note.lastIndexOf('\n\n') + 1), 1_795_000_000)];
  await mirror.askWitnesses();
  await mirror.mirrorOf('one');
  const policy = parseWitnessPolicy(`witness auditors ${witness.key.text}\nquorum auditors\n`);
  assert.ok(countWitnesses(policy, await mirror.checkpoint()).isQuorum);
  const { checkpoint } = leafOf(await mirror.body('/one/timestamp.json.tlog-proof'), mirror);
  assert.ok(countWitnesses(policy, checkpoint).isQuorum);
});

void test('a witness that answers later adds its line to the checkpoint and to the proofs', async (t) => {
  const mirror = await LoggedMirror.open(t);
  await mirror.mirrorOf('one');
  const before = await mirror.checkpoint();
  await mirror.body('/one/timestamp.json.tlog-proof');
  const witness = new TestWitness('late.example', 4);
  const { database } = mirror.mirror;
  database.transaction(() => cosign(database, before.size, [witness.cosign(before.body, 1_795_000_000)]));
  mirror.trees.refresh();
  const policy = parseWitnessPolicy(`witness auditors ${witness.key.text}\nquorum auditors\n`);
  assert.ok(!countWitnesses(policy, before).isQuorum);
  assert.ok(countWitnesses(policy, await mirror.checkpoint()).isQuorum);
  const { checkpoint } = leafOf(await mirror.body('/one/timestamp.json.tlog-proof'), mirror);
  assert.ok(countWitnesses(policy, checkpoint).isQuorum);
});

void test('an auditor reads every entry on the admin listener, and they make the same root', async (t) => {
  const mirror = await twoRepositories(t);
  const answer = await mirror.askAsAuditor('/log/checkpoint');
  const checkpoint = openCheckpoint(answer.body, mirror.logKey);
  const path = `/log/${tilePath('entries', 0, checkpoint.size)}`;
  const { status, body, headers } = await mirror.askAsAuditor(path);
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'private, max-age=31536000, immutable, no-transform');
  const entries = parseEntryBundle(body, checkpoint.size);
  assert.ok(isSameHash(treeRoot(entries.map(leafHash)), checkpoint.root));
  const tile = `/log/${tilePath(0, 0, checkpoint.size)}`;
  assert.deepEqual((await mirror.askAsAuditor(tile)).body, await mirror.body(tile));
  assert.equal(await mirror.status(path), 404, 'not for everybody');
  assert.equal((await mirror.askAsAuditor(path, {}, 'POST')).status, 405);
  assert.equal((await mirror.askAsAuditor('/log/tile/entries/001')).status, 404);
});
