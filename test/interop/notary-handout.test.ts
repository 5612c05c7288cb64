/**
 * The settings that `client-config` writes, given to unmodified clients: `notary`, and the `docker` command line, which needs no
 * engine for this. Neither takes anything on trust at the first contact.
 */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { forDocker } from '../../src/handout/docker.ts';
import { forNotary } from '../../src/handout/notary.ts';
import { importUpstream, type Mirror } from '../../src/mirror.ts';
import { serveOnLoopback } from '../replay/loopback.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import { APP, collectionMirror, SERVED } from '../simulator/collection-mirror.ts';
import { handed, inspect, install, noDocker, run, signedTags } from './notary/docker.ts';
import { type Front, httpsFront } from './notary/https-front.ts';
import { whyNoNotary } from './notary/server.ts';

const DIGEST = 'ab'.repeat(32);

interface Site {
  readonly mirror: Mirror;
  readonly front: Front;
  readonly folder: string;
}

async function siteOf(t: TestContext): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-handout-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const collection = new SimulatedCollection(undefined, new Date()).add('v1', DIGEST).publish();
  const { mirror, clock } = await collectionMirror(t, collection);
  clock.step(Math.max(0, Date.now() - clock.now().getTime()));
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  await importUpstream(mirror, { repository: APP, openSource, decisions: [], claim: {} });
  const loopback = await serveOnLoopback(mirror, { data: mirror.dataDirectory });
  t.after(() => loopback.stop());
  const front = await httpsFront(t, new URL(new URL(loopback.url(APP)).origin), folder);
  return { mirror, front, folder };
}

test(
  'notary reads with these settings alone, by pin or by the root that was there before',
  { skip: whyNoNotary() },
  async (t) => {
    const site = await siteOf(t);
    const handout = await handed(site.mirror, site.front, forNotary);
    for (const [name, isWanted] of [
      ['everything', () => true],
      ['the pin alone', (path: string) => !path.endsWith('root.json')],
    ] as const) {
      const home = join(site.folder, name);
      await install(handout, home, isWanted);
      const { exitCode, out } = await run('notary', ['-c', join(home, 'config.json'), '-d', home, 'list', SERVED], {});
      assert.equal(exitCode, 0, `${name}: ${out}`);
      assert.match(out, /v1 +abab/);
    }
    // A name that is not pinned is not taken on trust.
    const home = join(site.folder, 'another');
    await install(handout, home, (path) => !path.endsWith('root.json'));
    const config = JSON.stringify({
      remote_server: { url: site.front.url.origin, root_ca: 'mirror-ca.crt' },
      trust_pinning: { disable_tofu: true },
    });
    await writeFile(join(home, 'config.json'), config);
    assert.notEqual(
      (await run('notary', ['-c', join(home, 'config.json'), '-d', home, 'list', SERVED], {})).exitCode,
      0,
    );
  },
);

test(
  'a pin of the authority: the root’s certificate stands for itself, another’s for nothing',
  { skip: whyNoNotary() },
  async (t) => {
    const site = await siteOf(t);
    const handout = await handed(site.mirror, site.front, forNotary);
    const root = JSON.parse(
      Buffer.from(handout.files.find(({ path }) => path.endsWith('root.json'))?.bytes ?? '').toString(),
    ) as {
      signed: { keys: Record<string, { keytype: string; keyval: { public: string } }> };
    };
    const certificate =
      Object.values(root.signed.keys).find(({ keytype }) => keytype === 'ecdsa-x509')?.keyval.public ?? '';
    const own = join(site.folder, 'own.pem');
    await writeFile(own, Buffer.from(certificate, 'base64'));
    for (const [file, isGood] of [
      [own, true],
      [site.front.authorityFile, false],
    ] as const) {
      const home = join(site.folder, String(isGood));
      await install(handout, home, (path) => path === 'mirror-ca.crt');
      const pinning = { disable_tofu: true, ca: { 'mirror.example/': file } };
      const config = {
        remote_server: { url: site.front.url.origin, root_ca: 'mirror-ca.crt' },
        trust_pinning: pinning,
      };
      await writeFile(join(home, 'config.json'), JSON.stringify(config));
      const { exitCode, out } = await run('notary', ['-c', join(home, 'config.json'), '-d', home, 'list', SERVED], {});
      assert.equal(exitCode === 0, isGood, out);
    }
  },
);

test(
  'docker trust inspect reads with these settings alone, and refuses where another root was there before',
  { skip: noDocker },
  async (t) => {
    const site = await siteOf(t);
    const handout = await handed(site.mirror, site.front, forDocker);
    const home = join(site.folder, 'docker');
    await install(handout, home);
    assert.deepEqual(await signedTags(home, handout), [['v1', DIGEST]]);

    const stranger = join(site.folder, 'stranger');
    await cp(home, stranger, { recursive: true });
    const other = new SimulatedCollection(SERVED, new Date()).publish();
    await writeFile(join(stranger, 'trust', 'tuf', SERVED, 'metadata', 'root.json'), other.firstRoot);
    await rm(join(stranger, 'trust', 'tuf', SERVED, 'metadata', 'timestamp.json'), { force: true });
    assert.notEqual((await inspect(stranger, handout)).exitCode, 0);
  },
);
