/**
 * What whoever has a mirror’s keys may do to a client of a collection, row by row of what was measured with the unmodified
 * one (7.3, 7.4; test/interop/notary-failures.test.ts). `stock` is what that one does; a guard with a memory refuses, keeps
 * nothing of it, and goes on with the honest mirror.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Code } from '../../../src/errors.ts';
import { signNotary } from '../../../src/notary/documents.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { type JsonObject, jsonObject } from '../../../src/tuf/json.ts';
import { type GuardedCollection, guardedCollection } from '../../simulator/guarded-collection.ts';
import { below, put } from '../../simulator/places.ts';
import { refusedUntouched } from '../evidence/untouched.ts';
import { CollectionThief, signedOf } from './stolen-keys.ts';

interface Attack {
  readonly what: string;
  /** Absent where it was not measured. */
  readonly stock?: 'accepts it silently' | 'warns and goes on' | 'refuses';
  readonly code: Code;
  readonly says: RegExp;
  readonly act: (guarded: GuardedCollection) => unknown;
}

const thief = (guarded: GuardedCollection): CollectionThief => new CollectionThief(guarded);
const file = ({ collection }: GuardedCollection, name: string): Uint8Array => collection.file(name);
const padded = (bytes: Uint8Array, length: number): Uint8Array => Buffer.concat([bytes, Buffer.alloc(length, ' ')]);
const past = '2026-01-01T00:00:00Z';

/** Targets in which this is signed, under the version that is the newest. */
function otherTargets(guarded: GuardedCollection, signer: string): Uint8Array {
  const signed = signedOf(file(guarded, 'targets.json'));
  put(signed, ['targets', 'v1', 'hashes', 'sha256'], Buffer.alloc(32, 9).toString('base64'));
  return signNotary(signed, [guarded.collection.signer(signer)]);
}

function addTargetsKey(root: JsonObject, { collection }: GuardedCollection, alter: (ids: string[]) => string[]): void {
  const { keyId, keyObject } = collection.signer('the thief’s own');
  put(root, ['keys', keyId], keyObject);
  const before = below(below(below(root, 'roles'), 'targets'), 'keyids');
  assert.ok(Array.isArray(before));
  put(root, ['roles', 'targets', 'keyids'], alter([keyId, ...before.map(String)]));
}

