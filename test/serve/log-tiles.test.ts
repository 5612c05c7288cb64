/** The log as static files: each has one path, none is larger than what was released, and none is empty. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { release, signCheckpoint } from '../../src/ledger/checkpoints.ts';
import { appendLeaf, storedNodes } from '../../src/ledger/log-rows.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Database } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import { listen } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { answerLog } from '../../src/serve/log-answers.ts';
import { PublicAnswers } from '../../src/serve/public.ts';
import { PublishedTrees } from '../../src/serve/published.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import { readTileNodes, tilesForInclusion, tilesForRoot } from '../../src/tlog/tile-nodes.ts';
import { inclusionProof, verifyInclusion } from '../../src/tlog/inclusion.ts';
import { parseEntryBundle, tileBytes } from '../../src/tlog/tiles.ts';
import { isSameHash, leafHash, rootOf } from '../../src/tlog/tree.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { LOG } from '../tlog/test-keys.ts';
import { askRaw, type RawAnswer } from './fixture.ts';

/** More leaves than are released, and so many that there are two full tiles and a level above. */
const RELEASED = 600;
const APPENDED = 700;

interface ShownLog {
  readonly database: Database;
  readonly trees: PublishedTrees;
  readonly logged: string[];
  ask(path: string, headers?: Record<string, string>, method?: string): Promise<RawAnswer>;
  askAsAuditor(path: string): Promise<RawAnswer>;
}

async function openShown(): Promise<ShownLog> {
  const database = new Database(':memory:', { isInMemory: true });
  await migrate(database, new Disk());
  database.transaction(() => {
    for (let n = 0; n < APPENDED; n += 1) appendLeaf(database, leaf(n));
    const root = rootOf(RELEASED, storedNodes(database));
    const note = signCheckpoint({ origin: LOG.key.name, size: RELEASED, root }, LOG);
    release(database, { size: RELEASED, root }, note, [], new Date('2026-01-01T00:00:00Z'));
  });
  const reader = new LedgerReader(database);
  const logged: string[] = [];
  const log = openLog({ clock: systemClock, out: { write: (line: string) => logged.push(line) } });
  const bodies = new RecordBodies(reader);
  const trees = new PublishedTrees({ reader, bodies, clock: systemClock, log });
  const blobs = { check: () => Promise.reject(new Error()), open: () => Promise.reject(new Error()) };
  const counts = new RequestCounts();
  const answers = new PublicAnswers({ trees, bodies, blobs, counts, log });
  answers.setReady();
  const options = { clock: systemClock, setting: 'test', graceMs: 0 };
  const [everybody, auditors] = await Promise.all([
    listen({ host: '127.0.0.1', port: 0 }, answers.answer, options),
    listen({ host: '127.0.0.1', port: 0 }, answerLog({ trees, counts, log }), options),
  ]);
  after(async () => Promise.all([everybody.close(), auditors.close()]));
  return {
    database,
    trees,
    logged,
    ask: (path, headers, method) => askRaw(everybody.address.port, path, headers, method),
    askAsAuditor: (path) => askRaw(auditors.address.port, path),
  };
}

function leaf(n: number): Buffer {
  return Buffer.from(JSON.stringify({ n, type: `test ${'x'.repeat(n % 50)}` }));
}

const shown = openShown().then((log) => {
  log.trees.refresh();
  return log;
});

void test('before the record was looked at the log is starting, and not absent', async () => {
  const log = await openShown();
  assert.equal((await log.askAsAuditor('/log/checkpoint')).status, 503);
});

void test('full tiles, partial ones of any width, and the level above: what stored nodes say, for ever', async () => {
  const log = await shown;
  const nodes = storedNodes(log.database);
  const tiles: (readonly [path: string, level: number, index: number, width: number])[] = [
    ['0/000', 0, 0, 256],
    ['0/001', 0, 1, 256],
    ['0/000.p/1', 0, 0, 1],
    ['0/001.p/255', 0, 1, 255],
    ['0/002.p/88', 0, 2, 88],
    ['0/002.p/1', 0, 2, 1],
    ['1/000.p/1', 1, 0, 1],
    ['1/000.p/2', 1, 0, 2],
  ];
  for (const [path, level, index, width] of tiles) {
    const { status, headers, body } = await log.ask(`/log/tile/${path}`);
    assert.equal(status, 200, path);
    assert.deepEqual(body, Buffer.from(tileBytes(level, index, width, nodes)), path);
    assert.equal(headers.get('content-type'), 'application/octet-stream');
    assert.equal(headers.get('content-length'), String(32 * width));
    assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable, no-transform');
    assert.equal(headers.get('etag'), `"${sha256(body)}"`);
    const again = await log.ask(`/log/tile/${path}`, { 'If-None-Match': headers.get('etag') ?? '' });
    assert.equal(again.status, 304);
    const head = await log.ask(`/log/tile/${path}`, {}, 'HEAD');
    assert.deepEqual([head.status, head.headers.get('content-length'), head.body.length], [200, String(32 * width), 0]);
  }
});

void test('whoever reads the tiles finds the signed root and can prove any leaf', async () => {
  const log = await shown;
  const read = async (path: string): Promise<Buffer> => (await log.ask(`/log/${path}`)).body;
  const root = rootOf(RELEASED, await readTileNodes(tilesForRoot(RELEASED), read));
  assert.ok(isSameHash(root, rootOf(RELEASED, storedNodes(log.database))));
  for (const index of [0, 255, 256, 511, 512, 599]) {
    const nodes = await readTileNodes(tilesForInclusion(index, RELEASED), read);
    const proof = inclusionProof(index, RELEASED, nodes);
    assert.ok(verifyInclusion(leafHash(leaf(index)), index, RELEASED, proof, root));
  }
});

