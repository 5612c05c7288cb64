/** What is published of a collection, read with the guard’s own code: by fsck, of every state that the mirror comes to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import { verifyAsGuard } from '../../src/publish/as-guard.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { APP } from '../simulator/collection-mirror.ts';
import { type GuardedCollection, guardedCollection } from '../simulator/guarded-collection.ts';
import { decide } from '../simulator/mirrored.ts';
import { rejected } from '../simulator/refused.ts';

test('a guard accepts every state: rotated keys of both, an excluded role, a delegation that went', async (context) => {
  const guarded = await guardedCollection(context);
  const { collection } = guarded;
  const accepted = async (): Promise<void> => {
    await verifyAsGuard(guarded.site.mirror.reader, APP, guarded.clock.now());
    assert.deepEqual((await fsck(guarded.site.mirror)).findings, []);
  };
  await accepted();
  await guarded.rotateOnline();
  await accepted();
  collection.role().signers = [collection.signer('targets 2')];
  collection.publishRoot().publish('targets');
  await guarded.importNow();
  await accepted();
  collection.publish('targets/qa');
  await guarded.importNow(decide('exclude-role', 'targets/releases'));
  await accepted();
  collection.role().delegations.pop();
  collection.roles.delete('targets/qa');
  collection.publish('targets');
  await guarded.importNow(decide('exclude-role', 'targets/releases'));
  await accepted();
});

test('S-10 a role that is altered, and one that is gone, are what a guard would refuse', async (context) => {
  const guarded = await guardedCollection(context);
  const { reader } = guarded.site.mirror;
  const now = guarded.clock.now();
  const targets = sha256(guarded.collection.file('targets.json'));
  const spaced = altered(guarded, {
    bytes: (digest) =>
      digest === targets ? Buffer.concat([reader.bytes(digest), Buffer.from(' ')]) : reader.bytes(digest),
  });
  await rejected('TRUST_TORN', verifyAsGuard(spaced, APP, now));
  const without = altered(guarded, {
    generationRoles: (id, generation) =>
      reader.generationRoles(id, generation).filter(({ role }) => role !== 'targets/qa'),
  });
  await rejected('SOURCE_NOT_FOUND', verifyAsGuard(without, APP, now));
});

/** The mirror’s reader, but for one answer. */
function altered({ site }: GuardedCollection, answers: Partial<LedgerReader>): LedgerReader {
  return new Proxy(site.mirror.reader, {
    get(target, name) {
      const own: unknown = Reflect.get(answers, name);
      const value: unknown = own ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
