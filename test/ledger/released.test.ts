/**
 * What others may see is under a released checkpoint, and nothing else is: not what was committed, not what is signed and
 * waits for witnesses, and not after a restart either.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { released, releasedSize } from '../../src/ledger/checkpoints.ts';
import { logSize } from '../../src/ledger/log-rows.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import type { Served } from '../../src/ledger/records.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { filledLedger } from './spoilt.ts';

/** Versions of the timestamps that are shown. */
function shownBy(reader: LedgerReader): Record<string, number> {
  return Object.fromEntries(
    reader.released().map(({ repository, timestampVersion }) => [repository, timestampVersion]),
  );
}

void test('with everything released, what is current is what is shown', async () => {
  const { database } = await filledLedger();
  const reader = new LedgerReader(database);
  assert.deepEqual(reader.released(), reader.currents());
  assert.equal(releasedSize(database), logSize(database));
  database.close();
});

void test('leaves without a checkpoint are shown to nobody: renewals, publications, rotations and whole repositories', async () => {
  const { database, made } = await filledLedger();
  const reader = new LedgerReader(database);
  const [before, size] = [reader.released(), releasedSize(database)];
  made.isReleasing = false;
  made.renew('one');
  made.publish('one', { targets: 9 }, new Map(), []);
  made.renew('two');
  made.publish('three', { targets: 1 }, new Map(), []);
  made.rotate('one');
  assert.deepEqual(reader.released(), before);
  assert.deepEqual(new LedgerReader(database).released(), before, 'and after a restart');
  assert.equal(released(database)?.size, size);
  assert.equal(reader.currents().length, 3, 'though it is all recorded');

  made.release();
  assert.deepEqual(reader.released(), reader.currents());
  assert.deepEqual(Object.keys(shownBy(reader)), ['one', 'three', 'two']);
  database.close();
});

void test('a repository whose newest timestamp is not released is shown as it was under the newest checkpoint', async () => {
  const { database, made } = await filledLedger();
  const reader = new LedgerReader(database);
  const before = shownBy(reader);
  made.isReleasing = false;
  for (let round = 0; round < 3; round++) made.renew('one');
  made.isReleasing = true;
  made.renew('two');
  // One checkpoint covers all leaves before it: nothing can be held back for one repository alone.
  assert.deepEqual(shownBy(reader), { one: (before['one'] ?? 0) + 3, two: (before['two'] ?? 0) + 1 });
  database.close();
});

void test('what was public after any number of leaves is what each timestamp said when it was the newest', async () => {
  const { database, made } = await filledLedger();
  const reader = new LedgerReader(database);
  const id = repositoryId('one');
  const states = new Map<number, Served | undefined>();
  for (let round = 0; round < 4; round++) {
    if (round === 2) made.rotate('one');
    else made.renew('one');
    states.set(logSize(database), reader.current(id));
  }
  for (const [size, served] of states) {
    assert.deepEqual(reader.servedBefore(id, size), served);
    assert.ok(
      (reader.servedBefore(id, size - 1)?.entry ?? 0) < (served?.entry ?? 0),
      'one leaf less, the state before',
    );
  }
  assert.equal(reader.servedBefore(id, 0), undefined);
  assert.equal(reader.servedBefore(id, 3), undefined, 'enrolled, and nothing served yet');
  database.close();
});
