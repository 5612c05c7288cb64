/** Ways past the guard that a hostile review found; each was open once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import { sha256 } from '../../../src/tuf/digest.ts';
import { jsonObject } from '../../../src/tuf/json.ts';
import { DEFAULT_LIMITS } from '../../../src/tuf/limits.ts';
import { parseTargets } from '../../../src/tuf/metadata.ts';
import { printable } from '../../../src/tuf/names.ts';
import { DAY } from '../../simulator/clock.ts';
import { STRICT, guardedBy } from '../../simulator/guarded.ts';
import { put } from '../../simulator/places.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { pinnedTo } from '../policy/static-pins.ts';
import { StolenKeys } from './stolen-keys.ts';
import { refusedUntouched } from './untouched.ts';

test('F-02 an online key that upstream only adds lets nobody replay what the old one signed', async (context) => {
  const upstream = new SimulatedUpstream().add('file.txt', 'vulnerable').publish();
  const old = new Map(upstream.author.files);
  upstream.add('file.txt', 'fixed').publish('targets').publish('targets');
  const guarded = await guardedBy(context, upstream);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.get('file.txt');
  const signers = [upstream.signer('timestamp'), upstream.signer('timestamp two')];
  upstream.author.keyholders.set('timestamp', { signers, threshold: 1 });
  upstream.author.publishRoot();
  old.set('2.root.json', upstream.file('2.root.json'));
  await guarded.rotateOnline();
  new StolenKeys(guarded).claim(old);
  await refusedUntouched('TRUST_ROLLBACK', store, () => guard.find('file.txt'));
});

test('W-06 where upstream lists no hashes, roles with the same keys can be swapped, and the verdict says so', async (context) => {
  const upstream = new SimulatedUpstream();
  const shared = { signers: [upstream.signer('shared')], threshold: 1 };
  upstream.author.listsDigests = false;
  upstream.author.delegate('targets', 'first', { paths: ['both/*'], ...shared });
  upstream.author.delegate('targets', 'docs', { paths: ['docs/*'], ...shared });
  upstream.author.delegate('targets', 'second', { paths: ['both/*'] });
  upstream
    .add('both/file', 'right', 'first')
    .add('both/file', 'wrong', 'second')
    .add('docs/file', 'docs', 'docs')
    .publish();
  const guarded = await guardedBy(context, upstream);
  const honest = await guarded.guard().find('both/file');
  assert.equal(honest.verdict.authoredBy, 'first');
  const docs = upstream.file('1.docs.json');
  const entry = { version: 1, length: docs.length, hashes: jsonObject({ sha256: sha256(docs) }) };
  new StolenKeys(guarded).claim(upstream.author.files, (signed) =>
    put(signed, ['meta', 'first.json'], jsonObject(entry)),
  );
  guarded.answer('metadata/1.first.json', docs);
  const { verdict } = await guarded.guard().find('both/file');
  for (const each of [honest.verdict, verdict]) {
    assert.ok(each.notKnown.some(({ code, text }) => code === 'identity' && text.includes('first')));
    const combined = each.established.find(({ code }) => code === 'combined')?.text ?? '';
    assert.ok(!combined.includes('nothing was combined'), combined);
  }
});

test('W-06 with hashes, or without a role that has the keys, there is nothing to say', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.listsDigests = false;
  upstream.author.delegate('targets', 'own', { paths: ['own/*'] });
  const guarded = await guardedBy(context, upstream.add('own/file', 'content', 'own').publish());
  const { verdict } = await guarded.guard().find('own/file');
  assert.ok(!verdict.notKnown.some(({ code }) => code === 'identity'));
});

test('W-07 a file that is gone from the cache takes no contradiction with it', async (context) => {
  const upstream = new SimulatedUpstream().add('file.txt', 'good').publish();
  const guarded = await guardedBy(context, upstream);
  const kept = memoryStore();
  await guarded.guard({ store: kept }).refresh();
  upstream.add('file.txt', 'evil');
  for (const issue of [upstream.author.timestamp, upstream.author.snapshot, upstream.targets]) issue.version = 0;
  upstream.author.publish('targets');
  const emptied = memoryStore();
  await emptied.commit(0, (await kept.state())?.bytes ?? new Uint8Array());
  new StolenKeys(guarded).claim();
  await refusedUntouched('TRUST_EQUIVOCATION', emptied, () => guarded.guard({ store: emptied }).refresh());
});

test('W-07 a contradiction that the mirror accepted, whoever holds its keys, is warned of with its reason', async (context) => {
  const upstream = new SimulatedUpstream().add('file.txt', 'good').publish();
  const guarded = await guardedBy(context, upstream);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  upstream.add('file.txt', 'evil');
  for (const issue of [upstream.author.timestamp, upstream.author.snapshot, upstream.targets]) issue.version = 0;
  upstream.author.publish('targets');
  new StolenKeys(guarded).claim(upstream.author.files, (signed) => {
    const accepted = ['targets', 'snapshot', 'timestamp'].map((role) =>
      jsonObject({ kind: 'accept-equivocation', role, version: 1, reason: 'trust me' }),
    );
    put(signed, ['x-countersign', 'decisions'], accepted);
  });
  const { verdict } = await guarded.guard({ store }).find('file.txt');
  const told = verdict.warnings.filter(({ code }) => code === 'equivocation-accepted');
  assert.deepEqual(told.map(({ text }) => /as (\S+) version 1;.*: trust me\.$/.exec(text)?.[1]).sort(), [
    'snapshot',
    'targets',
    'timestamp',
  ]);
});

test('M-05 a role that the mirror’s keys exclude is warned of when everything is read', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'first', { paths: ['both/*'] });
  const guarded = await guardedBy(context, upstream.add('both/file', 'content', 'first').publish());
  const excluded = [jsonObject({ role: 'first', reason: 'not needed' })];
  new StolenKeys(guarded).sign({ snapshot: (signed) => put(signed, ['x-countersign', 'excluded'], excluded) });
  const { warnings } = await guarded.guard().refresh({ everyRole: true });
  assert.match(warnings.find(({ code }) => code === 'excluded-role')?.text ?? '', /first: not needed\.$/);
});

test('F-07 a time that an offline answer saw counts: the clock cannot be turned back to before it', async (context) => {
  const guarded = await guardedBy(context, new SimulatedUpstream().add('file.txt', 'content').publish());
  const guard = guarded.guard({ pin: guarded.pin({ policy: { ...STRICT, maxOffline: 2 * DAY } }) });
  await guard.get('file.txt');
  guarded.clock.step(1.9 * DAY);
  await guard.get('file.txt', { mode: 'offline' });
  guarded.clock.step(-1.8 * DAY);
  await assert.rejects(guard.get('file.txt', { mode: 'offline' }), { code: 'STATE_CLOCK_BEHIND' });
});

test('a role that nobody delegates to leaves no mark that static keys could stumble over', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.role('orphan');
  const guarded = await guardedBy(context, upstream.add('file.txt', 'content').publish());
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  await guarded.guard({ store, pin: guarded.pin(pinnedTo(upstream.firstRoot)) }).refresh();
});

test('TAP 13: a role under the pin’s own keys is said to be so, beside a chain as well', async (context) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'security', { paths: ['s/*'] });
  const guarded = await guardedBy(context, upstream.add('s/file', 'content', 'security').publish());
  const { payload } = parseTargets(upstream.file('1.targets.json'), 'targets', DEFAULT_LIMITS);
  const [role] = payload.delegations?.roles ?? [];
  assert.ok(role);
  const targets = { rolename: role.name, threshold: 1, keys: new Map(role.keys.map((key) => [key.id, key])) };
  const { verdict } = await guarded.guard({ pin: guarded.pin({ targets }) }).find('s/file');
  assert.match(verdict.established[0]?.text ?? '', /keys that the pin asks for\.$/);
  assert.ok(verdict.notKnown.some(({ code }) => code === 'revocation'));
});

test('A-01 every mark that turns the direction of text is escaped', () => {
  assert.equal(printable('a\u061cb'), String.raw`a\u061cb`);
});
