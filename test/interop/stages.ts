/**
 * What happens to a mirror during its life, in order, and what clients are asked to do after each: the first use, and then
 * every change that a client with a cache has to follow.
 */
import assert from 'node:assert/strict';
import { acceptRoot, draftNextRoot, rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';
import type { ServedMirror } from '../replay/served-mirror.ts';
import { signerNamed } from '../simulator/keys.ts';
import type { InteropUpstream } from './upstreams.ts';

export interface Stage {
  readonly name: string;
  /** @returns targets that are new, and that clients then fetch as well */
  readonly prepare: (site: Site) => Promise<readonly string[]>;
  /** Whether it needs an upstream that can publish more. */
  readonly needsLiveUpstream?: boolean;
}

export interface Site {
  readonly served: ServedMirror;
  readonly repository: RepositoryId;
  readonly upstream: InteropUpstream;
}

export const STAGES: readonly Stage[] = [
  { name: 'first use', prepare: () => Promise.resolve([]) },
  { name: 'refresh', prepare: () => Promise.resolve([]) },
  { name: 'renewal', prepare: renew },
  { name: 'new import', prepare: importMore, needsLiveUpstream: true },
  { name: 'online keys rotated', prepare: rotateOnline },
  { name: 'upstream’s targets key rotated', prepare: rotateUpstream, needsLiveUpstream: true },
  { name: 'root key rotated', prepare: rotateRoot },
];

async function renew({ served }: Site): Promise<readonly string[]> {
  const [outcome] = await served.renew(true);
  assert.equal(outcome?.outcome, 'renewed');
  return [];
}

async function importMore({ served, repository, upstream }: Site): Promise<readonly string[]> {
  const path = upstream.publishMore?.() ?? '';
  const { outcome } = await served.import(repository, () => upstream.openSource());
  assert.equal(outcome, 'published');
  return [path];
}

async function rotateOnline({ served, repository }: Site): Promise<readonly string[]> {
  await served.change((writer) => rotateOnlineKeys(served.mirror, writer, repository));
  return [];
}

async function rotateUpstream(site: Site): Promise<readonly string[]> {
  site.upstream.rotateTargetsKey?.();
  return importMore(site);
}

/** From the trial’s key to a holder’s, signed by both, as a ceremony does it. */
async function rotateRoot({ served, repository }: Site): Promise<readonly string[]> {
  const { mirror } = served;
  const holder = signerNamed('holder');
  const rootKeys = [{ holder: 'alice', repository, keyId: holder.keyId, keyObject: holder.keyObject }];
  const draft = await draftNextRoot(mirror, { repository, rootKeys });
  const now = mirror.clock.now();
  const signed = signDraft(signDraft(draft, mirror.keyring.rootSignerFor(repository), now), holder, now);
  await served.change((writer) => acceptRoot(mirror, writer, repository, [signed]));
  return [];
}
