/** TAP 4: several mirrors under one map. They must agree on length and hashes; silence is never passed over. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { Consensus } from '../../src/client/consensus.ts';
import { readMap } from '../../src/client/pin/map-file.ts';
import type { Guard } from '../../src/client/guard.ts';
import { jsonObject } from '../../src/tuf/json.ts';
import { roleName } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import { type GuardedMirror, STRICT, guardedBy } from '../simulator/guarded.ts';
import { put } from '../simulator/places.ts';
import { rejected } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { StolenKeys } from './evidence/stolen-keys.ts';

interface Entry {
  readonly paths?: string[];
  readonly repositories: string[];
  readonly threshold?: number;
  readonly terminating?: boolean;
}

/** Mirrors by name, each of an upstream of its own with the same keys, so that they can be made to differ. */
async function mirrors(context: TestContext, contents: Record<string, string>): Promise<Map<string, GuardedMirror>> {
  const made = new Map<string, GuardedMirror>();
  for (const [name, text] of Object.entries(contents)) {
    const upstream = new SimulatedUpstream();
    if (text !== '') upstream.add('file.txt', text);
    made.set(name, await guardedBy(context, upstream.publish()));
  }
  return made;
}

function consensus(made: ReadonlyMap<string, GuardedMirror>, ...mapping: Entry[]): Consensus {
  const guards = new Map([...made].map(([name, guarded]): [string, Guard] => [name, guarded.guard()]));
  const repositories = Object.fromEntries([...made.keys()].map((name) => [name, { pin: name }]));
  const entries = mapping.map((entry) => ({ paths: ['*'], threshold: 1, terminating: false, ...entry }));
  return new Consensus({ map: readMap(Buffer.from(JSON.stringify({ repositories, mapping: entries }))), guards });
}

const BOTH = { repositories: ['a', 'b'], threshold: 2, terminating: true };

test('two mirrors that agree answer together, and the verdict says so', async (context) => {
  const made = await mirrors(context, { a: 'same', b: 'same' });
  const both = consensus(made, BOTH);
  const { verdict, rounds } = await both.find('file.txt');
  assert.equal(verdict.code, 'OK');
  assert.match(verdict.established.find(({ code }) => code === 'agreed')?.text ?? '', /^2 of 2 .* a, b\.$/);
  assert.deepEqual(rounds[0]?.agreed, ['a', 'b']);
  assert.equal(Buffer.from((await both.get('file.txt')).bytes).toString(), 'same');
  assert.equal((await both.verify('file.txt', Buffer.from('same'))).ok, true);
  assert.equal((await both.verify('file.txt', Buffer.from('other'))).code, 'TRUST_TARGET');
});

test('X-05 two mirrors that list other content do not answer, whichever is right', async (context) => {
  const made = await mirrors(context, { a: 'one', b: 'two' });
  const both = consensus(made, BOTH);
  const { verdict } = await both.find('file.txt');
  assert.deepEqual([verdict.ok, verdict.code, verdict.sha256], [false, 'TRUST_DISAGREEMENT', undefined]);
  const refusal = await rejected('TRUST_DISAGREEMENT', both.get('file.txt'));
  assert.match(refusal.what, /a: found; b: found/);
  assert.equal((await both.verify('file.txt', Buffer.from('one'))).ok, false);
});

test('with a threshold of two of three the odd one out is outvoted, and nobody is asked when enough agree', async (context) => {
  const made = await mirrors(context, { a: 'odd', b: 'same', c: 'same' });
  const three = consensus(made, { repositories: ['a', 'b', 'c'], threshold: 2, terminating: true });
  assert.deepEqual((await three.find('file.txt')).rounds[0]?.agreed, ['b', 'c']);
  const enough = consensus(made, { repositories: ['b', 'c', 'a'], threshold: 2 });
  made.get('a')?.takeRequests();
  assert.equal((await enough.find('file.txt')).verdict.ok, true);
  assert.deepEqual(made.get('a')?.takeRequests(), []);
});

test('what a mapping does not find is left to the next, unless it is terminating', async (context) => {
  const made = await mirrors(context, { a: '', b: 'here' });
  const entry = { repositories: ['a'] };
  const next = { repositories: ['b'] };
  assert.equal((await consensus(made, entry, next).find('file.txt')).verdict.ok, true);
  const ended = consensus(made, { ...entry, terminating: true }, next);
  assert.equal((await ended.find('file.txt')).verdict.code, 'TRUST_UNLISTED_TARGET');
  await rejected('TRUST_UNLISTED_TARGET', ended.get('file.txt'));
  await rejected('TRUST_UNLISTED_TARGET', consensus(made, { ...entry, paths: ['other/*'] }).find('file.txt'));
});

test('D-03 a repository that is silent or refused does not hand its targets to the next mapping', async (context) => {
  const made = await mirrors(context, { a: 'mine', b: 'theirs' });
  const two = consensus(made, { repositories: ['a'] }, { repositories: ['b'] });
  made.get('a')?.answer('metadata/timestamp.json', 503);
  await rejected('SOURCE_STATUS', two.find('file.txt'));
  made.get('a')?.restore().answer('metadata/1.targets.json', Buffer.from('{}'));
  await rejected('TRUST_TORN', two.find('file.txt'));
  made.get('a')?.restore();
  assert.equal(Buffer.from((await two.get('file.txt')).bytes).toString(), 'mine');
});