const ATTACKS: readonly Attack[] = [
  {
    what: '7.4 targets go back to a shorter version: the hole',
    stock: 'accepts it silently',
    code: 'TRUST_ROLLBACK',
    says: /targets version 1 is older than the accepted version 2/,
    act: (guarded) => thief(guarded).list({ targets: file(guarded, '1.targets.json') }),
  },
  {
    what: '7.4 a delegation goes back to a shorter version: the hole',
    stock: 'accepts it silently',
    code: 'TRUST_ROLLBACK',
    says: /targets\/releases version 1 is older than the accepted version 2/,
    act: (guarded) => thief(guarded).list({ 'targets/releases': file(guarded, '1.targets/releases.json') }),
  },
  {
    what: '7.4 the older targets, padded to be longer than the newer',
    stock: 'refuses',
    code: 'TRUST_ROLLBACK',
    says: /targets version 1 is older/,
    act: (guarded) => thief(guarded).list({ targets: padded(file(guarded, '1.targets.json'), 5000) }),
  },
  {
    what: '7.4 a snapshot with a much lower version, under a newer timestamp',
    stock: 'accepts it silently',
    code: 'TRUST_ROLLBACK',
    says: /The mirror: snapshot version 1 is older/,
    act: (guarded) => thief(guarded).sign((snapshot) => snapshot.set('version', 1)),
  },
  {
    what: '7.3 a timestamp with a lower version',
    stock: 'refuses',
    code: 'TRUST_ROLLBACK',
    says: /The mirror: timestamp version 1 is older/,
    act: (guarded) =>
      thief(guarded).sign(
        () => undefined,
        (timestamp) => timestamp.set('version', 1),
      ),
  },
  {
    what: '7.3 a delegation is left out of the snapshot',
    stock: 'accepts it silently',
    code: 'TRUST_ROLE_REMOVED',
    says: /no longer lists targets\/releases, which is still delegated to/,
    act: (guarded) => thief(guarded).sign((snapshot) => put(snapshot, ['meta', 'targets/releases'], undefined)),
  },
  {
    what: '7.3 white space behind targets',
    stock: 'accepts it silently',
    code: 'TRUST_EQUIVOCATION',
    says: /targets version 2 has other bytes than before, and no signature that was not there/,
    act: (guarded) => thief(guarded).list({ targets: padded(file(guarded, 'targets.json'), 1) }),
  },
  {
    what: 'targets of the version that was seen, with other content that upstream signed as well',
    code: 'TRUST_EQUIVOCATION',
    says: /targets version 2 was seen before with other signed content/,
    act: (guarded) => thief(guarded).list({ targets: otherTargets(guarded, 'targets') }),
  },
  {
    what: '7.3 targets signed by another key',
    stock: 'refuses',
    code: 'TRUST_SIGNATURES',
    says: /targets is signed by 0 of its keys/,
    act: (guarded) => thief(guarded).list({ targets: otherTargets(guarded, 'somebody else') }),
  },
  {
    what: '6.2 the mirror’s root, properly signed, gives the targets role to another key',
    stock: 'accepts it silently',
    code: 'TRUST_PIN_MISMATCH',
    says: /Version 2 of the mirror’s root gives the targets role to a key that the pin does not have/,
    act: (guarded) =>
      thief(guarded)
        .signRoot((root) => addTargetsKey(root, guarded, ([own = '']) => [own]))
        .list({ targets: otherTargets(guarded, 'the thief’s own') }),
  },
  {
    what: 'the mirror’s root gives the targets role to one more key, and shows nothing that it signed',
    code: 'TRUST_PIN_MISMATCH',
    says: /gives the targets role to a key that the pin does not have/,
    act: (guarded) => thief(guarded).signRoot((root) => addTargetsKey(root, guarded, (ids) => ids)),
  },
  {
    what: 'a role to which nobody delegates',
    code: 'TRUST_MIX_AND_MATCH',
    says: /lists targets\/more, to which nobody delegates/,
    act: (guarded) => thief(guarded).list({ 'targets/more': file(guarded, 'targets/qa.json') }),
  },
  {
    what: '7.3 targets are left out of the snapshot',
    stock: 'refuses',
    code: 'TRUST_MALFORMED',
    says: /does not list targets/,
    act: (guarded) => thief(guarded).sign((snapshot) => put(snapshot, ['meta', 'targets'], undefined)),
  },
  {
    what: '7.3 the snapshot lists upstream’s root',
    stock: 'refuses',
    code: 'TRUST_TORN',
    says: /The file of root/,
    act: (guarded) => thief(guarded).list({ root: file(guarded, 'root.json') }),
  },
  {
    what: '7.3 a byte of targets is altered, under a snapshot that lists it',
    stock: 'refuses',
    code: 'TRUST_SIGNATURES',
    says: /targets is signed by 0/,
    act: (guarded) => {
      const text = Buffer.from(file(guarded, 'targets.json'))
        .toString('utf8')
        .replace('"length":1000', '"length":1001');
      return thief(guarded).list({ targets: Buffer.from(text) });
    },
  },
  {
    what: '7.3 a delegation is altered, under a snapshot that lists it',
    stock: 'warns and goes on',
    code: 'TRUST_SIGNATURES',
    says: /targets\/releases as delegated by targets is signed by 0/,
    act: (guarded) => {
      const text = Buffer.from(file(guarded, 'targets/releases.json')).toString('utf8').replace('1000', '1001');
      return thief(guarded).list({ 'targets/releases': Buffer.from(text) });
    },
  },
  {
    what: '7.3 a delegation is listed and not there',
    stock: 'refuses',
    code: 'SOURCE_NOT_FOUND',
    says: /targets\/qa\.[0-9a-f]{64}\.json/,
    act: (guarded) => {
      const bytes = padded(file(guarded, 'targets/qa.json'), 1);
      thief(guarded).list({ 'targets/qa': bytes });
      guarded.answer(`targets/qa.${sha256(bytes)}.json`, 404);
    },
  },
  {
    what: '7.3 an expired timestamp',
    stock: 'refuses',
    code: 'TRUST_EXPIRED',
    says: /The mirror: timestamp expired/,
    act: (guarded) =>
      thief(guarded).sign(
        () => undefined,
        (timestamp) => timestamp.set('expires', past),
      ),
  },
  {
    what: '7.3 an expired snapshot',
    stock: 'refuses',
    code: 'TRUST_EXPIRED',
    says: /The mirror: snapshot expired/,
    act: (guarded) => thief(guarded).sign((snapshot) => snapshot.set('expires', past)),
  },
  {
    what: '7.3 an expired root',
    stock: 'refuses',
    code: 'TRUST_EXPIRED',
    says: /The mirror: root expired/,
    act: (guarded) => thief(guarded).signRoot((root) => root.set('expires', past)),
  },
  {
    what: 'a root that skips a version',
    code: 'TRUST_ROOT_CHAIN',
    says: /Root version 3 stands where version 2 must follow/,
    act: (guarded) => thief(guarded).signRoot((root) => root.set('version', 3)),
  },
];

