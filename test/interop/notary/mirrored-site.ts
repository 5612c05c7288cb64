/** The whole way: a real publisher, a real `notary-server`, and a mirror of ours that serves the collection under another name. */
import type { TestContext } from 'node:test';
import type { CollectionSource } from '../../../src/acquire/notary/collection-source.ts';
import { openServerCollection } from '../../../src/acquire/notary/server.ts';
import { importUpstream, type Mirror, withWriter } from '../../../src/mirror.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { renewDue } from '../../../src/publish/renew.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { repositoryId, ROOT } from '../../../src/tuf/names.ts';
import { type Loopback, serveOnLoopback } from '../../replay/loopback.ts';
import { type MirrorOptions, TestMirror } from '../../simulator/mirror.ts';
import { publishCollection, Publisher } from './publisher.ts';
import { type ServerSettings, startNotary } from './server.ts';

export const GUN = 'registry.example.com/team/app';
export const SERVED = 'mirror.example.com/team/app';
export const APP = repositoryId('app');

export interface MirroredSite {
  readonly mirror: Mirror;
  readonly publisher: Publisher;
  readonly loopback: Loopback;
  readonly url: string;
  /** Real time goes on, and an import is made. @returns how it ended */
  readonly bringIn: () => Promise<string>;
  readonly renew: () => Promise<void>;
}

export async function mirroredSite(
  t: TestContext,
  settings: ServerSettings = {},
  rootKeys: MirrorOptions['rootKeys'] = 'online',
): Promise<MirroredSite> {
  const real = await startNotary(t, settings);
  const publisher = new Publisher(real);
  await publishCollection(publisher, GUN);
  const options = { clock: systemClock, authorityFiles: [real.authorityFile] };
  const open = (): Promise<CollectionSource> => openServerCollection(real.url, GUN, options);
  const source = await open();
  const root = await source.byVersion(ROOT, 1, 1_000_000);
  await source.close();

  const { mirror, clock } = await TestMirror.open(t, { now: new Date(), rootKeys });
  const enrolment = {
    ...{ id: APP, upstream: real.url.href, selection: { kind: 'none' } as const },
    collection: { name: GUN, servedAs: SERVED },
    ...{ rootSha256: sha256(root), maxUpstreamAgeDays: 90, limits: DEFAULT_LIMITS, enrolledAt: clock.now() },
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, root, {}));
  const loopback = await serveOnLoopback(mirror, { data: mirror.dataDirectory });
  t.after(() => loopback.stop());
  return {
    ...{ mirror, publisher, loopback, url: new URL(loopback.url(APP)).origin },
    async bringIn() {
      clock.step(Math.max(0, Date.now() - clock.now().getTime()));
      const { outcome } = await importUpstream(mirror, {
        ...{ repository: APP, openSource: open, decisions: [], claim: {} },
      });
      loopback.refresh();
      return outcome;
    },
    async renew() {
      await withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));
      loopback.refresh();
    },
  };
}
