/**
 * S-06: a record put back from a backup. Signing stops until a person decides; then versions leap over everything that
 * clients saw, and clients that were up to date before the loss go on.
 */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, mock, test, type TestContext } from 'node:test';
import { type Code, isRefusal } from '../../src/errors.ts';
import type { Current } from '../../src/ledger/records.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { adoptRestoredRecord } from '../../src/publish/recover.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { serveOnLoopback } from '../replay/loopback.ts';
import { StockTufJs } from '../replay/stock-tuf-js.ts';
import { FakeClock, MINUTE } from '../simulator/clock.ts';
import { currentOf, type Known, knownClient, requireUpdate, requireWhole } from './aftermath.ts';
import { importFrom, LATER, open, pathsOf, Places, REPOSITORY, upstreamAt } from './place.ts';

const places = new Places();
after(() => places.remove());

interface Loss {
  readonly directory: string;
  readonly clock: FakeClock;
  /** A client that was up to date when the disk died. */
  readonly client: Known;
  readonly tufJs: StockTufJs;
  readonly upstream: ReturnType<typeof upstreamAt>;
}

/** Two imports after the backup was taken, each seen by clients; then the backup is put back. */
async function loseTwoImports(t: TestContext, upstream = upstreamAt(1)): Promise<Loss> {
  const directory = await places.copy('online');
  const clock = new FakeClock(LATER);
  mock.timers.enable({ apis: ['Date'], now: LATER });
  t.after(() => mock.timers.reset());
  const backup = join(places.room, `backup-of-${readdirSync(places.room).length}`);
  copyRecord(pathsOf(directory).data, backup);
  const mirror = await open(directory, clock);
  upstream.author.now = LATER;
  for (const text of ['more', 'still more']) {
    upstream.add('one.txt', text).publish('targets');
    assert.equal((await importFrom(mirror, upstream)).outcome, 'published');
  }
  // More than one version a minute: what the clock alone gives after the loss would be too low.
  for (let round = 0; round < 5; round++) await renewNow(mirror);
  clock.advance(MINUTE);
  const client = knownClient(mirror);
  const root = mirror.reader.bytes(mirror.reader.issuedVersion(REPOSITORY, 'root', 1).fileSha256);
  const tufJs = new StockTufJs(directory, root);
  assert.equal(await fetchWith(tufJs, directory, mirror), 'still more');
  closeMirror(mirror);
  copyRecord(backup, pathsOf(directory).data);
  return { directory, clock, client, tufJs, upstream };
}

function copyRecord(from: string, to: string): void {
  const isRecord = (path: string): boolean => path === from || path === to || /record\.sqlite/.test(path);
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(to, `record.sqlite${suffix}`), { force: true });
  cpSync(from, to, { recursive: true, filter: isRecord });
}

async function fetchWith(client: StockTufJs, directory: string, mirror: Mirror): Promise<string | undefined> {
  const loopback = await serveOnLoopback(mirror, pathsOf(directory));
  try {
    return (await client.fetch('one.txt', loopback.url(REPOSITORY)))?.toString();
  } finally {
    await loopback.stop();
  }
}

function renewNow(mirror: Mirror): Promise<unknown> {
  return withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));
}

async function requireRefused(mirror: Mirror, upstream: Loss['upstream'], code: Code): Promise<void> {
  const before = currentOf(mirror);
  await assert.rejects(importFrom(mirror, upstream), (error) => isRefusal(error, code));
  await assert.rejects(renewNow(mirror), (error) => isRefusal(error, code));
  assert.deepEqual(currentOf(mirror), before);
}

function requireHigher(now: Current, seen: Current): void {
  assert.ok(now.timestampVersion > seen.timestampVersion, 'timestamp rises above what clients saw');
  assert.ok(now.snapshotVersion > seen.snapshotVersion, 'snapshot rises above what clients saw');
}

void test('S-06: a restored record serves and does not sign; after its adoption clients that saw the lost imports update', async (t) => {
  const { directory, clock, client, tufJs, upstream } = await loseTwoImports(t);
  const mirror = await open(directory, clock);
  t.after(() => closeMirror(mirror));
  await requireRefused(mirror, upstream, 'STATE_RESTORED');
  const loopback = await serveOnLoopback(mirror, pathsOf(directory));
  const { status } = await fetch(`${loopback.url(REPOSITORY)}/timestamp.json`);
  await loopback.stop();
  assert.equal(status, 200, 'serving goes on');

  const { eventsLost } = await adoptRestoredRecord(mirror, 'the disk died');
  assert.ok(eventsLost > 0);
  assert.match(mirror.log.facts.origin, /\/log\/2$/, 'others may hold checkpoints of what was lost');
  assert.equal((await importFrom(mirror, upstream)).outcome, 'published');
  requireHigher(currentOf(mirror), client.current);
  await requireUpdate(mirror, client);
  assert.equal(await fetchWith(tufJs, directory, mirror), 'still more');
  await requireWhole(directory, mirror);
});

void test('S-06: with the head file lost as well signing is still refused, and versions still rise after the adoption', async (t) => {
  const { directory, clock, client, tufJs, upstream } = await loseTwoImports(t);
  rmSync(join(pathsOf(directory).data, 'head.json'));
  const mirror = await open(directory, clock);
  t.after(() => closeMirror(mirror));
  await requireRefused(mirror, upstream, 'STATE_RESTORED');
  await adoptRestoredRecord(mirror, 'nothing is left but the backup');
  assert.match(mirror.log.facts.origin, /\/log\/2$/, 'nobody can tell what was lost');
  assert.equal((await importFrom(mirror, upstream)).outcome, 'published');
  requireHigher(currentOf(mirror), client.current);
  await requireUpdate(mirror, client);
  assert.equal(await fetchWith(tufJs, directory, mirror), 'still more');
});

void test('S-06: a backup older than a root that clients have is not adopted, unless its clients are given up by name', async (t) => {
  const upstream = upstreamAt(1);
  upstream.author.keyholders.set('targets', { signers: [upstream.signer('next targets')], threshold: 1 });
  upstream.author.publishRoot();
  const { directory, clock } = await loseTwoImports(t, upstream);
  const mirror = await open(directory, clock);
  t.after(() => closeMirror(mirror));
  await requireRefused(mirror, upstream, 'STATE_RESTORED');
  await assert.rejects(adoptRestoredRecord(mirror, 'the disk died'), (error) => {
    assert.ok(isRefusal(error, 'STATE_RESTORED'));
    assert.match(error.message, /root version 1 of site, and clients have version 2/);
    return true;
  });
  await requireRefused(mirror, upstream, 'STATE_RESTORED');

  await adoptRestoredRecord(mirror, 'no newer backup', new Set([REPOSITORY]));
  assert.equal((await importFrom(mirror, upstream)).outcome, 'published', 'for clients that are set up anew');
  await requireWhole(directory, mirror);
});
