/**
 * A collection that the real `notary` published to a real `notary-server`, verified as an import verifies it: first, after new
 * targets, and after the rotation of upstream’s root and targets keys.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openServerCollection } from '../../src/acquire/notary/server.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { roleName, ROOT } from '../../src/tuf/names.ts';
import { Looker } from '../verify/notary/looking.ts';
import { publishCollection, Publisher } from './notary/publisher.ts';
import { startNotary, whyNoNotary } from './notary/server.ts';

const skip = whyNoNotary();
const GUN = 'registry.example.com/team/app';
const TARGETS = roleName('targets');
const RELEASES = roleName('targets/releases');

for (const keyAlgorithm of ['ecdsa', 'ed25519'] as const)
  test(`what the real client publishes is a candidate, with ${keyAlgorithm} online keys`, { skip }, async (t) => {
    const real = await startNotary(t, { keyAlgorithm });
    const publisher = new Publisher(real);
    await publishCollection(publisher, GUN);
    const options = { clock: systemClock, authorityFiles: [real.authorityFile] };
    const source = await openServerCollection(real.url, GUN, options);
    t.after(() => source.close());
    const looker = new Looker(source, await source.byVersion(ROOT, 1, 1_000_000), new Date());
    const look = (): ReturnType<Looker['look']> => {
      looker.now = new Date();
      return looker.look();
    };

    const first = (await look()).content;
    assert.deepEqual([...first.roles.keys()], [TARGETS, RELEASES]);
    assert.equal(first.targetsTree.count, 2);
    // The snapshot key moved to the server under a root of its own.
    assert.deepEqual(
      first.roots.map(({ version }) => version),
      [1, 2],
    );
    assert.deepEqual(first.notes, []);

    await publisher.add(GUN, 'v1.1', 'one and a bit');
    await publisher.publish(GUN);
    const second = (await look()).content;
    assert.equal(second.targetsTree.count, 3);
    assert.ok((second.roles.get(TARGETS)?.version ?? 0) > (first.roles.get(TARGETS)?.version ?? 0));

    for (const role of ['root', 'targets'] as const) await publisher.rotateKey(GUN, role);
    await publisher.publish(GUN);
    const third = (await look()).content;
    assert.ok(third.roots.length > second.roots.length);
    assert.notDeepEqual(
      third.targetsKeys.keys.map(({ fingerprint }) => fingerprint),
      second.targetsKeys.keys.map(({ fingerprint }) => fingerprint),
    );
    assert.equal(third.targetsTree.count, 3);
  });
