/**
 * A collection’s life with everything that is real and is used where collections are big: upstream’s online keys in a
 * `notary-signer`, roots of the mirror by holders, and the rotation of every key on either side. After each step a client that
 * was there from the beginning says of the mirror, word for word, what the publisher’s own client says of upstream; and one that
 * slept through all of it does at the end.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withWriter } from '../../src/mirror.ts';
import { parseNotaryRoot } from '../../src/notary/metadata.ts';
import { acceptRoot, type DraftOptions, draftNextRoot } from '../../src/publish/ceremony.ts';
import { issuedRoots } from '../../src/publish/generation.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import type { RootPublic } from '../../src/sign/root-public.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { drawFrom, seedNamed } from '../simulator/keys.ts';
import { APP, GUN, type MirroredSite, mirroredSite, SERVED } from './notary/mirrored-site.ts';
import { Reader } from './notary/reader.ts';
import { whyNoNotary } from './notary/server.ts';

const skip = whyNoNotary();

const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map(
  (name) => new RootHolder(name, seedNamed(name)),
) as [RootHolder, RootHolder, RootHolder, RootHolder];

/** Everything that a client can be asked about a collection. */
const QUESTIONS = [(gun: string) => ['list', gun], (gun: string) => ['delegation', 'list', gun]];

async function assertSame(site: MirroredSite, reader: Reader, tags: readonly string[], when: string): Promise<void> {
  const questions = [...QUESTIONS, ...tags.map((tag) => (gun: string) => ['lookup', gun, tag])];
  for (const question of questions) {
    const { exitCode, out, err } = await reader.run(...question(SERVED));
    assert.equal(exitCode, 0, `${when}: ${err}${out}`);
    assert.equal(out, await site.publisher.run(...question(GUN)), when);
    assert.match(out, /sha256:[0-9a-f]{64}|targets\/releases/, when);
  }
}

/** As the publisher’s client has it in its cache. */
function upstreamKey({ publisher }: MirroredSite, role: string): { readonly id: string; readonly keytype: string } {
  const { signed } = JSON.parse(
    readFileSync(join(publisher.trustDirectory, 'tuf', GUN, 'metadata', 'root.json'), 'utf8'),
  ) as { signed: { keys: Record<string, { keytype: string }>; roles: Record<string, { keyids: string[] }> } };
  const id = signed.roles[role]?.keyids[0] ?? '';
  return { id, keytype: signed.keys[id]?.keytype ?? '' };
}

test('each key of either side is rotated: a warm client follows, and a late one', { skip }, async (t) => {
  const site = await mirroredSite(t, { hasSigner: true, keyAlgorithm: 'ecdsa' }, 'offline');
  const { mirror, publisher } = site;
  const draw = drawFrom('serials');
  const certified = (holder: RootHolder): RootPublic => holder.certify(APP, SERVED, { now: mirror.clock.now(), draw });
  const hold = async (options: Partial<DraftOptions>, ...signers: readonly RootHolder[]): Promise<void> => {
    const draft = await draftNextRoot(mirror, { repository: APP, threshold: 2, ...options });
    const now = mirror.clock.now();
    const signed = signers.reduce((before, one) => signDraft(before, one.signerOf(before), now), draft);
    await withWriter(mirror, (writer) => acceptRoot(mirror, writer, APP, [signed]));
    site.loopback.refresh();
  };
  const [ofBob, ofCarol] = [certified(bob), certified(carol)];
  assert.equal(await site.bringIn(), 'needs-root');
  await hold({ rootKeys: [certified(alice), ofBob, ofCarol] }, alice, bob);
  const [warm, late] = [new Reader(t, site.url), new Reader(t, site.url)];
  let tags = ['v1.0', 'v2.0'];
  await assertSame(site, warm, tags, 'first use');
  await assertSame(site, late, tags, 'first use, before it sleeps');

  // An online epoch has one key for each role, and a new one has two new keys: they are never rotated alone.
  await hold({ rotateOnline: true }, bob, carol);
  const [first, second] = issuedRoots(mirror.reader, APP).map((root) => parseNotaryRoot(root, 'root', DEFAULT_LIMITS));
  for (const role of ['snapshot', 'timestamp'] as const)
    assert.notEqual(first?.payload.roles[role].keys[0]?.id, second?.payload.roles[role].keys[0]?.id);
  await assertSame(site, warm, tags, 'the mirror’s snapshot and timestamp keys');
  await hold({ rootKeys: [ofBob, ofCarol, certified(dave)] }, bob, carol);
  await assertSame(site, warm, tags, 'a root key of the mirror');

  for (const role of ['timestamp', 'snapshot'] as const) {
    const { id: before, keytype } = upstreamKey(site, role);
    assert.equal(keytype, 'ecdsa');
    await publisher.run('key', 'rotate', GUN, role, '-r');
    await publisher.add(GUN, `after-${role}`, role);
    await publisher.publish(GUN);
    assert.equal(await site.bringIn(), 'published');
    assert.notEqual(upstreamKey(site, role).id, before);
    tags = [...tags, `after-${role}`];
    await assertSame(site, warm, tags, `upstream’s ${role} key, in its signer`);
  }
  await publisher.rotateKey(GUN, 'root');
  assert.equal(await site.bringIn(), 'published');
  await assertSame(site, warm, tags, 'upstream’s root key');
  await publisher.rotateKey(GUN, 'targets');
  await publisher.publish(GUN);
  assert.equal(await site.bringIn(), 'needs-root');
  await assertSame(site, warm, tags, 'upstream’s new targets key waits for holders');
  await hold({}, carol, dave);
  await assertSame(site, warm, tags, 'upstream’s targets key');

  assert.equal(issuedRoots(mirror.reader, APP).length, 4);
  await assertSame(site, late, tags, 'awake again, three roots later');
  await assertSame(site, new Reader(t, site.url), tags, 'first use, later');
});
