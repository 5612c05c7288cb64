/** The admin listener: ready means that a client would succeed; metrics and status are what monitoring reads. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isRefusal, Refusal } from '../../src/errors.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { listen } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { createAdmin, refusePlaintext } from '../../src/serve/admin/app.ts';
import { type ClientVerdict, Health, type Waiting } from '../../src/serve/admin/health.ts';
import { Metrics } from '../../src/serve/admin/metrics.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';
import { ManualClock } from '../acquire/manual-clock.ts';
import { askRaw, type RawAnswer, TestMirror } from './fixture.ts';

interface Admin {
  readonly mirror: TestMirror;
  readonly clock: ManualClock;
  /** What a client of each repository would find; changed by tests. */
  readonly verdicts: Map<string, ClientVerdict | Error>;
  /** Repositories that were verified, in order. */
  readonly verified: string[];
  readonly logged: string[];
  isReady: boolean;
  /** Entries that nobody is shown yet. */
  waiting?: Waiting | undefined;
  /** While this waits, verifications do. */
  hold?: Promise<void>;
  ask(path: string, method?: string): Promise<RawAnswer>;
}

async function openAdmin(t: TestContext): Promise<Admin> {
  const mirror = await TestMirror.open(t, { id: 'one', roles: { targets: 4, bin: 1 } }, { id: 'two' });
  const counts = new RequestCounts();
  const logged: string[] = [];
  const admin: Admin = {
    mirror,
    clock: new ManualClock(),
    verdicts: new Map(),
    verified: [],
    logged,
    isReady: true,
    ask: async (path, method) => askRaw(listener.address.port, path, {}, method),
  };
  const verifyAsClient = async (id: RepositoryId): Promise<ClientVerdict> => {
    admin.verified.push(id);
    await admin.hold;
    const verdict = admin.verdicts.get(id) ?? { ok: true, freshUntil: new Date('2026-02-01T00:00:00Z') };
    if (verdict instanceof Error) throw verdict;
    return verdict;
  };
  const app = createAdmin({
    health: new Health({
      clock: admin.clock,
      repositories: () => ['one', 'two'] as RepositoryId[],
      verifyAsClient,
      isReady: () => admin.isReady,
      trouble: () => mirror.trees.trouble,
      waiting: () => admin.waiting,
    }),
    metrics: new Metrics({
      reader: mirror.reader,
      version: '1.2.3',
      counts: { public: mirror.counts, admin: counts },
      freeBytes: () => Promise.resolve(12_345),
      renewals: () => ({ succeeded: 3, failed: 1 }),
    }),
    status: () => Promise.resolve({ repositories: ['one', 'two'] }),
    ledger: (_request, response) => response.writeHead(404).end(),
    counts,
    log: openLog({ clock: systemClock, out: { write: (line: string) => logged.push(line) } }),
  });
  const listener = await listen({ host: '127.0.0.1', port: 0 }, app, {
    clock: systemClock,
    setting: '--admin',
    graceMs: 0,
  });
  t.after(async () => listener.close());
  return admin;
}

function jsonOf(answer: RawAnswer): unknown {
  return JSON.parse(answer.body.toString());
}

void test('/livez: the process answers, whatever the repositories are worth', async (t) => {
  const admin = await openAdmin(t);
  admin.verdicts.set('one', { ok: false });
  admin.isReady = false;
  const { status, headers } = await admin.ask('/livez');
  assert.deepEqual([status, headers.get('cache-control')], [200, 'no-store']);
  assert.deepEqual(admin.verified, []);
});

void test('/readyz: 200 while a client of every repository would succeed', async (t) => {
  const admin = await openAdmin(t);
  assert.equal((await admin.ask('/readyz')).status, 200);
  assert.deepEqual(jsonOf(await admin.ask('/readyz')), { ready: true, reasons: [], repositories: [] });
  const freshUntil = '2026-02-01T00:00:00.000Z';
  assert.deepEqual(jsonOf(await admin.ask('/readyz?verbose')), {
    ready: true,
    reasons: [],
    repositories: [
      { repository: 'one', ok: true, freshUntil },
      { repository: 'two', ok: true, freshUntil },
    ],
  });
});

