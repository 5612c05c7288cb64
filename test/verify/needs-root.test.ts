/**
 * Root keys that are elsewhere: an accepted state waits for its ceremony, what is published stays, and the root and the
 * generation that needed it become visible together.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withWriter } from '../../src/mirror.ts';
import { acceptRoot, draftNextRoot } from '../../src/publish/ceremony.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import { DAY } from '../simulator/clock.ts';
import { seedNamed } from '../simulator/keys.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { rejected } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const holders = ['alice', 'bob'].map((name) => new RootHolder(name, seedNamed(name)));

test('the first import waits for the first root, and is published by its ceremony', async (context) => {
  const mirrored = await mirrorOf(context, new SimulatedUpstream().add('file', 'content').publish(), {
    rootKeys: 'offline',
  });
  await mirrored.importExpecting('needs-root');
  assert.equal(mirrored.generation, 0);
  assert.deepEqual(mirrored.mirror.reader.issued(mirrored.id, 'root'), []);
  await holdCeremony(mirrored);
  assert.equal(mirrored.generation, 1);
  await mirrored.checkPublished();
});

test('new targets keys wait for a root; until the ceremony the old generation is served and sound', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream, { rootKeys: 'offline' });
  await mirrored.importExpecting('needs-root');
  await holdCeremony(mirrored);
  const before = mirrored.mirror.reader.current(mirrored.id);
  rotateTargetsKey(upstream);
  await mirrored.importExpecting('needs-root');
  assert.deepEqual(mirrored.mirror.reader.current(mirrored.id), before);
  await mirrored.checkPublished();
  await holdCeremony(mirrored);
  const after = mirrored.mirror.reader.current(mirrored.id);
  assert.deepEqual([after?.generation, after?.rootVersion], [2, 2]);
  await mirrored.checkPublished();
});

test('a state that changes no targets key needs no root and no ceremony', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream, { rootKeys: 'offline' });
  await mirrored.importExpecting('needs-root');
  await holdCeremony(mirrored);
  upstream.add('file', 'content').publish('targets');
  assert.equal((await mirrored.importNow()).current.rootVersion, 1);
});

test('a newer state may overtake one that waits; the ceremony publishes the newest', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream, { rootKeys: 'offline' });
  await mirrored.importExpecting('needs-root');
  upstream.publish('targets');
  mirrored.clock.advance(DAY);
  await mirrored.importExpecting('needs-root');
  await holdCeremony(mirrored);
  assert.equal(mirrored.generation, 1);
  assert.equal((await mirrored.checkPublished()).versions.targets, 2);
});

test('a state that waits is not forgotten when it is imported once more', async (context) => {
  const mirrored = await mirrorOf(context, new SimulatedUpstream().publish(), { rootKeys: 'offline' });
  const first = await mirrored.importExpecting('needs-root');
  const again = await mirrored.importExpecting('needs-root');
  assert.equal(first.outcome, again.outcome);
  await holdCeremony(mirrored);
  assert.equal(mirrored.generation, 1);
});

test('a draft made before upstream changed its keys again is not accepted', async (context) => {
  const upstream = new SimulatedUpstream().publish();
  const mirrored = await mirrorOf(context, upstream, { rootKeys: 'offline' });
  await mirrored.importExpecting('needs-root');
  const drafts = await signedDrafts(mirrored);
  rotateTargetsKey(upstream);
  await mirrored.importExpecting('needs-root');
  await rejected('POLICY_PIN', accept(mirrored, drafts));
  assert.equal(mirrored.generation, 0);
  await holdCeremony(mirrored);
  await mirrored.checkPublished();
});

type Drafts = Parameters<typeof acceptRoot>[3];

async function holdCeremony(mirrored: MirroredRepository): Promise<void> {
  await accept(mirrored, await signedDrafts(mirrored));
}

/** Each holder signs a copy of their own. */
async function signedDrafts({ mirror, id, clock }: MirroredRepository): Promise<Drafts> {
  const rootKeys = holders.map((holder) => holder.publicOf(id));
  const draft = await draftNextRoot(mirror, { repository: id, rootKeys, threshold: 2 });
  return holders.map((holder) => signDraft(draft, holder.signerFor(id), clock.now()));
}

async function accept({ mirror, id }: MirroredRepository, drafts: Drafts): Promise<void> {
  await withWriter(mirror, (writer) => acceptRoot(mirror, writer, id, drafts));
}

function rotateTargetsKey(upstream: SimulatedUpstream): void {
  const version = String(upstream.author.root.version + 1);
  upstream.author.keyholders.set('targets', { signers: [upstream.signer(`targets ${version}`)], threshold: 1 });
  upstream.author.publishRoot();
  upstream.publish('targets');
}