for (const { what, stock, code, says, act } of ATTACKS) {
  test(`${what}: ${stock === undefined ? '' : `a stock client ${stock}, `}the guard refuses (${code})`, async (context) => {
    const guarded = await grown(context);
    const store = memoryStore();
    const guard = guarded.guard({ store });
    await guard.refresh();
    act(guarded);
    assert.match((await refusedUntouched(code, store, () => guard.refresh())).what, says);
    await refusedUntouched(code, store, () => guard.find('v1'));
    guarded.restore();
    await guarded.renew();
    assert.equal((await guard.find('v1')).verdict.ok, true);
  });
}

for (const [file, label] of [
  ['root', 'The mirror’s root'],
  ['snapshot', 'The mirror’s snapshot'],
  ['timestamp', 'The mirror’s timestamp'],
] as const) {
  test(`M-12 N-04 ${label} that is signed for another repository answers for none`, async (context) => {
    const guarded = await grown(context);
    const store = memoryStore();
    const guard = guarded.guard({ store });
    await guard.refresh();
    const lie = (signed: JsonObject): unknown => put(signed, ['x-countersign', 'repository'], 'other');
    if (file === 'root') thief(guarded).signRoot(lie);
    else if (file === 'snapshot') thief(guarded).sign(lie);
    else thief(guarded).sign(() => undefined, lie);
    const { what } = await refusedUntouched('TRUST_WRONG_REPOSITORY', store, () => guard.refresh());
    assert.match(what, new RegExp(`^${label} is signed for the repository “other”`));
  });
}

test('N-04 a root whose certificates name another collection is not followed', async (context) => {
  const guarded = await grown(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  const { collection } = guarded;
  const { keyId: id, keyObject } = collection.rootSigner('root', 'mirror.example/team/other');
  thief(guarded).signRoot((root) => {
    put(root, ['keys', id], keyObject);
    put(root, ['roles', 'root'], jsonObject({ keyids: [id], threshold: 1 }));
  });
  await refusedUntouched('TRUST_WRONG_REPOSITORY', store, () => guard.refresh());
});

test('a root that gave targets to somebody else in between is an alarm, although the newest one does not', async (context) => {
  const guarded = await grown(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  thief(guarded)
    .signRoot((root) => {
      addTargetsKey(root, guarded, (ids) => ids);
    })
    .signRoot((root) => {
      const { keyId } = guarded.collection.signer('targets');
      put(root, ['roles', 'targets', 'keyids'], [keyId]);
    });
  const { what } = await refusedUntouched('TRUST_PIN_MISMATCH', store, () => guard.refresh());
  assert.match(what, /^Version 2 of the mirror’s root/);
});

test('H-01 a mirror that fails at the next root has not said that there is none', async (context) => {
  const guarded = await grown(context);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh();
  thief(guarded).sign();
  guarded.answer('2.root.json', 500);
  await refusedUntouched('SOURCE_STATUS', store, () => guard.refresh());
});

test('another timestamp under the version that is held says nothing new: what is held stays', async (context) => {
  const guarded = await grown(context);
  const guard = guarded.guard({ store: memoryStore() });
  const before = await guard.refresh();
  const honest = guarded.site.mirror.reader.current(guarded.pin().repository)?.timestampVersion ?? 0;
  thief(guarded).sign(
    (snapshot) => put(snapshot, ['meta', 'targets/releases'], undefined),
    (timestamp) => timestamp.set('version', honest),
  );
  const after = await guard.refresh();
  assert.deepEqual(after.mirror, before.mirror);
  assert.equal((await guard.find('v2')).verdict.ok, true);
});

/** Version 2 of targets and of releases, each longer than version 1. */
async function grown(context: Parameters<typeof guardedCollection>[0]): Promise<GuardedCollection> {
  const guarded = await guardedCollection(context);
  guarded.collection.add('v3', '44'.repeat(32)).add('v4', '55'.repeat(32), 'targets/releases');
  guarded.collection.publish('targets', 'targets/releases');
  await guarded.importNow();
  return guarded;
}
