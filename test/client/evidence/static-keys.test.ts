/**
 * Static keys, alone or beside the chain (F1–F3, M-13): alone there is no word of upstream’s about what is newest, so the
 * marks are over what the mirror lists; together the chain decides and the keys restrict.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Code } from '../../../src/errors.ts';
import { roleName } from '../../../src/tuf/names.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo, staticPins } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { marksIn, refusedUntouched } from './untouched.ts';

const LOWERED: Record<string, { code: Code; what: RegExp; states: readonly string[] }> = {
  'targets of before': {
    code: 'TRUST_ROLLBACK',
    what: /lists targets version 1, and version 2 was/,
    states: ['targets'],
  },
  'a delegated role of before': {
    code: 'TRUST_ROLLBACK',
    what: /lists dev version 1, and version 2 was/,
    states: ['dev'],
  },
};

for (const [what, { code, what: words, states }] of Object.entries(LOWERED)) {
  test(`F-02 M-13 a mirror that lists ${what} after rotating its keys is refused by a guard with a memory`, async (context) => {
    const guarded = await guardedBy(context, delegating());
    const store = memoryStore();
    const guard = guarded.guard({ store, pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
    guarded.upstream.publish('targets', 'dev');
    await guarded.importNow();
    await guard.refresh({ everyRole: true });
    const seen = { root: 0, timestamp: 0, snapshot: 0, roles: { dev: 2, targets: 2 } };
    assert.deepEqual(await marksIn(store, guarded.mirrored.id), seen);
    await guarded.rotateOnline();
    new StolenKeys(guarded).sign({
      snapshot: (signed) => {
        for (const role of states) put(signed, ['meta', `${role}.json`], new Map([['version', 1]]));
      },
    });
    assert.match((await refusedUntouched(code, store, () => guard.refresh())).what, words);
    guarded.restore();
    await guard.refresh();
    assert.deepEqual(await marksIn(store, guarded.mirrored.id), seen);
  });
}

test('M-05 a role that the mirror lists no more is withheld from the search that reaches it, and from no other', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
  await guard.refresh({ everyRole: true });
  await guarded.rotateOnline();
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['meta', 'dev.json'], undefined) });
  await refusedUntouched('TRUST_ROLE_WITHHELD', store, () => guard.refresh({ everyRole: true }));
  await guard.refresh();
});

test('F-05 a thief of the mirror’s keys cannot drive marks up: what is only listed, and was never read, leaves none', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
  const high = new Map([['version', 2 ** 31 - 2]]);
  new StolenKeys(guarded).sign({
    snapshot: (signed) => {
      for (const role of ['dev', 'nobody']) put(signed, ['meta', `${role}.json`], high);
    },
  });
  await guard.refresh();
  assert.deepEqual((await marksIn(store, guarded.mirrored.id))['roles'], { targets: 1 });
  guarded.restore();
  await guarded.rotateOnline();
  await guard.refresh({ everyRole: true });
  assert.deepEqual((await marksIn(store, guarded.mirrored.id))['roles'], { targets: 1, dev: 1 });
});

test('M-13 M-04 a guard without a memory takes what the mirror lists, and says that nobody vouched for it', async (context) => {
  const guarded = await guardedBy(context, delegating());
  guarded.upstream.publish('targets', 'dev');
  await guarded.importNow();
  const one = new Map([['version', 1]]);
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['meta', 'dev.json'], one) });
  const { verdict, search } = await guarded
    .guard({ pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) })
    .find('dev/tool');
  assert.deepEqual([verdict.code, search.visit.looks[0]?.visit?.version], ['OK', 1]);
  assert.ok(verdict.notKnown.some(({ code }) => code === 'combination'));
  const least = { root: 1, timestamp: 1, snapshot: 1, roles: new Map([[roleName('dev'), 2]]) };
  const store = memoryStore();
  const floored = guarded.guard({ store, pin: guarded.pin({ ...pinnedTo(guarded.upstream.firstRoot), floor: least }) });
  await refusedUntouched('TRUST_FLOOR', store, () => floored.refresh());
});

test('F3 static keys alone never learn of a rotation: the mirror that follows upstream is the one that is refused', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const store = memoryStore();
  const guard = guarded.guard({ store, pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
  await guard.refresh();
  await rotateTargets(guarded);
  const refusal = await refusedUntouched('TRUST_PIN_MISMATCH', store, () => guard.refresh());
  assert.match(refusal.what, /gives the targets role to a key that the pin does not have/);
  await guarded.guard().refresh();
});

test('F3 both: the chain decides, and the keys of the pin must have signed as well', async (context) => {
  const upstream = delegating();
  const [one, two] = [upstream.signer('targets'), upstream.signer('targets two')];
  upstream.author.keyholders.set('targets', { signers: [one, two], threshold: 1 });
  upstream.author.publishRoot();
  const guarded = await guardedBy(context, upstream.publish('targets'));
  const guard = guarded.guard({ pin: guarded.pin({ targets: staticPins([one, two], 2) }) });
  await guard.refresh();
  upstream.signWith('targets', two).publish('targets');
  await guarded.importNow();
  const store = memoryStore();
  const restricted = guarded.guard({ store, pin: guarded.pin({ targets: staticPins([one], 1) }) });
  const refusal = await refusedUntouched('TRUST_PIN_MISMATCH', store, () => restricted.refresh());
  assert.match(refusal.what, /signed as upstream’s root asks, but by 0 of the keys in the pin, and 1 are needed/);
  await guarded.guard({ pin: guarded.pin({ targets: staticPins([two], 1) }) }).refresh();
  await guarded.guard().refresh();
});

test('G5 static keys for a delegated role make it the start of every search, and the only authority', async (context) => {
  const guarded = await guardedBy(context, delegating());
  const targets = staticPins([guarded.upstream.signer('dev')], 1, 'dev');
  for (const upstreamRoot of [undefined, guarded.upstream.firstRoot]) {
    const guard = guarded.guard({ pin: guarded.pin({ upstreamRoot, targets }) });
    const { search, verdict } = await guard.find('dev/tool');
    assert.deepEqual([search.visit.role, search.visit.delegator, verdict.authoredBy], ['dev', undefined, 'dev']);
    assert.equal((await guard.find('file.txt')).search.outcome.kind, 'not-found');
  }
  const store = memoryStore();
  const others = staticPins([guarded.upstream.signer('somebody else')], 1, 'dev');
  const guard = guarded.guard({ store, pin: guarded.pin({ targets: others }) });
  await refusedUntouched('TRUST_SIGNATURES', store, () => guard.refresh());
});

async function rotateTargets(guarded: GuardedMirror): Promise<void> {
  const { upstream } = guarded;
  upstream.author.keyholders.set('targets', { signers: [upstream.signer('targets two')], threshold: 1 });
  upstream.author.publishRoot();
  upstream.publish('targets');
  await guarded.importNow();
}

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}
