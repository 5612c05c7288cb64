/**
 * Collections published by a trial, whose root key is online: what is issued is what a client of the dialect takes, from
 * its first use to rotations and renewals, under the name that it is served by.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { importUpstream, type ImportResult, type Mirror, withWriter } from '../../src/mirror.ts';
import { TrustedCollection, type TrustedCollectionSnapshot } from '../../src/notary/trusted-set.ts';
import { rotateOnlineKeys } from '../../src/publish/ceremony.ts';
import { issuedRoots } from '../../src/publish/generation.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { type RoleName, roleName } from '../../src/tuf/names.ts';
import { enforceExpiry, type Previous } from '../../src/tuf/trusted-set.ts';
import { SimulatedCollection } from '../simulator/collection.ts';
import type { FakeClock } from '../simulator/clock.ts';
import { DAY } from '../simulator/clock.ts';
import { APP, type CollectionMirror, collectionMirror, SERVED } from '../simulator/collection-mirror.ts';
import { decide } from '../simulator/mirrored.ts';
import { published } from '../verify/notary/looking.ts';

/** A client with a memory: the root that it holds, and the versions that it has seen. */
class Client {
  #trusted: TrustedCollection;
  #previous: Previous = {};

  constructor({ reader }: Mirror) {
    const [first] = issuedRoots(reader, APP);
    this.#trusted = TrustedCollection.enrol(first ?? new Uint8Array(), SERVED, DEFAULT_LIMITS);
  }

