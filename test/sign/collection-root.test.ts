/** The mirror's root of a Notary collection: what stock clients take, from the first one to the last certificate. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { parseNotaryRoot } from '../../src/notary/metadata.ts';
import { privateKeyOf } from '../../src/notary/scalar.ts';
import { notarySignerFromSeed } from '../../src/notary/signer.ts';
import { TrustedCollection } from '../../src/notary/trusted-set.ts';
import { type CollectionRootRequest, isRootKeyOf, makeCollectionRoot } from '../../src/sign/collection-root.ts';
import { deriveRootScalar } from '../../src/sign/derive.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { GUN, SimulatedCollection } from '../simulator/collection.ts';
import { DAY, NOW } from '../simulator/clock.ts';
import { drawFrom, seedNamed } from '../simulator/keys.ts';

const SERVED = 'mirror.example/team/app';
const NAMES = { name: GUN, servedAs: SERVED };
const scalar = deriveRootScalar(seedNamed('holder'), 'app');
const upstream = new SimulatedCollection().publish();

function rootAfter(previous?: Uint8Array, changes: Partial<CollectionRootRequest> = {}): Uint8Array {
  const now = changes.now ?? NOW;
  const online = (name: string): ReturnType<typeof notarySignerFromSeed> => notarySignerFromSeed(seedNamed(name));
  return makeCollectionRoot(scalar, {
    ...{ repository: repositoryId('app'), collection: NAMES, previous, upstreamRoot: upstream.firstRoot, now },
    onlineKeys: { snapshot: online('snapshot').keyObject, timestamp: online('timestamp').keyObject },
    ...{ expires: new Date(now.getTime() + 365 * DAY), draw: drawFrom('serials') },
    ...changes,
  });
}

const rolesOf = (bytes: Uint8Array): unknown =>
  (JSON.parse(Buffer.from(bytes).toString()) as { signed: { roles: Record<string, unknown> } }).signed.roles;

test('a first root names the collection as it is served, and has upstream’s targets role word for word', () => {
  const bytes = rootAfter();
  const { root } = TrustedCollection.enrol(bytes, SERVED, DEFAULT_LIMITS);
  assert.equal(root.version, 1);
  const [mine, theirs] = [rolesOf(bytes), rolesOf(upstream.firstRoot)] as Record<string, unknown>[];
  assert.deepEqual(mine?.['targets'], theirs?.['targets']);
  assert.throws(
    () => TrustedCollection.enrol(bytes, 'mirror.example/other', DEFAULT_LIMITS),
    (error) => isRefusal(error, 'TRUST_WRONG_REPOSITORY'),
  );
});

test('the certificate is copied from root to root: its id is the digest of its text', () => {
  const first = rootAfter();
  const second = rootAfter(first, { now: new Date(NOW.getTime() + 200 * DAY) });
  const trusted = TrustedCollection.enrol(first, SERVED, DEFAULT_LIMITS).rotate(second, 2);
  const idsOf = (bytes: Uint8Array): string[] =>
    parseNotaryRoot(bytes, 'root', DEFAULT_LIMITS).payload.roles.root.keys.map(({ id }) => id);
  assert.deepEqual(idsOf(second), idsOf(first));
  assert.equal(trusted.root.envelope.signatures.length, 1);
});

test('five years before its end it is replaced, in a root that both certificates sign', () => {
  const first = rootAfter();
  const later = new Date(NOW.getTime() + 16 * 365 * DAY);
  const second = rootAfter(first, { now: later });
  const trusted = TrustedCollection.enrol(first, SERVED, DEFAULT_LIMITS).rotate(second, 2);
  assert.equal(trusted.root.envelope.signatures.length, 2);
  assert.equal(trusted.role('root').keys.length, 1);
  const third = rootAfter(second, { now: new Date(later.getTime() + DAY) });
  assert.equal(trusted.rotate(third, 3).root.envelope.signatures.length, 1);
});

test('whose root key is elsewhere signs nothing', () => {
  const first = rootAfter();
  const other = deriveRootScalar(seedNamed('somebody else'), 'app');
  assert.deepEqual([isRootKeyOf(scalar, first, NAMES), isRootKeyOf(other, first, NAMES)], [true, false]);
  assert.throws(
    () => makeCollectionRoot(other, { ...requestOf(first) }),
    (error) => isRefusal(error, 'STATE_NEEDS_ROOT'),
  );
});

function requestOf(previous: Uint8Array): CollectionRootRequest {
  const [snapshot, timestamp] = ['snapshot', 'timestamp'].map((name) => notarySignerFromSeed(seedNamed(name)));
  assert.ok(snapshot && timestamp);
  return {
    ...{ repository: repositoryId('app'), collection: NAMES, previous, upstreamRoot: upstream.firstRoot, now: NOW },
    ...{
      onlineKeys: { snapshot: snapshot.keyObject, timestamp: timestamp.keyObject },
      expires: new Date(NOW.getTime() + 365 * DAY),
      draw: drawFrom('x'),
    },
  };
}

test('a root key is derived under a purpose of its own, and is one that P-256 has', () => {
  assert.doesNotThrow(() => privateKeyOf(scalar));
  assert.notDeepEqual(deriveRootScalar(seedNamed('holder'), 'other'), scalar);
  assert.equal(createHash('sha256').update(scalar).digest('hex').length, 64);
});
