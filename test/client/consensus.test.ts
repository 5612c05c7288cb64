/** TAP 4: several mirrors under one map. They must agree on length and hashes; silence is never passed over. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Consensus } from '../../src/client/consensus.ts';
import { readMap } from '../../src/client/map-file.ts';
import type { Guard } from '../../src/client/guard.ts';
import { type GuardedMirror, guardedBy } from '../simulator/guarded.ts';
import { rejected } from '../simulator/refused.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

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
