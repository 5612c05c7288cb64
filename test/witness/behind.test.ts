/**
 * S-06: a witness that has seen more of our log than we hold, or another log under its name, stops everything: entries were
 * lost, or somebody signed a second history.
 */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRefusal, type Refusal } from '../../src/errors.ts';
import { released, signCheckpoint } from '../../src/ledger/checkpoints.ts';
import { entriesSeenBeyond } from '../../src/ledger/release.ts';
import { LedgerWriter } from '../../src/ledger/writer.ts';
import type { Mirror } from '../../src/mirror.ts';
import { adoptRestoredRecord } from '../../src/publish/recover.ts';
import { parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { openNote } from '../../src/tlog/note.ts';
import { type Comparison, compareCheckpoint } from '../../src/witness/compare.ts';
import { logStanding } from '../../src/witness/standing.ts';
import { editBehindTriggers } from '../simulator/edited.ts';
import { happen, type Lie, serve, WatchedSite } from './site.ts';

async function behind(doing: Promise<unknown>, words: RegExp): Promise<Refusal> {
  try {
    await doing;
  } catch (error) {
    assert.ok(isRefusal(error, 'STATE_LEDGER_BEHIND'), String(error));
    assert.match(error.what, words);
    return error;
  }
  return assert.fail('nothing stopped it');
}

/** The record with its head file, as a snapshot of the whole machine has them. */
class Snapshot {
  /** What was released then. */
  readonly checkpoint: string;
  readonly #data: string;
  readonly #copy: string;

  constructor({ dataDirectory, database }: Mirror) {
    this.checkpoint = released(database)?.note ?? '';
    this.#data = dataDirectory;
    this.#copy = `${dataDirectory}-snapshot`;
    cpSync(this.#data, this.#copy, { recursive: true });
  }

  /** Nothing of what happened since is left. */
  putBack(): void {
    for (const name of ['record.sqlite', 'record.sqlite-wal', 'record.sqlite-shm', 'head.json'])
      rmSync(join(this.#data, name), { force: true });
    cpSync(this.#copy, this.#data, { recursive: true });
  }
}

/** Everything that could have been signed, or reserved for signing. */
function signedIn({ database }: Mirror): unknown {
  const count = (table: string): unknown => database.one(`SELECT COUNT(*) AS n FROM ${table}`);
  return ['log_entry', 'checkpoint', 'cosignature', 'reservation'].map(count);
}

async function restored(site: WatchedSite, snapshot: Snapshot): Promise<Mirror> {
  snapshot.putBack();
  return site.restart();
}

async function watchedSite(t: Parameters<typeof WatchedSite.open>[0], ...names: string[]): Promise<WatchedSite> {
  const site = await WatchedSite.open(t);
  for (const name of names) await site.watch(name);
  assert.equal(await site.setRule(site.policy(names)), undefined);
  return site;
}

test('a backup restored together with its head file is stopped before anything is signed', async (t) => {
  const site = await watchedSite(t, 'a');
  const snapshot = new Snapshot(site.mirror);
  await site.grow();
  await site.grow();
  const mirror = await restored(site, snapshot);
  const before = signedIn(mirror);
  const { details } = await behind(
    site.grow(),
    /^The witness a has seen 4 entries of this log, and the ledger holds 2\.$/,
  );
  assert.deepEqual(details, { witness: 'a', seen: 4, size: 2 });
  await behind(site.look(), /has seen 4/);
  assert.deepEqual(signedIn(mirror), before, 'no event, no checkpoint, no version');
  assert.equal(site.witness('a').sizeOf(site.logKey.name), 4);
});

test('nobody answers a process at its start: it asks again before each writer signs anything', async (t) => {
  const site = await watchedSite(t, 'a');
  const snapshot = new Snapshot(site.mirror);
  await site.grow();
  await site.witness('a').stop();
  await restored(site, snapshot);
  assert.equal(await site.look(), undefined, 'nothing waits');
  await site.watch('a');
  await behind(site.look(), /has seen 3 entries/);
});

test('S-07 a node that was altered while the process ran is our own damage, and no fork', async (t) => {
  const site = await watchedSite(t, 'a');
  await site.grow();
  await site.witness('a').stop();
  await site.grow();
  editBehindTriggers(join(site.mirror.dataDirectory, 'record.sqlite'), (database) =>
    database.run('UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND position = 3'),
  );
  await site.watch('a');
  await assert.rejects(site.look(), (error) => {
    assert.ok(isRefusal(error, 'STATE_LEDGER'), String(error));
    assert.match(error.what, /tree of 5 entries does not begin with its own first 3/);
    return true;
  });
});

test('one of three is enough to stop it, whatever the others say, and whoever answers first', async (t) => {
  const site = await watchedSite(t, 'a', 'b', 'c');
  await site.setRule(site.policy(['a', 'b', 'c'], 2));
  const snapshot = new Snapshot(site.mirror);
  await site.witness('a').stop();
  await site.witness('b').stop();
  await site.grow();
  for (const name of ['a', 'b']) await site.watch(name);
  await restored(site, snapshot);
  await behind(site.grow(), /^The witness c has seen 4 entries/);
});

test('a restored record that grew past what the witness saw is a fork, and is found out as one', async (t) => {
  const site = await watchedSite(t, 'a');
  const away = await serve(t, (_, response) => response.writeHead(503).end());
  const snapshot = new Snapshot(site.mirror);
  await site.grow();
  const mirror = await restored(site, snapshot);
  // Nobody was asked while it grew: the rule was replaced by one that asks somebody else, and then put back.
  await site.setRule(site.policy(['z'], 1, { z: away }), 'publish', true);
  const policy = site.policy(['a']);
  await behind(
    site.setRule(policy),
    /^The witness a has seen another log under this name: its first 3 entries are not ours\.$/,
  );
  await behind(site.grow(), /its first 3 entries are not ours/);
  assert.equal(
    await entriesSeenBeyond(mirror.database, mirror.writerOptions),
    1,
    'it holds more, and lacks what matters',
  );
  assert.equal(mirror.log.facts.witnesses?.text, policy, 'the change itself is an entry, and shown to nobody');
});

const sayingOnce = (...answers: readonly (readonly [status: number, type: string, body: string])[]): Lie => {
  let said = 0;
  return () => {
    const [status, type, body] = answers[Math.min(said++, answers.length - 1)] ?? [500, '', ''];
    return { status, type, body };
  };
};
const SIZE = 'text/x.tlog.size';

/** How a witness says that it holds something else; two entries are asked about, and it is known to have seen both. */
const STOPS: readonly (readonly [scenario: string, lie: Lie, words: RegExp])[] = [
  ['a larger size', sayingOnce([409, SIZE, '3\n']), /has seen 3 entries of this log, and the ledger holds 2/],
  ['a larger size at the second asking', sayingOnce([409, SIZE, '1\n'], [409, SIZE, '9\n']), /has seen 9 entries/],
  [
    'an equal size with another root (422)',
    sayingOnce([422, 'text/plain', 'no\n']),
    /its first 2 entries are not ours/,
  ],
  ['an equal size with another root (409)', sayingOnce([409, SIZE, '2\n']), /its first 2 entries are not ours/],
  [
    'an equal size with another root (409, no size)',
    sayingOnce([409, 'text/plain', 'no\n']),
    /its first 2 entries are not ours/,
  ],
  [
    'a smaller tree with another root',
    sayingOnce([409, SIZE, '1\n'], [422, 'text/plain', '']),
    /its first 1 entries are not ours/,
  ],
];

/** What sounds alike, and is only trouble of its own. */
const TROUBLES: readonly (readonly [scenario: string, lie: Lie])[] = [
  ['a size that changes', sayingOnce([409, SIZE, '1\n'], [409, SIZE, '0\n'])],
  ['a size that it was told', sayingOnce([409, SIZE, '1\n'], [409, SIZE, '1\n'])],
  ['nothing seen, and a proof that fails', sayingOnce([409, SIZE, '0\n'], [422, 'text/plain', ''])],
];

test('every way to say that another log was seen stops it; what sounds alike is trouble of that witness', async (t) => {
  const site = await watchedSite(t, 'a');
  for (const [scenario, lie, words] of STOPS)
    await t.test(scenario, async () => {
      await site.witness('a').stop();
      await site.watch('a', lie);
      const mirror = await site.restart();
      const before = signedIn(mirror);
      await behind(site.grow(), words);
      assert.deepEqual(signedIn(mirror), before);
    });
  for (const [scenario, lie] of TROUBLES)
    await t.test(scenario, async () => {
      await site.witness('a').stop();
      await site.watch('a', lie);
      await site.restart();
      assert.equal(await site.look(), undefined, 'nothing waits, so nothing is in trouble');
    });
});

test('a witness that lies about it is replaced by people, without asking it first', async (t) => {
  const site = await watchedSite(t, 'a', 'b');
  await site.witness('a').stop();
  await site.watch('a', sayingOnce([409, SIZE, '1000\n']));
  await behind(site.grow(), /a has seen 1000 entries/);
  await behind(site.setRule(site.policy(['b'])), /a has seen 1000 entries/);
  assert.equal(await site.setRule(site.policy(['b']), 'wait', true), undefined);
  assert.equal(await site.grow(), undefined);
  assert.deepEqual(site.cosigners, ['b']);
});

test('without asking, nothing is shown that the rule wants seen, and no outage is told', async (t) => {
  const site = await watchedSite(t, 'a');
  await site.setRule(site.policy(['a']), 'publish');
  const writer = await LedgerWriter.open(site.mirror.database, { ...site.mirror.writerOptions, witnesses: undefined });
  try {
    await happen(writer);
    assert.match(writer.witnessTrouble?.what ?? '', /^No witness was asked about the checkpoint of \d entries\.$/);
  } finally {
    writer.close();
  }
  assert.ok(site.shown.size < site.size);
  assert.deepEqual(site.events('witness.unreachable'), []);
});

test('what is lost is counted by the witnesses where no head file remembers it; the log goes on under another name', async (t) => {
  const site = await watchedSite(t, 'a');
  const snapshot = new Snapshot(site.mirror);
  await site.grow();
  await site.grow();
  const mirror = await restored(site, snapshot);
  const origin = site.logKey.name;
  const { database, writerOptions } = mirror;
  assert.equal(await entriesSeenBeyond(database, writerOptions), 2);
  rmSync(join(mirror.dataDirectory, 'head.json'));
  await adoptRestoredRecord(mirror, 'the disk died, and its snapshot had its own head file');
  assert.equal(site.shown.size, 2, 'nothing is shown until the witness knows the new name');
  assert.match((await site.look()) ?? '', /a: The witness does not know this log \(status 404: /);
  assert.equal(logStanding(mirror).witnesses?.all[0]?.last, undefined, 'what it cosigned was another log');
  await site.witness('a').stop();
  await site.watch('a');
  assert.equal(await site.look(), undefined);
  assert.deepEqual([site.logKey.name, site.cosigners], [`${origin}/2`, ['a']]);
  // Under the new name it has seen what is released; under the old one it had seen more.
  assert.equal(await site.grow(), undefined);
  assert.equal(await entriesSeenBeyond(database, writerOptions), 0);
  // What was kept of the old name is compared with the entries that both have; beyond them, it is of lost ones.
  const kept = { whole: snapshot.checkpoint, lost: site.witness('a').noteOf(origin) };
  assert.equal(compareCheckpoint(mirror, kept.whole).verdict, 'consistent');
  const { verdict, size, root, cosignedBy } = compareCheckpoint(mirror, kept.lost);
  assert.deepEqual([verdict, size, root, cosignedBy], ['ahead', 2, undefined, ['a']]);
});

test('a kept checkpoint shows a fork, and that the ledger ends before it', async (t) => {
  const site = await watchedSite(t, 'a');
  const snapshot = new Snapshot(site.mirror);
  await site.grow();
  const { note } = site.shown;
  const mirror = await restored(site, snapshot);
  assert.equal(compareCheckpoint(mirror, snapshot.checkpoint).verdict, 'consistent');
  assert.deepEqual(told(compareCheckpoint(mirror, note)), ['ahead', 3, 2, false, ['a']]);
  await site.setRule('quorum none\n', 'wait', true);
  assert.deepEqual(told(compareCheckpoint(mirror, note)), ['contradicts', 3, 3, true, []]);
  // Whoever has the log key, but not its past, signs what the ledger never was.
  const shown = parseCheckpoint(openNote(note).body);
  const forged = signCheckpoint({ ...shown, size: 2 }, mirror.writerOptions.keys.checkpoints(shown.origin));
  assert.equal(compareCheckpoint(mirror, forged).verdict, 'contradicts');
});

function told({ verdict, kept, size, root, cosignedBy }: Comparison): unknown[] {
  return [verdict, kept.size, size, root !== undefined, cosignedBy];
}
