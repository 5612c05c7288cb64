/**
 * Roots that holders made in ceremonies, read by unmodified `notary` clients: two of three, a change of holders, a certificate
 * that is made again around the same key, and a client that slept through all of it.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { importUpstream, type Mirror, withWriter } from '../../src/mirror.ts';
import { acceptRoot, draftNextRoot } from '../../src/publish/ceremony.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import type { RootPublic } from '../../src/sign/root-public.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { serveOnLoopback } from '../replay/loopback.ts';
import { DAY } from '../simulator/clock.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { drawFrom, seedNamed } from '../simulator/keys.ts';
import { TestMirror } from '../simulator/mirror.ts';
import { Reader } from './notary/reader.ts';
import { whyNoNotary } from './notary/server.ts';

const skip = whyNoNotary();
const APP = repositoryId('app');
const SERVED = 'mirror.example.com/team/app';
const HASH = '11'.repeat(32);

const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map(
  (name) => new RootHolder(name, seedNamed(name)),
) as [RootHolder, RootHolder, RootHolder, RootHolder];

interface Site {
  readonly mirror: Mirror;
  readonly url: string;
  readonly certified: (holder: RootHolder, commonName?: string) => RootPublic;
  /** Drafts, lets these sign, and publishes. */
  readonly hold: (rootKeys: readonly RootPublic[], ...signers: readonly RootHolder[]) => Promise<void>;
}

async function siteOf(t: TestContext): Promise<Site> {
  const now = new Date();
  const collection = new SimulatedCollection('registry.example.com/team/app', now);
  collection.role().expires = new Date(now.getTime() + 1000 * DAY);
  collection.add('v1.0', HASH).publish();
  const { mirror, clock } = await TestMirror.open(t, { now, rootKeys: 'offline' });
  const enrolment = {
    ...{ id: APP, upstream: 'https://notary.example', selection: { kind: 'none' } as const },
    collection: { name: collection.gun, servedAs: SERVED },
    ...{ rootSha256: sha256(collection.firstRoot), maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS, enrolledAt: now },
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, collection.firstRoot, {}));
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  await importUpstream(mirror, { repository: APP, openSource, decisions: [], claim: {} });
  const loopback = await serveOnLoopback(mirror, { data: mirror.dataDirectory });
  t.after(() => loopback.stop());
  const draw = drawFrom('serials');
  return {
    ...{ mirror, url: new URL(loopback.url(APP)).origin },
    certified: (holder, commonName = SERVED) => holder.certify(APP, commonName, { now: clock.now(), draw }),
    async hold(rootKeys, ...signers) {
      const draft = await draftNextRoot(mirror, { repository: APP, rootKeys, threshold: 2 });
      const signed = signers.reduce((before, one) => signDraft(before, one.signerOf(before), clock.now()), draft);
      await withWriter(mirror, (writer) => acceptRoot(mirror, writer, APP, [signed]));
      loopback.refresh();
    },
  };
}

async function assertReads(reader: Reader, when: string): Promise<void> {
  const { exitCode, out, err } = await reader.list(SERVED);
  assert.equal(exitCode, 0, `${when}: ${err}${out}`);
  assert.match(out, new RegExp(`v1.0 +${HASH}`), when);
  // Nothing here ends within six months, so that a warning is news.
  assert.doesNotMatch(err, /expir/i, when);
}

test('two of three, other holders, a certificate made again: every client follows, also late', { skip }, async (t) => {
  const site = await siteOf(t);
  const [ofBob, ofCarol] = [site.certified(bob, 'mirror.example.com/*'), site.certified(carol)];
  await site.hold([site.certified(alice), ofBob, ofCarol], alice, bob);
  const [warm, late] = [new Reader(t, site.url), new Reader(t, site.url)];
  await assertReads(warm, 'first use');
  await assertReads(late, 'first use, before it sleeps');

  await site.hold([ofBob, ofCarol, site.certified(dave)], bob, carol);
  await assertReads(warm, 'dave for alice');
  await assertReads(new Reader(t, site.url), 'first use, of the second root');

  await site.hold([site.certified(bob), ofCarol, site.certified(dave)], bob, dave, carol);
  await assertReads(warm, 'certificates made again around the keys of bob and dave');
  await assertReads(new Reader(t, site.url), 'first use, of the third root');
  await assertReads(late, 'awake again, two roots later');
});
