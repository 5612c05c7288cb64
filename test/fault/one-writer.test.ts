/** S-05: one writer at a time, whoever else tries; a crashed one holds nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isRefusal } from '../../src/errors.ts';
import { LedgerWriter } from '../../src/ledger/writer.ts';
import { type ImportResult, importUpstream, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { FakeClock } from '../simulator/clock.ts';
import { currentOf, knownClient, requireUpdate, requireWhole } from './aftermath.ts';
import { importFrom, LATER, open, Places, REPOSITORY, upstreamAt } from './place.ts';
import { nodeWords } from '../simulator/programs.ts';

const places = new Places();
after(() => places.remove());
const LOCK_HOLDER = fileURLToPath(new URL('lock-holder-child.ts', import.meta.url));

void test('S-05: while another process writes, imports and renewals are STATE_LOCKED; when it dies they go on', async (t) => {
  const directory = await places.copy('online');
  const holder = spawn(process.execPath, [...nodeWords(LOCK_HOLDER), directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'readable');
  const mirror = await open(directory, new FakeClock(LATER));
  const before = currentOf(mirror);
  await assert.rejects(importFrom(mirror, upstreamAt(2)), (error) => isRefusal(error, 'STATE_LOCKED'));
  const renewing = withWriter(mirror, (writer) => renewDue(mirror, writer));
  await assert.rejects(renewing, (error) => isRefusal(error, 'STATE_LOCKED'));
  assert.deepEqual(currentOf(mirror), before);

  holder.kill('SIGKILL');
  await once(holder, 'exit');
  assert.equal((await importFrom(mirror, upstreamAt(2))).outcome, 'published');
  await requireWhole(directory, mirror);
  closeMirror(mirror);
});

void test('S-05: of two importers at once one wins, the other is STATE_LOCKED, and nothing is half-done', async () => {
  const directory = await places.copy('online');
  const clock = new FakeClock(LATER);
  const mirrors = [await open(directory, clock), await open(directory, clock)] as const;
  const client = knownClient(mirrors[0]);
  const upstream = upstreamAt(2);
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const openSource = async (): Promise<typeof upstream> => {
    await gate;
    return upstream;
  };
  const request = { repository: REPOSITORY, openSource, decisions: [], claim: {} };
  const attempts = mirrors.map((mirror) => importUpstream(mirror, request));
  const settled = Promise.allSettled(attempts);
  // The second cannot even begin while the first waits for its source.
  await assert.rejects(Promise.any([attempts[1] as Promise<ImportResult>]), (error) =>
    isRefusal((error as AggregateError).errors[0], 'STATE_LOCKED'),
  );
  release();
  const [first, second] = await settled;
  assert.equal(first?.status === 'fulfilled' && first.value.outcome, 'published');
  assert.equal(second?.status, 'rejected');
  assert.equal(mirrors[0].reader.imports(REPOSITORY).length, 2, 'the first of all, and one of these');
  await requireWhole(directory, mirrors[1]);
  await requireUpdate(mirrors[1], client);
  for (const mirror of mirrors) closeMirror(mirror);
});

void test('S-05: a renewal between an import’s verification and its publication costs nobody anything', async () => {
  const directory = await places.copy('online');
  const clock = new FakeClock(LATER);
  const [importing, renewing] = [await open(directory, clock), await open(directory, clock)];
  const client = knownClient(importing);
  const upstream = upstreamAt(2);
  const openSource = async (): Promise<typeof upstream> => {
    const [renewed] = await withWriter(renewing, (writer) => renewDue(renewing, writer));
    assert.equal(renewed?.outcome, 'renewed');
    return upstream;
  };
  const result = await importUpstream(importing, { repository: REPOSITORY, openSource, decisions: [], claim: {} });
  assert.equal(result.outcome, 'published');
  await requireWhole(directory, renewing);
  await requireUpdate(renewing, client);
  for (const mirror of [importing, renewing]) closeMirror(mirror);
});

void test('S-05: a writer that lost its lock without noticing commits nothing (fencing token)', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const before = currentOf(mirror);
  const writer = await LedgerWriter.open(mirror.database, mirror.writerOptions);
  // What a second writer does on opening, had the operating system given it the lock as well.
  mirror.database.run('UPDATE writer SET token = token + 1, holder = ? WHERE id = 1', 'somebody else');
  await assert.rejects(renewDue(mirror, writer), (error) => isRefusal(error, 'STATE_LOCKED'));
  assert.deepEqual(currentOf(mirror), before);
  writer.close();
  closeMirror(mirror);
});

void test('S-05: a publication that follows from a state no longer current is STATE_CONFLICT', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const current = currentOf(mirror);
  const expected = { ...current, timestampVersion: current.timestampVersion - 1 };
  const next = { ...current, timestampVersion: current.timestampVersion + 1 };
  const committing = withWriter(mirror, (writer) => writer.commit({ publications: [{ expected, next, issued: [] }] }));
  await assert.rejects(committing, (error) => isRefusal(error, 'STATE_CONFLICT'));
  assert.deepEqual(currentOf(mirror), current);
  await requireWhole(directory, mirror);
  closeMirror(mirror);
});
