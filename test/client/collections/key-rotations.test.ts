/** Upstream’s targets keys change: by the pin and by nobody else. The same keys in other clothes are the same keys (N-02). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { issueRootCertificate } from '../../../src/notary/certificate-template.ts';
import { notaryRootSigner, notarySignerFromScalar } from '../../../src/notary/signer.ts';
import { APP } from '../../simulator/collection-mirror.ts';
import { guardedCollection, taggedCollection } from '../../simulator/guarded-collection.ts';
import { seedNamed } from '../../simulator/keys.ts';
import { put } from '../../simulator/places.ts';
import { marksIn, refusedUntouched } from '../evidence/untouched.ts';
import { CollectionThief } from './stolen-keys.ts';
import { jsonObject } from '../../../src/tuf/json.ts';

test('upstream rotates its targets keys and the mirror follows: refused until the pin has them, and the marks stay', async (context) => {
  const guarded = await guardedCollection(context);
  const { collection } = guarded;
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  collection.role().signers = [collection.signer('targets 2')];
  collection.publishRoot().publish('targets');
  await guarded.importNow();
  const { what } = await refusedUntouched('TRUST_PIN_MISMATCH', store, () => guard.refresh());
  assert.match(what, /Version 2 of the mirror’s root gives the targets role to a key that the pin does not have/);
  const renewed = guarded.guard({ store });
  assert.equal(renewed.pin.collection?.targets.keys[0]?.id, collection.signer('targets 2').keyId);
  assert.equal((await renewed.find('v1')).verdict.ok, true);
  assert.equal(((await marksIn(store, APP))['roles'] as Record<string, number>)['targets'], 2);
});

test('a threshold that is lowered is another authority, with the same keys', async (context) => {
  const collection = taggedCollection();
  collection.role().signers = [collection.signer('targets'), collection.signer('second')];
  collection.publishRoot().publish('targets');
  const guarded = await guardedCollection(context, collection);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  new CollectionThief(guarded).signRoot((root) => put(root, ['roles', 'targets', 'threshold'], 1));
  const { what } = await refusedUntouched('TRUST_PIN_MISMATCH', store, () => guard.refresh());
  assert.match(what, /gives the targets role 1 of 2 keys, and the pin 2 of 2 keys/);
});

test('N-02 the pinned key in a certificate is the pinned key; beside itself it is one signer and not two', async (context) => {
  const scalar = seedNamed('a targets key on P-256');
  const bare = notarySignerFromScalar(scalar);
  const template = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };
  const serial = seedNamed('serial').subarray(0, 16);
  const certified = notaryRootSigner(
    scalar,
    issueRootCertificate(scalar, { commonName: 'anybody', serial, ...template }),
  );
  const collection = taggedCollection();
  collection.role().signers = [bare];
  collection.publishRoot().publish('targets');
  const guarded = await guardedCollection(context, collection);
  const guard = guarded.guard({ store: memoryStore() });
  await guard.refresh();
  const thief = new CollectionThief(guarded);
  thief.signRoot((root) => {
    put(root, ['keys', certified.keyId], certified.keyObject);
    put(root, ['roles', 'targets'], jsonObject({ keyids: [bare.keyId, certified.keyId], threshold: 1 }));
  });
  assert.equal((await guard.refresh()).mirror?.root, 2);
  assert.equal((await guard.find('v1')).verdict.ok, true);
});