void test('what is not released, empty, or written another way does not exist', async () => {
  const log = await shown;
  const paths = [
    ...[
      'tile/0/002.p/89',
      'tile/0/002',
      'tile/0/003',
      'tile/0/003.p/1',
      'tile/1/000.p/3',
      'tile/1/000',
      'tile/1/001.p/1',
    ],
    ...['tile/2/000', 'tile/2/000.p/1', 'tile/63/000.p/1', 'tile/64/000.p/1', 'tile/8/000.p/1'],
    ...['tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/257', 'tile/0/000.p/01', 'tile/0/000.p/', 'tile/0/000.p'],
    ...['tile/00/000', 'tile/0/0', 'tile/0/00', 'tile/0/0000', 'tile/0/x000/000', 'tile/0/x000/001', 'tile/0/000/'],
    ...['tile/0/', 'tile/0', 'tile/', 'tile', '', 'tile/0/000.p/1/', 'tile/-1/000', 'tile/+0/000', 'tile/0/-01'],
    ...['tile/0/%30%30%30', 'tile/%30/000', 'tile%2F0%2F000', 'tile/0//000', 'tile/../tile/0/000', './tile/0/000'],
    ...['TILE/0/000', 'tile/0/X001/000', 'tile/0/000.P/1', 'tile/8/0/000', 'tile/0/x999/x999/x999/x999/x999/999'],
    ...['tile/0/x999/x999/x999/x999/x999/999.p/1', 'tile/1.0/000', 'tile/1e0/000', 'tile/entries', 'tile/entries/'],
    ...['Checkpoint', 'checkpoint/', 'checkpoint.json', '/checkpoint', 'tile/data/000', 'entries/000', 'latest'],
  ];
  for (const path of paths) {
    const { status, body } = await log.ask(`/log/${path}`);
    assert.equal(`${String(status)} ${body.toString()}`, '404 {"code":"NOT_FOUND"}\n', path);
    assert.equal((await log.askAsAuditor(`/log/${path}`)).status, 404, path);
  }
  for (const path of [
    '/log',
    '/log/',
    '/%6Cog/checkpoint',
    '/LOG/checkpoint',
    '//log/checkpoint',
    '/demo/log/checkpoint',
  ])
    assert.equal((await log.ask(path)).status, 404, path);
});

void test('entries are for auditors: whole bundles and parts of them, up to what is released', async () => {
  const log = await shown;
  for (const [path, first, count] of [
    ['000', 0, 256],
    ['001.p/3', 256, 3],
    ['002.p/88', 512, 88],
  ] as const) {
    assert.equal((await log.ask(`/log/tile/entries/${path}`)).status, 404);
    const { status, headers, body } = await log.askAsAuditor(`/log/tile/entries/${path}`);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'private, max-age=31536000, immutable, no-transform');
    const entries = parseEntryBundle(body, count).map(String);
    assert.deepEqual(
      entries,
      Array.from({ length: count }, (_, at) => leaf(first + at).toString()),
    );
  }
  for (const path of ['002.p/89', '002', '003.p/1', '000.p/256', 'x000/000'])
    assert.equal((await log.askAsAuditor(`/log/tile/entries/${path}`)).status, 404, path);
});

void test('the checkpoint is a note, in plain text, asked for again each time', async () => {
  const log = await shown;
  const { headers, body } = await log.ask('/log/checkpoint');
  assert.match(body.toString(), /^log\.example\/one\n600\n[^\n]+\n\n— log\.example\/one [^\n]+\n$/);
  assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
  assert.equal(headers.get('content-length'), String(body.length));
  assert.equal((await log.ask('/log/checkpoint?x')).status, 200);
  assert.ok(log.trees.now.hot.has('/log/checkpoint'), 'clients ask for it as often as for a timestamp');
  assert.equal((await log.ask('/log/checkpoint', {}, 'POST')).status, 405);
});

void test('W-10: a hash that was changed or lost is an error, never a tile that caches keep for a year', async () => {
  const log = await openShown();
  log.trees.refresh();
  log.database.script(
    'DROP TRIGGER log_node_no_update; DROP TRIGGER log_node_no_delete; DROP TRIGGER log_entry_no_delete',
  );
  log.database.run('UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND position = 7');
  log.database.run('DELETE FROM log_node WHERE level = 0 AND position = 300');
  log.database.run('DELETE FROM log_entry WHERE idx = 520');
  for (const path of ['tile/0/000', 'tile/0/000.p/8', 'tile/0/001', 'tile/0/001.p/60'])
    assert.equal(String((await log.ask(`/log/${path}`)).body), '{"code":"STATE_LEDGER"}\n', path);
  assert.equal((await log.ask('/log/tile/0/000.p/4')).status, 200, 'other hashes are not hurt');
  assert.equal((await log.askAsAuditor('/log/tile/entries/002.p/88')).status, 500);
  assert.equal((await log.askAsAuditor('/log/tile/entries/002.p/8')).status, 200);
  assert.equal(log.logged.length, 5);
  assert.match(log.logged[0] ?? '', /"path":"\/log\/tile\/0\/000"/);
});
