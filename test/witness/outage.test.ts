/** Too few witnesses: what waits, what is shown all the same, what is told, and how it goes on; and a crash at each step. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { appendLeaf, leafBytes } from '../../src/ledger/log-rows.ts';
import { LedgerWriter } from '../../src/ledger/writer.ts';
import { TestMirror } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { happen, keyOf, serve, WatchedSite } from './site.ts';

const OUTAGE = 'witness.unreachable';

async function watchedSite(
  t: Parameters<typeof WatchedSite.open>[0],
  names: readonly string[],
  withoutQuorum: 'wait' | 'publish',
): Promise<WatchedSite> {
  const site = await WatchedSite.open(t);
  for (const name of names) await site.watch(name);
  assert.equal(await site.setRule(site.policy(names), withoutQuorum), undefined);
  return site;
}

test('wait: clients keep the old state, and have the new one as soon as a witness is back', async (t) => {
  const upstream = new SimulatedUpstream();
  upstream.add('one.txt', 'one').publish();
  const made = await TestMirror.open(t);
  const repository = await made.enrol(upstream);
  const site = WatchedSite.around(t, made);
  await site.watch('a');
  await site.setRule(site.policy(['a']));
  await repository.importNow();
  const seen = site.mirror.reader.released();
  assert.equal(seen.length, 1);

  await site.witness('a').stop();
  upstream.add('two.txt', 'two').publish('targets');
  await repository.importExpecting('published');
  assert.deepEqual(site.mirror.reader.released(), seen, 'what is public has not moved');
  assert.notDeepEqual(site.mirror.reader.currents(), seen);

  await site.watch('a');
  assert.equal(await site.look(), undefined);
  assert.deepEqual(site.mirror.reader.released(), site.mirror.reader.currents());
  assert.deepEqual([site.shown.size, site.cosigners], [site.size, ['a']]);
});

test('wait: an outage is one event, however often it is met, by one process or many', async (t) => {
  const site = await watchedSite(t, ['a', 'b'], 'wait');
  await site.witness('b').stop();
  assert.match((await site.grow()) ?? '', /^Too few witnesses have seen the checkpoint of 3 entries\. b: /);
  assert.deepEqual(site.events(OUTAGE), [{ missing: ['b'], size: 3, without_quorum: 'wait' }]);
  assert.equal(site.mirror.log.size, 4, 'it was read back, and admitted by the rules, as every event is');
  await site.witness('a').stop();
  for (let round = 0; round < 3; round++) {
    await site.restart();
    assert.match((await site.look()) ?? '', /a: .*cannot be reached: connection refused; b: /);
    await site.grow();
  }
  assert.equal(site.events(OUTAGE).length, 1);
  assert.deepEqual([site.shown.size, site.size], [2, 7], 'three commits, the first one, the event, and what was there');

  for (const name of ['a', 'b']) await site.watch(name);
  assert.equal(await site.grow(), undefined);
  assert.deepEqual([site.shown.size, site.cosigners], [8, ['a', 'b']]);
  // The next one is another outage.
  await site.witness('a').stop();
  await site.grow();
  await site.grow();
  assert.deepEqual(site.events(OUTAGE).slice(1), [{ missing: ['a'], size: 9, without_quorum: 'wait' }]);
});

test('publish: it is shown without them, told once, and cosigned when they are back', async (t) => {
  const site = await watchedSite(t, ['a', 'b'], 'publish');
  await site.witness('b').stop();
  assert.match((await site.grow()) ?? '', /^Too few witnesses have seen the checkpoint of 3 entries\. b: /);
  assert.deepEqual([site.shown.size, site.cosigners], [3, ['a']], 'with whatever there is');
  assert.deepEqual(site.events(OUTAGE), [{ missing: ['b'], size: 3, without_quorum: 'publish' }]);
  await site.witness('a').stop();
  for (let round = 0; round < 2; round++) {
    await site.restart();
    await site.grow();
  }
  assert.deepEqual([site.shown.size, site.size, site.cosigners], [6, 6, []]);
  for (let round = 0; round < 2; round++) assert.match((await site.look()) ?? '', / of 6 entries\. a: .*; b: /);
  assert.deepEqual([site.events(OUTAGE).length, site.size], [1, 6], 'looking adds nothing');

  // What is shown already gets the lines that were missing: whoever asks for them need not wait for the next commit.
  await site.watch('a');
  assert.match((await site.look()) ?? '', / of 6 entries\. b: /);
  assert.deepEqual([site.shown.size, site.cosigners], [6, ['a']]);
  site.clock.advance(60_000);
  await site.watch('b');
  assert.equal(await site.look(), undefined);
  assert.deepEqual([site.shown.size, site.cosigners], [6, ['a', 'b']], 'each once, though one answered twice');
  assert.equal(await site.grow(), undefined);
  await site.witness('b').stop();
  await site.grow();
  assert.equal(site.events(OUTAGE).length, 2);
});

test('another rule in the middle of an outage is another matter: what it lacks is told again', async (t) => {
  const site = await watchedSite(t, ['a'], 'publish');
  await site.witness('a').stop();
  await site.grow();
  await site.setRule(site.policy(['a']), 'wait');
  assert.deepEqual(
    site.events(OUTAGE).map((body) => (body as { without_quorum: string }).without_quorum),
    ['publish', 'wait'],
  );
  const shown = site.shown.size;
  await site.grow();
  assert.equal(site.shown.size, shown);
  // “quorum none” asks for nobody: everything is shown.
  await site.setRule('quorum none\n');
  assert.deepEqual([site.shown.size, site.events(OUTAGE).length], [site.size, 2]);
});

test('a process asks once about what is shown already, and each new one again', async (t) => {
  const site = await WatchedSite.open(t);
  let asked = 0;
  await site.watch('a', (honest) => {
    asked++;
    return honest;
  });
  await site.setRule(site.policy(['a']));
  await site.look();
  await site.look();
  assert.equal(asked, 1, 'it has answered this process when the rule was set');
  await site.restart();
  await site.look();
  await site.look();
  assert.equal(asked, 2);
  assert.deepEqual(site.cosigners, ['a'], 'it had cosigned that before');
});

/** Where the process dies: an operation of the disk or the database. */
const CRASHES: readonly (readonly [scenario: string, operation: RegExp])[] = [
  ['between the commit and the head file', /^open temporary file$/],
  ['between the head file and the witnesses’ answers', /^sql SELECT s\.size, s\.line,$/],
  ['between the witnesses’ answers and the checkpoint’s row', /^sql INSERT INTO checkpoint$/],
  ['between the checkpoint’s row and the cosignatures', /^sql INSERT INTO cosignature$/],
];

