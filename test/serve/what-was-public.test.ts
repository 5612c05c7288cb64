/** What was public at a time, for those who ask afterwards: exactly that, marked as the past, and kept by nobody. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { Refusal } from '../../src/errors.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { PastStates } from '../../src/serve/past.ts';
import { formatDate } from '../../src/tuf/dates.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { TestMirror } from './fixture.ts';
import { LoggedMirror } from './logged.ts';

const HOUR = DAY / 24;
/** Names that every state has. */
const NAMES = ['timestamp.json', 'snapshot.json', 'root.json', 'targets.json', 'bin.json', 'targets/a.txt'];

interface Seen {
  /** When it became public. */
  readonly since: string;
  readonly files: ReadonlyMap<string, string>;
  readonly snapshot: string;
}

/**
 * Three states: a first generation, another one a day later, and new online keys a day after that. Everything that was
 * served is remembered.
 */
async function history(): Promise<{ mirror: LoggedMirror; seen: Seen[] }> {
  const mirror = await LoggedMirror.open({ after });
  const upstream = new SimulatedUpstream().add('a.txt', 'first').add('only-first.txt', 'gone');
  upstream.author.delegate('targets', 'bin', { paths: ['bin/*'] });
  upstream.publish();
  const seen: Seen[] = [];
  const look = async (): Promise<void> => {
    const files = new Map<string, string>();
    for (const name of NAMES) files.set(name, String(await mirror.body(`/one/${name}`)));
    const { version } = (JSON.parse(files.get('snapshot.json') ?? '') as { signed: { version: number } }).signed;
    seen.push({ since: formatDate(mirror.clock.now()), files, snapshot: `${String(version)}.snapshot.json` });
  };
  const one = await mirror.mirrorOf('one', upstream);
  await look();
  mirror.clock.advance(DAY);
  upstream.author.role('targets').targets.delete('only-first.txt');
  upstream.add('a.txt', 'second').publish('targets', 'bin');
  await one.importExpecting('published');
  mirror.trees.refresh();
  await look();
  mirror.clock.advance(DAY);
  // Two timestamps of one second: what counts is the later one.
  await mirror.renew(one.id, 0);
  await mirror.rotate(one.id);
  await look();
  mirror.clock.advance(DAY);
  return { mirror, seen };
}

const recorded = history();

function later(time: string, milliseconds: number): string {
  return formatDate(new Date(new Date(time).getTime() + milliseconds));
}

void test('each state is found from its first second to the last before the next, in both layouts', async () => {
  const { mirror, seen } = await recorded;
  for (const [index, { since, files, snapshot }] of seen.entries()) {
    const next = seen[index + 1];
    const times = [since, later(since, HOUR), next ? later(next.since, -1000) : formatDate(mirror.clock.now())];
    for (const time of times) {
      for (const [name, content] of files) {
        const { status, headers, body } = await mirror.ask(`/one/at/${time}/${name}`);
        assert.equal(`${String(status)} ${body.toString()}`, `200 ${content}`, `${time} ${name}`);
        assert.equal(headers.get('x-countersign-served-at'), since);
        assert.equal(headers.get('cache-control'), 'no-store, no-transform');
        assert.equal(headers.get('x-robots-tag'), 'noindex, noarchive');
        assert.equal(headers.get('etag'), `"${sha256(Buffer.from(content))}"`);
        if (!name.includes('/')) assert.equal(String(await mirror.body(`/one/at/${time}/metadata/${name}`)), content);
      }
      assert.equal(String(await mirror.body(`/one/at/${time}/${snapshot}`)), files.get('snapshot.json'));
    }
  }
});

void test('nothing of a later state is in an earlier one, and nothing that was gone is in a later one', async () => {
  const { mirror, seen } = await recorded;
  const [first, second, third] = seen.map(({ since }) => since);
  const snapshots = seen.map(({ snapshot }) => snapshot);
  const digest = sha256(Buffer.from('second'));
  const expected: (readonly [at: string | undefined, name: string, status: number])[] = [
    [first, '1.root.json', 200],
    [first, '2.root.json', 404],
    [second, '2.root.json', 404],
    [third, '2.root.json', 200],
    [third, '1.root.json', 200],
    [third, '3.root.json', 404],
    [third, '0.root.json', 404],
    [first, snapshots[1] ?? '', 404],
    [second, snapshots[0] ?? '', 404],
    [first, '1.targets.json', 200],
    [first, '2.targets.json', 404],
    [second, '1.targets.json', 404],
    [second, '2.targets.json', 200],
    [second, '2.bin.json', 200],
    [first, '2.bin.json', 404],
    [first, 'targets/only-first.txt', 200],
    [second, 'targets/only-first.txt', 404],
    [first, `targets/${digest}.a.txt`, 404],
    [second, `targets/${digest}.a.txt`, 200],
    [second, 'targets/absent', 404],
    [second, 'absent.json', 404],
    [second, '1.timestamp.json', 404],
    [second, 'upstream/timestamp.json', 404],
    [second, 'timestamp.json.tlog-proof', 404],
    [second, '', 404],
    [second, 'metadata/', 404],
    [second, 'metadata/metadata/timestamp.json', 404],
    [second, 'metadata%2Ftimestamp.json', 404],
    [second, '%', 404],
  ];
  for (const [at, name, status] of expected) {
    assert.equal(await mirror.status(`/one/at/${String(at)}/${name}`), status, `${String(at)} ${name}`);
  }
});