test('one of two that is silent leaves the other short of the threshold, and its refusal is what is said', async (context) => {
  const made = await mirrors(context, { a: 'same', b: 'same' });
  const both = consensus(made, BOTH);
  made.get('b')?.answer('metadata/timestamp.json', 503);
  const { verdict, rounds } = await both.find('file.txt');
  assert.deepEqual([verdict.ok, verdict.code], [false, 'SOURCE_STATUS']);
  assert.equal(rounds[0]?.voices[1]?.refusal?.code, 'SOURCE_STATUS');
});

test('a file that one of those who agreed has lost comes from another, and an altered one is not taken', async (context) => {
  const made = await mirrors(context, { a: 'same', b: 'same' });
  const both = consensus(made, BOTH);
  const { verdict } = await both.find('file.txt');
  const path = `targets/${String(verdict.sha256)}.file.txt`;
  made.get('a')?.answer(path, Buffer.from('evil'));
  assert.equal(Buffer.from((await both.get('file.txt')).bytes).toString(), 'same');
  assert.ok(made.get('b')?.takeRequests().includes(path));
});

test('X-05 a repository that lists two hashes makes no bridge between two that agree on nothing', async (context) => {
  const digest = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');
  const listing = async (text: string, hashes: Record<string, string>): Promise<GuardedMirror> => {
    const upstream = new SimulatedUpstream().add('file.txt', text);
    const entry = jsonObject({ length: 4, hashes: jsonObject(hashes) });
    const isTrue = Object.entries(hashes).every(([algorithm, hash]) => hash === digest(algorithm, text));
    if (isTrue) upstream.alter('targets', (signed) => put(signed, ['targets', 'file.txt'], entry));
    const guarded = await guardedBy(context, upstream.publish());
    if (isTrue) return guarded;
    // The mirror itself would not import a lie; whoever has its keys can claim one.
    upstream.alter('targets', (signed) => put(signed, ['targets', 'file.txt'], entry)).publish('targets');
    new StolenKeys(guarded).claim();
    return guarded;
  };
  const made = new Map([
    ['a', await listing('evil', { sha256: digest('sha256', 'evil') })],
    ['b', await listing('good', { sha256: digest('sha256', 'evil'), sha512: digest('sha512', 'good') })],
    ['c', await listing('good', { sha512: digest('sha512', 'good') })],
  ]);
  const three = consensus(made, { repositories: ['a', 'b', 'c'], threshold: 3, terminating: true });
  assert.equal((await three.find('file.txt')).verdict.code, 'TRUST_DISAGREEMENT');
  // Two of three agree on one hash each; what is delivered must satisfy everything that both list.
  const two = consensus(made, { repositories: ['a', 'b', 'c'], threshold: 2, terminating: true });
  await rejected('TRUST_TARGET', two.get('file.txt'));
  for (const text of ['evil', 'good'])
    assert.equal((await two.verify('file.txt', Buffer.from(text))).code, 'TRUST_TARGET');
});

test('what any of those who agreed relied on is in the verdict, under its name', async (context) => {
  const made = await mirrors(context, { a: 'same', b: '' });
  const [a, b] = [made.get('a') as GuardedMirror, made.get('b') as GuardedMirror];
  b.upstream.author.lifetimes.targets = 1;
  b.upstream.add('file.txt', 'same').publish('targets');
  await b.importNow();
  for (const guarded of [a, b]) {
    guarded.clock.advance(3 * DAY);
    await guarded.renew();
  }
  const grace = new Map([[roleName('targets'), { period: 30 * DAY, until: undefined, reason: 'CHG-1' }]]);
  const guards = new Map([
    ['a', a.guard()],
    ['b', b.guard({ pin: b.pin({ policy: { ...STRICT, grace } }) })],
  ]);
  const repositories = { a: { pin: 'a' }, b: { pin: 'b' } };
  const map = readMap(Buffer.from(JSON.stringify({ repositories, mapping: [{ paths: ['*'], ...BOTH }] })));
  const { verdict } = await new Consensus({ map, guards }).find('file.txt');
  assert.deepEqual(
    verdict.graceUsed.map(({ role, reason }) => [role, reason]),
    [['targets', 'CHG-1']],
  );
  assert.ok(verdict.notKnown.some(({ code, text }) => code === 'expired' && text.startsWith('b: ')));
  assert.ok((verdict.horizon?.expires.getTime() ?? 0) < b.clock.now().getTime());
});

test('P-03 a map must name enrolments, at the address that it gives them', async (context) => {
  const made = await mirrors(context, { a: 'same' });
  const guards = new Map([['a', (made.get('a') as GuardedMirror).guard()]]);
  const mapping = [{ paths: ['*'], repositories: ['a'], threshold: 1, terminating: true }];
  const map = (repository: unknown): ReturnType<typeof readMap> =>
    readMap(Buffer.from(JSON.stringify({ repositories: { a: repository }, mapping })));
  const opened = (repository: unknown): Promise<unknown> =>
    Promise.resolve().then(() => new Consensus({ map: map(repository), guards }));
  await rejected('CONFIG_MAP', opened({ pin: 'b' }));
  await rejected('CONFIG_MAP', opened(['http://other.example/a/']));
  await opened([made.get('a')?.url.href]);
});