  /** Reads everything that is published, as of the mirror’s time. @throws what it would refuse */
  refresh({ reader }: Mirror, clock: FakeClock, keepsVersions = true): TrustedCollectionSnapshot {
    const current = reader.current(APP);
    assert.ok(current);
    for (const bytes of issuedRoots(reader, APP).slice(this.#trusted.root.version))
      this.#trusted = this.#trusted.rotate(bytes, this.#trusted.root.version + 1);
    const bytesOf = (role: 'snapshot' | 'timestamp', version: number): Uint8Array =>
      reader.bytes(reader.issuedVersion(APP, role, version, current.onlineEpoch).fileSha256);
    const expiry = enforceExpiry(clock.now());
    const previous = keepsVersions ? this.#previous : {};
    const timestamp = this.#trusted.timestamp(bytesOf('timestamp', current.timestampVersion), previous, expiry);
    const snapshot = timestamp.snapshot(bytesOf('snapshot', current.snapshotVersion));
    const roles = new Map<RoleName, number>();
    for (const { role, version, fileSha256 } of reader.generationRoles(APP, current.generation)) {
      if (role === 'targets') snapshot.targets(reader.bytes(fileSha256));
      roles.set(role, version);
    }
    this.#previous = {
      ...{ timestampVersion: timestamp.timestamp.version, snapshotVersion: snapshot.snapshot.version, roles },
    };
    return snapshot;
  }
}

async function imported(
  { mirror, collection }: CollectionMirror,
  ...decisions: Parameters<typeof decide>[]
): Promise<ImportResult> {
  const made = decisions.map((words) => decide(...words));
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(collection);
  return importUpstream(mirror, { repository: APP, openSource, decisions: made, claim: {} });
}

function snapshotDaysLeft({ mirror: { reader }, clock }: CollectionMirror): number {
  const { expires } = reader.issuedVersion(APP, 'snapshot', reader.current(APP)?.snapshotVersion ?? 0);
  return (expires.getTime() - clock.now().getTime()) / DAY;
}

test('targets and delegations byte for byte, under a root, snapshot and timestamp of the mirror’s', async (context) => {
  const site = await collectionMirror(context, published(new SimulatedCollection()));
  assert.equal((await imported(site)).outcome, 'published');
  const snapshot = new Client(site.mirror).refresh(site.mirror, site.clock);
  assert.deepEqual([...snapshot.snapshot.payload.roles.keys()].sort(), ['root', 'targets', 'targets/releases']);
  for (const { role, fileSha256 } of site.mirror.reader.generationRoles(APP, 1))
    assert.deepEqual(site.mirror.reader.bytes(fileSha256), Buffer.from(site.collection.file(`${role}.json`)));
  const stated = snapshot.snapshot.envelope.signed.get('x-countersign');
  assert.ok(stated instanceof Map && stated.get('repository') === APP);
});

test('new targets, then upstream’s new targets key, which needs a new root; a client follows both', async (context) => {
  const site = await collectionMirror(context, published(new SimulatedCollection()));
  await imported(site);
  const client = new Client(site.mirror);
  client.refresh(site.mirror, site.clock);
  site.collection.add('v3', '33'.repeat(32)).publish('targets');
  assert.equal((await imported(site)).outcome, 'published');
  client.refresh(site.mirror, site.clock);
  assert.equal(issuedRoots(site.mirror.reader, APP).length, 1);
  site.collection.role().signers = [site.collection.signer('targets 2')];
  site.collection.publishRoot().publish('targets');
  assert.equal((await imported(site)).outcome, 'published');
  assert.equal(issuedRoots(site.mirror.reader, APP).length, 2);
  client.refresh(site.mirror, site.clock);
});

test('renewals move the timestamp, then the snapshot, then the root with a snapshot that lists it', async (context) => {
  const site = await collectionMirror(context, published(new SimulatedCollection()));
  await imported(site);
  const client = new Client(site.mirror);
  client.refresh(site.mirror, site.clock);
  const renewed = async (days: number): Promise<readonly string[]> => {
    site.clock.step(days * DAY);
    // Upstream goes on as well, or the dead man stops renewal.
    site.collection.timestampExpires = new Date(site.clock.now().getTime() + 14 * DAY);
    site.collection.publishTimestamp();
    await imported(site);
    const [outcome] = await withWriter(site.mirror, (writer) => renewDue(site.mirror, writer));
    client.refresh(site.mirror, site.clock);
    return (outcome?.issued ?? []).map((file) => file.replace(/@.*/, ''));
  };
  await renewed(1);
  site.clock.step(13 * 3_600_000);
  const [first] = await withWriter(site.mirror, (writer) => renewDue(site.mirror, writer));
  assert.deepEqual(
    first?.issued.map((file) => file.replace(/@.*/, '')),
    ['timestamp'],
  );
  client.refresh(site.mirror, site.clock);
  for (let day = 0; day < 12; day++) await renewed(16);
  assert.ok(issuedRoots(site.mirror.reader, APP).length > 1, 'the root was renewed at half of its year');
});

test('the snapshot always has more than half a year left: below that stock clients warn at every command', async (context) => {
  const collection = new SimulatedCollection();
  collection.timestampExpires = new Date(collection.now.getTime() + 1000 * DAY);
  const site = await collectionMirror(context, published(collection), 'online');
  await imported(site);
  const left: number[] = [];
  for (let look = 0; look < 40; look++) {
    site.clock.step(10 * DAY);
    await withWriter(site.mirror, (writer) => renewDue(site.mirror, writer));
    left.push(snapshotDaysLeft(site));
  }
  // Six months are 184 days at most.
  assert.ok(Math.min(...left) > 184, left.join(' '));
});

test('new online keys: a new root, and versions that go on; whoever held the old state follows', async (context) => {
  const site = await collectionMirror(context, published(new SimulatedCollection()));
  await imported(site);
  const client = new Client(site.mirror);
  const before = client.refresh(site.mirror, site.clock);
  await withWriter(site.mirror, (writer) => rotateOnlineKeys(site.mirror, writer, APP));
  const after = client.refresh(site.mirror, site.clock, false);
  const keyOf = ({ timestamp: { root } }: TrustedCollectionSnapshot): string =>
    root
      .role('timestamp')
      .keys.map(({ id }) => id)
      .join();
  assert.notEqual(keyOf(after), keyOf(before));
  // Stock clients compare versions also under new keys.
  assert.ok(after.timestamp.timestamp.version > before.timestamp.timestamp.version);
});

test('a role that is left out by decision is stated; what upstream withholds is not published', async (context) => {
  const site = await collectionMirror(context, published(new SimulatedCollection()));
  await imported(site);
  site.collection.hidden.add('targets/releases');
  site.collection.publishSnapshot();
  await assert.rejects(imported(site), (error) => isRefusal(error, 'TRUST_ROLE_REMOVED'));
  assert.equal(site.mirror.reader.current(APP)?.generation, 1);
  const result = await imported(site, ['exclude-role', 'targets/releases']);
  assert.equal(result.outcome, 'published');
  const listed = site.mirror.reader.generationRoles(APP, 2).map(({ role, reachable }) => [role, reachable]);
  assert.deepEqual(listed, [
    ['targets', true],
    [roleName('targets/releases'), false],
  ]);
});
