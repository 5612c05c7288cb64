/**
 * One log, whoever appends to it: other processes’ leaves are verified before the next is signed, a transaction that was
 * rolled back leaves nothing behind, and of two writers one has the lock.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isRefusal } from '../../src/errors.ts';
import { releasedSize } from '../../src/ledger/checkpoints.ts';
import { logSize, storedNodes } from '../../src/ledger/log-rows.ts';
import type { NewEvent } from '../../src/ledger/transcript.ts';
import { LedgerWriter } from '../../src/ledger/writer.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { isSameHash, rootOf } from '../../src/tlog/tree.ts';
import { FakeClock } from '../simulator/clock.ts';
import { requireWhole } from './aftermath.ts';
import { importFrom, LATER, open, Places, REPOSITORY, upstreamAt, whenFree } from './place.ts';
import { nodeWords } from '../simulator/programs.ts';

const places = new Places();
after(() => places.remove());
const CHILD = fileURLToPath(new URL('renewing-child.ts', import.meta.url));

const EXPORT: NewEvent = {
  type: 'export',
  actor: 'local',
  body: { kind: 'test', from: 0, to: 1, sha256: '0'.repeat(64) },
};
/** Of its type, and out of its shape. */
const BROKEN = { type: 'export', actor: 'local', body: { kind: 'test' } } as unknown as NewEvent;

function childThatRenews(directory: string, count: number): Promise<number | null> {
  const child = spawn(process.execPath, [...nodeWords(CHILD), directory, String(count)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve) => child.on('exit', resolve));
}

function requireInMemoryAsOnDisk({ log, database }: Mirror): void {
  assert.equal(log.size, logSize(database));
  assert.ok(isSameHash(log.root(), rootOf(logSize(database), storedNodes(database))));
}

void test('a mirror that is open goes on from what another process appended meanwhile, and verifies it first', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  await withWriter(mirror, (writer) => writer.commit({ events: [EXPORT] }));
  const before = mirror.log.size;
  assert.equal(await childThatRenews(directory, 3), 0);
  assert.equal(mirror.log.size, before, 'not read yet');
  assert.equal((await importFrom(mirror, upstreamAt(2))).outcome, 'published');
  assert.ok(mirror.log.size > before + 3);
  requireInMemoryAsOnDisk(mirror);
  await requireWhole(directory, mirror);
  closeMirror(mirror);
});

void test('S-05: a process that renews all the time and one that imports share one log without a fork', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const before = logSize(mirror.database);
  const renewing = childThatRenews(directory, 12);
  const upstream = upstreamAt(2);
  const imports = 8;
  for (let round = 0; round < imports; round++) {
    upstream.add('one.txt', `text ${String(round)}`).publish('targets');
    assert.equal((await whenFree(() => importFrom(mirror, upstream))).outcome, 'published');
  }
  assert.equal(await renewing, 0);
  await withWriter(mirror, () => Promise.resolve());
  requireInMemoryAsOnDisk(mirror);
  const events = mirror.database.all('SELECT type, COUNT(*) AS n FROM log_entry WHERE idx >= ? GROUP BY type', before);
  const counted = Object.fromEntries(events.map((row) => [String(row['type']), Number(row['n'])]));
  assert.equal(counted['serve.timestamp'], 12 + imports, 'every renewal and every publication once');
  assert.equal(counted['publish'], imports);
  await requireWhole(directory, mirror);
  closeMirror(mirror);
});

void test('a transaction that was rolled back leaves no trace on disk or in memory, and the same writer goes on', async () => {
  const directory = await places.copy('commanded');
  const mirror = await open(directory, new FakeClock(LATER));
  await withWriter(mirror, async (writer) => {
    const before = mirror.database.all('SELECT idx, body FROM log_entry');
    const rules = JSON.stringify(mirror.log.state.policies.history());
    await assert.rejects(writer.commit({ events: [EXPORT, BROKEN] }), RangeError);
    assert.deepEqual(mirror.database.all('SELECT idx, body FROM log_entry'), before);
    // Rules that were forgotten would let anybody publish: nothing may be asked of them before they are read again.
    assert.throws(() => mirror.log.state, /The ledger has no first event/);
    await writer.commit({ events: [EXPORT] });
    assert.equal(JSON.stringify(mirror.log.state.policies.history()), rules);
    requireInMemoryAsOnDisk(mirror);
    assert.equal(releasedSize(mirror.database), before.length + 1);
  });
  await requireWhole(directory, mirror);
  closeMirror(mirror);
});

void test('S-05: a second writer is STATE_LOCKED while the first one lives, and has what that appended', async () => {
  const directory = await places.copy('online');
  const [one, other] = [await open(directory, new FakeClock(LATER)), await open(directory, new FakeClock(LATER))];
  const writer = await LedgerWriter.open(one.database, one.writerOptions);
  await assert.rejects(LedgerWriter.open(other.database, other.writerOptions), (error) =>
    isRefusal(error, 'STATE_LOCKED'),
  );
  await writer.commit({ events: [EXPORT] });
  writer.close();
  const [outcome] = await withWriter(other, (next) => renewDue(other, next, { force: true, only: REPOSITORY }));
  assert.equal(outcome?.outcome, 'renewed');
  requireInMemoryAsOnDisk(other);
  await requireWhole(directory, other);
  for (const mirror of [one, other]) closeMirror(mirror);
});

void test('a writer whose lock somebody else got commits nothing and shows nothing, though its memory is ahead', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const writer = await LedgerWriter.open(mirror.database, mirror.writerOptions);
  const size = logSize(mirror.database);
  mirror.database.run('UPDATE writer SET token = token + 1, holder = ? WHERE id = 1', 'somebody else');
  await assert.rejects(writer.commit({ events: [EXPORT] }), (error) => isRefusal(error, 'STATE_LOCKED'));
  assert.deepEqual([logSize(mirror.database), releasedSize(mirror.database)], [size, size]);
  writer.close();
  closeMirror(mirror);
});
