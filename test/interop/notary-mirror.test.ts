/**
 * The whole way, with the real thing at both ends: Debian's `notary` publishes to Debian's `notary-server`, this mirror imports,
 * countersigns and serves under another name, and unmodified `notary` clients read from it.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { withWriter } from '../../src/mirror.ts';
import { parseNotaryRoot } from '../../src/notary/metadata.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { issuedRoots } from '../../src/publish/generation.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { APP, GUN, mirroredSite, SERVED } from './notary/mirrored-site.ts';
import { Reader } from './notary/reader.ts';
import { whyNoNotary } from './notary/server.ts';

const skip = whyNoNotary();
/** Tag and role of each line of `notary list`. */
async function listed(reader: Reader): Promise<string[]> {
  const { exitCode, out, err } = await reader.list(SERVED);
  assert.equal(exitCode, 0, err + out);
  const rows = out.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .flatMap(([tag, , , role]) => (role?.startsWith('targets') === true ? [`${tag ?? ''} ${role}`] : []))
    .sort();
}

const FIRST = ['v1.0 targets', 'v2.0 targets/releases'];

test('unmodified clients read a renamed collection, from first use through every rotation', { skip }, async (t) => {
  const site = await mirroredSite(t);
  assert.equal(await site.bringIn(), 'published');
  const warm = new Reader(t, site.url);
  assert.deepEqual(await listed(warm), FIRST, 'first use');
  await site.renew();
  assert.deepEqual(await listed(warm), FIRST, 'a new timestamp');

  await site.publisher.add(GUN, 'v1.1', 'one and a bit');
  await site.publisher.publish(GUN);
  assert.equal(await site.bringIn(), 'published');
  const next = ['v1.0 targets', 'v1.1 targets', 'v2.0 targets/releases'];
  assert.deepEqual(await listed(warm), next, 'new targets');

  await withWriter(site.mirror, (writer) => rotateOnlineKeys(site.mirror, writer, APP));
  site.loopback.refresh();
  assert.deepEqual(await listed(warm), next, 'the mirror’s new online keys');

  await site.publisher.rotateKey(GUN, 'targets');
  await site.publisher.publish(GUN);
  assert.equal(await site.bringIn(), 'published');
  assert.deepEqual(await listed(warm), next, 'upstream’s new targets key');
  assert.deepEqual(await listed(new Reader(t, site.url)), next, 'first use, later');
  // Upstream’s own name is not served: its certificates are for somebody else’s clients.
  assert.notEqual((await new Reader(t, site.url).list(GUN)).exitCode, 0);
});

test(
  'pins and a cache that was put there before: 6.3, and what is not the mirror’s is refused',
  { skip },
  async (t) => {
    const site = await mirroredSite(t);
    assert.equal(await site.bringIn(), 'published');
    const [first] = issuedRoots(site.mirror.reader, APP);
    assert.ok(first);
    const [key] = parseNotaryRoot(first, 'root', DEFAULT_LIMITS).payload.roles.root.keys;
    const pinned = (id: string): object => ({ disable_tofu: true, certs: { [SERVED]: [id] } });
    assert.deepEqual(await listed(new Reader(t, site.url, pinned(String(key?.id)))), FIRST, 'pinned by certificate');
    const other = await new Reader(t, site.url, pinned('0'.repeat(64))).list(SERVED);
    assert.notEqual(other.exitCode, 0);

    const seeded = new Reader(t, site.url);
    const place = join(seeded.trustDirectory, 'tuf', SERVED, 'metadata', 'root.json');
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, first);
    assert.deepEqual(await listed(seeded), FIRST, 'seeded');

    // A client that holds another root for the name trusts nobody else.
    const stranger = new Reader(t, site.url);
    await cp(join(site.publisher.trustDirectory, 'tuf', GUN), join(stranger.trustDirectory, 'tuf', SERVED), {
      recursive: true,
    });
    assert.notEqual((await stranger.list(SERVED)).exitCode, 0);
    await rm(join(stranger.trustDirectory, 'tuf'), { recursive: true });
    assert.deepEqual(await listed(stranger), FIRST, 'forgotten, and met anew');
  },
);