test('after a crash at any step the same checkpoint is made again, byte for byte, and seen again', async (t) => {
  const site = await watchedSite(t, ['a', 'b'], 'wait');
  for (const [scenario, operation] of CRASHES)
    await t.test(scenario, async () => {
      let isArmed = false;
      const mirror = await site.restart((met) => {
        if (isArmed && operation.test(met)) throw new Error('the power fails');
      });
      const writer = await LedgerWriter.open(mirror.database, mirror.writerOptions);
      isArmed = true;
      await assert.rejects(happen(writer), /the power fails/);
      writer.close();
      const [size, shown] = [site.size, site.shown.size];
      const head = readFileSync(join(mirror.dataDirectory, 'head.json'), 'utf8');
      assert.equal(shown, size - 1, 'committed, and shown to nobody');

      await site.restart();
      assert.equal(await site.look(), undefined);
      assert.deepEqual([site.size, site.shown.size, site.cosigners], [size, size, ['a', 'b']]);
      assert.equal(site.witness('a').sizeOf(site.logKey.name), size);
      const headNow = readFileSync(join(mirror.dataDirectory, 'head.json'), 'utf8');
      if (scenario !== CRASHES[0]?.[0]) assert.equal(headNow, head, 'the very checkpoint that was signed before');
    });
});

/** Where the process, or the disk, fails while the event and the checkpoint are written. */
const FAILURES: readonly (readonly [scenario: string, operation: RegExp, entries: number])[] = [
  ['at the event', /^sql INSERT INTO log_entry$/, 3],
  ['at the end', /^sql COMMIT$/, 4],
];

for (const [scenario, operation, entries] of FAILURES) {
  test(`publish: the event of an outage and the checkpoint without a quorum are there together, or not at all: ${scenario}`, async (t) => {
    const site = await watchedSite(t, ['a'], 'publish');
    await site.witness('a').stop();
    let isArmed = false;
    const mirror = await site.restart((met) => {
      if (isArmed && operation.test(met) && site.size === entries) throw new Error('the power fails');
    });
    const writer = await LedgerWriter.open(mirror.database, mirror.writerOptions);
    isArmed = true;
    await assert.rejects(happen(writer), /the power fails/);
    isArmed = false;
    writer.close();
    assert.deepEqual([site.size, site.shown.size, site.events(OUTAGE).length], [3, 2, 0]);
    // The same process goes on, once the disk is well again.
    await site.look();
    assert.deepEqual([site.size, site.shown.size, site.events(OUTAGE).length], [4, 3, 1]);
  });
}

test('a witness with a name longer than an event may hold is told of by as much as fits', async (t) => {
  const site = await watchedSite(t, ['a'], 'wait');
  const name = 'w'.repeat(300);
  await site.setRule(`witness ${name} ${keyOf('b').text} http://127.0.0.1:9/\nquorum ${name}\n`);
  const [event] = site.events(OUTAGE) as { missing: string[] }[];
  assert.deepEqual(event?.missing, ['w'.repeat(200)]);
});

test('S-05 whoever lost the lock while the witnesses were asked shows nothing', async (t) => {
  const site = await watchedSite(t, ['a'], 'wait');
  const { database } = site.mirror;
  const url = await serve(t, (_, response) => {
    // Meanwhile somebody else has become the writer.
    database.run('UPDATE writer SET token = token + 1 WHERE id = 1');
    response.writeHead(503).end();
  });
  for (const mode of ['wait', 'publish'] as const) {
    const before = [site.shown.size, site.events(OUTAGE).length];
    const setting = site.setRule(site.policy(['b'], 1, { b: url }), mode, true);
    await assert.rejects(setting, (error) => isRefusal(error, 'STATE_LOCKED'), mode);
    assert.deepEqual([site.shown.size, site.events(OUTAGE).length], before);
  }
});

test('S-10 a leaf that somebody put into the database while the witnesses were asked is not signed with the outage', async (t) => {
  const site = await watchedSite(t, ['a'], 'publish');
  const { database } = site.mirror;
  await site.witness('a').stop();
  const url = await serve(t, (_, response) => {
    const last = JSON.parse(leafBytes(database, site.size - 1).toString('utf8')) as object;
    appendLeaf(database, Buffer.from(JSON.stringify({ ...last, n: site.size })));
    response.writeHead(503).end();
  });
  const setting = site.setRule(site.policy(['a'], 1, { a: url }), 'publish', true);
  await assert.rejects(setting, (error) => {
    assert.ok(isRefusal(error, 'STATE_LEDGER'), String(error));
    assert.match(error.what, /^Entry 3 of the ledger was not appended by this mirror/);
    return true;
  });
  assert.deepEqual([site.shown.size, site.events(OUTAGE)], [2, []]);
});