void test('before the first state and after the present there is nothing, and a time has one spelling', async () => {
  const { mirror, seen } = await recorded;
  const { since = '' } = seen[0] ?? {};
  const now = mirror.clock.now();
  const times = [
    later(since, -1000),
    '1970-01-01T00:00:00Z',
    formatDate(new Date(now.getTime() + 1000)),
    '9999-12-31T23:59:59Z',
    since.replace('T', 't'),
    since.replace('Z', 'z'),
    since.replace('Z', '.0Z'),
    since.replace('Z', '+00:00'),
    since.replaceAll(':', '%3A'),
    since.slice(0, -4) + 'Z',
    `${since}x`,
    `+${since}`,
    '2026-02-30T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T03:00:60Z',
    'now',
    '',
  ];
  for (const time of times) assert.equal(await mirror.status(`/one/at/${time}/timestamp.json`), 404, time);
  assert.equal(await mirror.status(`/one/at/${since}`), 404);
  assert.equal(await mirror.status(`/one/at/${since}timestamp.json`), 404);
  assert.equal(await mirror.status(`/other/at/${since}/timestamp.json`), 404);
  assert.equal(await mirror.status(`/one/at/${formatDate(now)}/timestamp.json`), 200);
});

void test('a condition saves the transfer and loses none of the marks; a range of a target has them, too', async () => {
  const { mirror, seen } = await recorded;
  const { since = '' } = seen[0] ?? {};
  for (const name of ['timestamp.json', 'targets/a.txt']) {
    const etag = (await mirror.ask(`/one/at/${since}/${name}`)).headers.get('etag') ?? '';
    const { status, headers } = await mirror.ask(`/one/at/${since}/${name}`, { 'If-None-Match': etag });
    assert.deepEqual(
      [status, headers.get('x-countersign-served-at'), headers.get('cache-control')],
      [304, since, 'no-store, no-transform'],
    );
  }
  const { status, headers, body } = await mirror.ask(`/one/at/${since}/targets/a.txt`, { Range: 'bytes=0-1' });
  assert.deepEqual([status, headers.get('x-countersign-served-at'), body.toString()], [206, since, 'fi']);
  const head = await mirror.ask(`/one/at/${since}/targets/a.txt`, {}, 'HEAD');
  assert.deepEqual([head.status, head.headers.get('content-length'), head.body.length], [200, '5', 0]);
});

void test('R-03: a hundred moments are found by rows, and not a file is read before its bytes are to be sent', async () => {
  const { mirror, seen } = await recorded;
  const { since = '' } = seen[0] ?? {};
  const reader = new LedgerReader(mirror.mirror.database);
  let reads = 0;
  reader.bytes = (digest) => {
    reads += 1;
    return mirror.mirror.reader.bytes(digest);
  };
  const past = new PastStates(reader, mirror.clock);
  const id = repositoryId('one');
  for (let times = 0; times < 100; times += 1) {
    const found = past.find(id, `${later(since, times * 1000)}/timestamp.json`, mirror.trees.now.log?.size ?? 0);
    assert.ok(found?.kind === 'metadata');
  }
  assert.equal(reads, 0);
});

void test('R-03: clients that never read have one copy of a large file between them; what saves a transfer has none', async (t) => {
  const bytes = JSON.stringify({ signed: 'a'.repeat(12_000_000) });
  const mirror = await TestMirror.open(t, { bytes: { targets: bytes } });
  const digest = sha256(Buffer.from(bytes));
  const read = mirror.reader.bytes.bind(mirror.reader);
  let reads = 0;
  mirror.reader.bytes = (asked) => {
    if (asked === digest) reads += 1;
    return read(asked);
  };
  const path = `/demo/at/${formatDate(new Date())}/targets.json`;
  assert.equal((await mirror.ask(path, { 'If-None-Match': `"${digest}"` })).status, 304);
  assert.equal((await mirror.ask(path, { 'If-Match': '"other"' })).status, 412);
  assert.equal(reads, 0);
  for (let clients = 0; clients < 10; clients += 1) await neverReading(t, mirror.listener.address.port, path);
  const { status, headers } = await mirror.ask(path, {}, 'HEAD');
  assert.deepEqual([status, headers.get('content-length')], [200, String(bytes.length)]);
  assert.equal((await mirror.ask(path)).body.toString(), bytes);
  assert.equal(reads, 1);
});

void test('W-10: a file of the past that is not what it was is no download, and HEAD says so', async (t) => {
  const mirror = await TestMirror.open(t, { roles: { targets: 1, bin: 1 } });
  const damaged = new Refusal('STATE_DAMAGED', 'not what it was');
  mirror.reader.bytes = () => {
    throw damaged;
  };
  for (const method of ['GET', 'HEAD'])
    assert.equal((await mirror.ask(`/demo/at/${formatDate(new Date())}/bin.json`, {}, method)).status, 500, method);
});

/** A client that has the first bytes of an answer and takes no more of them. */
async function neverReading(t: TestContext, port: number, path: string): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: mirror\r\n\r\n`);
  await once(socket, 'readable');
}