void test('/readyz: 503 as soon as a client of one would fail, with the name and the reason', async (t) => {
  const admin = await openAdmin(t);
  admin.verdicts.set('two', { ok: false, code: 'TRUST_EXPIRED', what: 'timestamp expired.' });
  const answer = await admin.ask('/readyz');
  assert.equal(answer.status, 503);
  assert.deepEqual(jsonOf(answer), {
    ready: false,
    reasons: [],
    repositories: [{ repository: 'two', ok: false, code: 'TRUST_EXPIRED', what: 'timestamp expired.' }],
  });
  assert.equal((await admin.ask('/readyz', 'HEAD')).status, 503);
});

void test('/readyz: a check that throws is a failure, a refusal by its code and a bug without its words', async (t) => {
  const admin = await openAdmin(t);
  admin.verdicts.set('one', new Refusal('STATE_DAMAGED', 'The file is not what it was.'));
  admin.verdicts.set('two', new Error('/secret/path'));
  const { repositories } = jsonOf(await admin.ask('/readyz')) as { repositories: { code: string; what: string }[] };
  assert.deepEqual(
    repositories.map(({ code }) => code),
    ['STATE_DAMAGED', 'BUG'],
  );
  assert.equal(repositories[0]?.what, 'The file is not what it was.');
  assert.doesNotMatch(JSON.stringify(repositories), /secret/);
});

