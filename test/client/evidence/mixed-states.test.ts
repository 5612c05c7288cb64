/** Files that upstream signed and never published together (M-08, W-11): every signature is right, only the combination is a lie. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { type Json, jsonObject } from '../../../src/tuf/json.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

test('M-08 W-11 an older genuine role beside newer targets is refused where the search reaches it', async (context) => {
  const guarded = await twoStates(context);
  list(guarded, 'dev', listing(guarded, '1.dev.json', 1));
  const { search, verdict } = await guarded.guard().find('dev/tool');
  assert.deepEqual([search.outcome.kind, verdict.code], ['refused', 'TRUST_MIX_AND_MATCH']);
  assert.ok(search.outcome.kind === 'refused');
  assert.match(search.outcome.refusal.what, /^dev: the mirror lists version 1, and upstream’s snapshot version 2\.$/);
  assert.deepEqual(search.outcome.refusal.details, { role: 'dev', mirror: 1, upstream: 2 });
  const store = memoryStore();
  await refusedUntouched('TRUST_MIX_AND_MATCH', store, () => guarded.guard({ store }).refresh({ everyRole: true }));
});

test('M-08 other targets than upstream’s snapshot lists are refused at once, and nothing is kept', async (context) => {
  const guarded = await twoStates(context);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  await guarded.rotateOnline();
  list(guarded, 'targets', listing(guarded, '1.targets.json', 1));
  for (const memory of [memoryStore(), store]) {
    await refusedUntouched('TRUST_MIX_AND_MATCH', memory, () => guarded.guard({ store: memory }).refresh());
  }
});

const DIFFERENT: Record<string, { change: Record<string, Json>; what: RegExp }> = {
  'a higher version': { change: { version: 3 }, what: /lists version 3, and upstream’s snapshot version 2/ },
  'another length': { change: { length: 1 }, what: /lists 1 bytes, and upstream’s snapshot \d+/ },
  'another hash': {
    change: { hashes: jsonObject({ sha256: sha256(Buffer.from('other')) }) },
    what: /lists another sha256 than upstream’s snapshot/,
  },
};

for (const [what, { change, what: words }] of Object.entries(DIFFERENT)) {
  test(`M-08 ${what} in the mirror’s entry is refused before the file is asked for`, async (context) => {
    const guarded = await twoStates(context);
    const entry = listing(guarded, '2.dev.json', 2);
    for (const [name, value] of Object.entries(change)) entry.set(name, value);
    list(guarded, 'dev', entry);
    const { search, verdict } = await guarded.guard().find('dev/tool');
    assert.equal(verdict.code, 'TRUST_MIX_AND_MATCH');
    assert.ok(search.outcome.kind === 'refused');
    assert.match(search.outcome.refusal.what, words);
    assert.ok(!guarded.requests.some((path) => path.includes('dev.json')));
  });
}

test('M-08 an entry without length and hashes is equal by its version, and the file is held to upstream’s hash', async (context) => {
  const guarded = await twoStates(context);
  list(guarded, 'dev', jsonObject({ version: 2 }));
  assert.equal((await guarded.guard().get('dev/tool')).verdict.code, 'OK');
  guarded.answer('metadata/2.dev.json', guarded.upstream.file('1.dev.json'));
  const { verdict } = await guarded.guard().find('dev/tool');
  assert.deepEqual([verdict.code, verdict.ok], ['TRUST_ROLE_MISMATCH', false]);
});

test('M-08 an upstream that lists versions only is compared by version', async (context) => {
  const upstream = delegating();
  upstream.author.listsDigests = false;
  const guarded = await guardedBy(context, upstream.publish('targets', 'dev'));
  assert.equal((await guarded.guard().get('dev/tool')).verdict.code, 'OK');
  list(guarded, 'dev', jsonObject({ version: 1 }));
  assert.equal((await guarded.guard().find('dev/tool')).verdict.code, 'TRUST_MIX_AND_MATCH');
});

test('entries that nobody delegates to are ignored, whatever they say: they answer nothing', async (context) => {
  const guarded = await twoStates(context);
  list(guarded, 'nobody', jsonObject({ version: 7 }));
  const guard = guarded.guard();
  await guard.refresh({ everyRole: true });
  assert.equal((await guard.get('dev/tool')).verdict.code, 'OK');
});

test('M-08 with static keys alone a mixture is not detected, and the answer says that it could be one', async (context) => {
  const guarded = await twoStates(context);
  list(guarded, 'dev', listing(guarded, '1.dev.json', 1));
  const guard = guarded.guard({ pin: guarded.pin(pinnedTo(guarded.upstream.firstRoot)) });
  const { verdict } = await guard.find('dev/tool');
  assert.equal(verdict.code, 'OK');
  assert.ok(verdict.notKnown.some(({ code }) => code === 'combination'));
  assert.ok(!verdict.established.some(({ code }) => code === 'combined'));
});

function list(guarded: GuardedMirror, role: string, entry: Json): void {
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['meta', `${role}.json`], entry) });
}

function listing({ upstream }: GuardedMirror, name: string, version: number): Map<string, Json> {
  const bytes = upstream.file(name);
  return jsonObject({ hashes: jsonObject({ sha256: sha256(bytes) }), length: bytes.length, version });
}

async function twoStates(context: Parameters<typeof guardedBy>[0]): Promise<GuardedMirror> {
  const guarded = await guardedBy(context, delegating());
  guarded.upstream.add('dev/tool', 'newer tool', 'dev').publish('targets', 'dev');
  await guarded.importNow();
  return guarded;
}

function delegating(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'dev', { paths: ['dev/*'] });
  return upstream.add('dev/tool', 'tool', 'dev').publish();
}