void test('/readyz: 503 before the first renewal, and while the newest state cannot be served', async (t) => {
  const admin = await openAdmin(t);
  admin.isReady = false;
  assert.match((await admin.ask('/readyz')).body.toString(), /"ready":false,"reasons":\[\{"code":"STARTING"/);
  admin.isReady = true;
  assert.equal((await admin.ask('/readyz')).status, 200);
  admin.mirror.database.run("UPDATE current SET timestamp_version = 999 WHERE repository = 'one'");
  admin.mirror.trees.refresh();
  const answer = await admin.ask('/readyz');
  assert.equal(answer.status, 503);
  assert.match(answer.body.toString(), /"repository":"one","code":"STATE_NOTHING_PUBLISHED"/);
});

void test('/readyz: 503 when entries of the ledger stay under no released checkpoint, and not while witnesses are asked', async (t) => {
  const admin = await openAdmin(t);
  admin.waiting = { entries: 3, since: admin.clock.now() };
  admin.clock.advance(120_000);
  assert.equal((await admin.ask('/readyz')).status, 200);
  admin.clock.advance(1);
  const answer = await admin.ask('/readyz');
  assert.equal(answer.status, 503);
  assert.match(answer.body.toString(), /"reasons":\[\{"code":"UNRELEASED","what":"Since [^"]+Z [^"]+: 3\."/);
  admin.waiting = undefined;
  assert.equal((await admin.ask('/readyz')).status, 200);
});

void test('R-06: a verdict is kept for five seconds, and probes at one moment share one verification', async (t) => {
  const admin = await openAdmin(t);
  let release = (): void => undefined;
  admin.hold = new Promise<void>((resolve) => (release = resolve));
  const probes = Array.from({ length: 10 }, () => admin.ask('/readyz'));
  await admin.ask('/livez');
  await new Promise<void>((resolve) => void systemClock.after(100, resolve));
  release();
  await Promise.all(probes);
  assert.deepEqual(admin.verified.sort(), ['one', 'two']);
  admin.verdicts.set('one', { ok: false });
  admin.clock.advance(4999);
  assert.equal((await admin.ask('/readyz')).status, 200);
  admin.clock.advance(1);
  assert.equal((await admin.ask('/readyz')).status, 503);
  assert.equal(admin.verified.length, 4);
});

void test('/metrics: versions, expiries, as-of, imports, requests', async (t) => {
  const admin = await openAdmin(t);
  admin.mirror.ledger.refuse('one', 'TRUST_ROLLBACK');
  await admin.mirror.ask('/one/timestamp.json');
  await admin.mirror.ask('/one/2.root.json');
  await admin.ask('/livez');
  const lines = await metricsOf(admin);
  const expected = [
    'countersign_build_info{version="1.2.3",node="' + process.version + '"} 1',
    'countersign_http_requests_total{listener="public",route="metadata",code="200"} 1',
    'countersign_http_requests_total{listener="public",route="other",code="404"} 1',
    'countersign_http_requests_total{listener="admin",route="livez",code="200"} 1',
    'countersign_generation{repository="one"} 1',
    'countersign_metadata_version{repository="one",role="timestamp"} 201',
    'countersign_metadata_version{repository="one",role="targets"} 4',
    'countersign_metadata_expiry_timestamp_seconds{repository="one",role="timestamp"} 1769904000',
    'countersign_metadata_expiry_timestamp_seconds{repository="one",role="snapshot"} 1772323200',
    'countersign_metadata_expiry_timestamp_seconds{repository="one",role="delegated"} 1780272000',
    'countersign_upstream_timestamp_expiry_timestamp_seconds{repository="one"} 1769990400',
    'countersign_upstream_metadata_version{repository="one",role="root"} 2',
    'countersign_import_attempts_total{repository="one",outcome="accepted"} 1',
    'countersign_import_attempts_total{repository="one",outcome="refused"} 1',
    'countersign_import_refusals_total{repository="one",code="TRUST_ROLLBACK"} 1',
    'countersign_import_last_success_timestamp_seconds{repository="one"} 1767225601',
    'countersign_renewals_total{outcome="succeeded"} 3',
    'countersign_renewals_total{outcome="failed"} 1',
    'countersign_blob_store_free_bytes 12345',
  ];
  for (const line of expected)
    assert.ok(lines.includes(line), `${line}\n\n${lines.filter((l) => l.startsWith('countersign_m')).join('\n')}`);
  assert.ok(lines.some((line) => line.startsWith('countersign_process_cpu_user_seconds_total ')));
  assert.doesNotMatch(lines.join('\n'), /role="bin"/, 'names that upstream chooses are never labels (R-03)');
});

void test('/metrics: how far the ledger goes, and how far it is shown; what waits is not what is served', async (t) => {
  const admin = await openAdmin(t);
  const { ledger, reader } = admin.mirror;
  const size = reader.log.size();
  ledger.isReleasing = false;
  admin.mirror.renew('one');
  const waiting = await metricsOf(admin);
  const served = 'countersign_metadata_version{repository="one",role="timestamp"}';
  for (const line of [
    `countersign_ledger_entries ${String(size + 1)}`,
    `countersign_ledger_released_entries ${String(size)}`,
    'countersign_ledger_checkpoint_timestamp_seconds 1767225602',
    `${served} 201`,
  ])
    assert.ok(waiting.includes(line), line);
  assert.deepEqual(reader.log.waitingSince(), new Date('2026-01-01T00:00:02Z'));
  ledger.release();
  assert.equal(reader.log.waitingSince(), undefined);
  const released = await metricsOf(admin);
  assert.ok(released.includes(`countersign_ledger_released_entries ${String(size + 1)}`));
  assert.ok(released.includes(`${served} 202`));
});

void test('/metrics: imports and requests are counted once, however often it is asked', async (t) => {
  const admin = await openAdmin(t);
  await metricsOf(admin);
  await admin.mirror.publish({ id: 'one' });
  await metricsOf(admin);
  const lines = await metricsOf(admin);
  assert.ok(lines.includes('countersign_import_attempts_total{repository="one",outcome="accepted"} 2'));
  assert.ok(lines.includes('countersign_generation{repository="one"} 2'));
});

void test('/api/v1/status is the status document', async (t) => {
  const admin = await openAdmin(t);
  const answer = await admin.ask('/api/v1/status');
  assert.deepEqual([answer.status, jsonOf(answer)], [200, { repositories: ['one', 'two'] }]);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
});

void test('H-04: plain HTTP off loopback only where it was asked for by name', () => {
  const elsewhere = { host: '0.0.0.0', port: 8701 };
  assert.throws(
    () => refusePlaintext(elsewhere, false),
    (error) => isRefusal(error, 'CONFIG_PLAINTEXT'),
  );
  refusePlaintext(elsewhere, true);
  refusePlaintext({ host: '127.0.0.1', port: 8701 }, false);
});

async function metricsOf(admin: Admin): Promise<string[]> {
  const { status, headers, body } = await admin.ask('/metrics');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/plain; ?version=0\.0\.4/);
  return body.toString().split('\n');
}
