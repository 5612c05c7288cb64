/** Witnesses are asked, and believed in nothing but a cosignature that verifies. Real sockets, and a clock that stands. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { lastCosigned } from '../../src/ledger/checkpoints.ts';
import { openHttp } from '../../src/platform/http.ts';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signCosignature } from '../../src/tlog/cosignature.ts';
import { countWitnesses, parseWitnessPolicy } from '../../src/tlog/witness-policy.ts';
import { publicKeyOf, signEd25519 } from '../../src/tuf/ed25519.ts';
import { compareCheckpoint } from '../../src/witness/compare.ts';
import { FakeClock } from '../simulator/clock.ts';
import { keyOf, type Lie, seedOf, SeenClock, serve, until, WatchedSite } from './site.ts';

/** The first line of what was asked: the size that the witness is thought to know. */
const oldOf = (request: string): number => Number(/^old (\d+)\n/.exec(request)?.[1]);
const bodyOf = (request: string): string => /\n\n([\s\S]*?\n)\n/.exec(request)?.[1] ?? '';

function lineOver(body: string, name: string, seed = seedOf(name)): string {
  const sign = (bytes: Uint8Array): Uint8Array => signEd25519(seed, bytes);
  return `${signCosignature(body, 1_795_000_000, keyOf(name).name, sign, keyOf(name).publicKey)}\n`;
}

function formerLine(body: string, name: string, seed: number): string {
  const secret = new Uint8Array(32).fill(seed);
  const sign = (bytes: Uint8Array): Uint8Array => signEd25519(secret, bytes);
  return `${signCosignature(body, 1_795_000_000, keyOf(name).name, sign, publicKeyOf(secret))}\n`;
}

test('two of three see every checkpoint, and the one that is away is asked from where it stopped', async (t) => {
  const site = await WatchedSite.open(t);
  const asked: Record<string, number[]> = { a: [], b: [], c: [] };
  const counting =
    (name: string): Lie =>
    (honest, request) => {
      asked[name]?.push(oldOf(request));
      return honest;
    };
  for (const name of ['a', 'b', 'c']) await site.watch(name, counting(name));
  assert.equal(await site.setRule(site.policy(['a', 'b', 'c'], 2)), undefined);
  assert.deepEqual([site.shown.size, site.cosigners], [2, ['a', 'b', 'c']]);
  assert.equal(await site.grow(), undefined);
  await site.witness('c').stop();
  assert.equal(await site.grow(), undefined, 'two are enough');
  assert.deepEqual([site.shown.size, site.cosigners], [4, ['a', 'b']]);
  await site.watch('c', counting('c'));
  assert.equal(await site.grow(), undefined);
  assert.deepEqual([site.shown.size, site.cosigners], [5, ['a', 'b', 'c']]);
  const all = [0, 2, 3, 4];
  assert.deepEqual(
    asked,
    { a: all, b: all, c: [0, 2, 3] },
    'the size each cosigned last is known, and nobody is asked twice',
  );

  const { note } = site.shown;
  assert.equal(openCheckpoint(note, site.logKey).size, 5);
  const clients = parseWitnessPolicy(site.policy(['a', 'b', 'c'], 3));
  const { isQuorum, quorumAt } = countWitnesses(clients, openCheckpoint(note, site.logKey));
  assert.deepEqual([isQuorum, quorumAt], [true, Math.floor(site.clock.now().getTime() / 1000)]);
  assert.deepEqual(site.events('witness.unreachable'), []);
});

test('a witness that knows another size than we think is asked once more, from the size that it names', async (t) => {
  const site = await WatchedSite.open(t);
  const asked: number[] = [];
  await site.watch('a', (honest, request) => {
    asked.push(oldOf(request));
    return honest;
  });
  // Its answers are lost on the way: it has cosigned what we never heard of.
  const away = site.policy(['a'], 1, { a: await serve(t, (_, response) => response.writeHead(503).end()) });
  await site.setRule(away);
  await site.setRule(site.policy(['a']));
  await site.witness('a').stop();
  await site.watch('a', (honest, request) => {
    asked.push(oldOf(request));
    return { ...honest, status: 500 };
  });
  assert.match((await site.grow()) ?? '', /a: The witness refuses: status 500/);
  await site.witness('a').stop();
  await site.watch('a', (honest, request) => {
    asked.push(oldOf(request));
    return honest;
  });
  assert.equal(await site.look(), undefined);
  // 4 again, which it has: the event of the outage came after it.
  assert.deepEqual(asked, [0, 4, 4, 5]);
  assert.equal(site.shown.size, 6);
});

test('what is not its own signature is no memory of what it has seen', async (t) => {
  const site = await WatchedSite.open(t);
  for (const name of ['a', 'b']) await site.watch(name);
  await site.setRule(site.policy(['a', 'b'], 1));
  await site.witness('a').stop();
  await site.grow();
  const { database } = site.mirror;
  const line = lineOver('another text\n', 'a').trimEnd();
  database.run('INSERT INTO cosignature (size, line) VALUES (3, ?)', line);
  const last = lastCosigned(database, [keyOf('a'), keyOf('b')], site.logKey.name);
  assert.deepEqual(
    [...last.values()].map(({ size }) => size),
    [3, 2],
  );
  const { note } = site.shown;
  assert.ok(note.includes(line));
  assert.deepEqual(compareCheckpoint(site.mirror, note).cosignedBy, ['b']);
});

test('it is asked by what the protocol needs, and shown nothing else', async (t) => {
  const site = await WatchedSite.open(t);
  const requests: IncomingMessage[] = [];
  const url = await serve(t, (request, response) => {
    requests.push(request);
    response.writeHead(404).end();
  });
  await site.setRule(site.policy(['a'], 1, { a: `${url}under/a/path` }));
  const [request] = requests;
  assert.ok(request);
  assert.deepEqual([request.method, request.url], ['POST', '/under/a/path/add-checkpoint']);
  // Nothing stays open until the next time, which may be hours away.
  if (!request.socket.destroyed) await once(request.socket, 'close', { signal: AbortSignal.timeout(2000) });
  const { host, 'user-agent': agent, 'content-length': length, ...headers } = request.headers;
  assert.ok(url.includes(String(host)) && /^countersign\//.test(String(agent)) && Number(length) > 0);
  assert.deepEqual(headers, {
    'accept-encoding': 'identity',
    connection: 'keep-alive',
    'content-type': 'text/plain; charset=utf-8',
  });
});

test('H-03 credentials in an address are neither sent nor repeated', async (t) => {
  const door = await openHttp({ clock: new FakeClock() });
  t.after(() => door.close());
  const asking = door.post(new URL('http://user:secret@127.0.0.1:9/'), 'text', { maxBytes: 10 });
  await assert.rejects(asking, (error) => {
    assert.ok(isRefusal(error, 'USAGE_OPTION'));
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

/** What somebody answers who is not a witness, or not an honest one; the words that the operator reads. */
const ANSWERS: readonly (readonly [scenario: string, answer: RequestListener, words: RegExp])[] = [
  [
    'a page',
    (_, response) => response.end('<html>'),
    /a: The witness is not understood: The answer is not made of lines$/,
  ],
  ['nothing', (_, response) => response.end(), /not made of lines/],
  [
    'it does not know the log',
    (_, response) => response.writeHead(404).end('who?\n'),
    /does not know this log \(status 404: who\?\)$/,
  ],
  [
    'nor the key',
    (_, response) => response.writeHead(403).end(),
    /does not know this log, or not its key \(status 403\)$/,
  ],
  ['its own trouble', (_, response) => response.writeHead(503).end(), /refuses: status 503$/],
  ['422 about a tree of nothing', (_, response) => response.writeHead(422).end(), /refuses: status 422$/],
  ['409 without a size', (_, response) => response.writeHead(409).end('7\n'), /refuses: status 409: 7$/],
  [
    'a redirect',
    (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    /redirects what was sent to it$/,
  ],
  [
    'a redirect on the same host',
    (_, response) => response.writeHead(308, { location: '/' }).end(),
    /redirects what was sent to it$/,
  ],
  ['64 KiB and more', (_, response) => response.end('\u2014'.repeat(30_000)), /is larger than 65536 bytes$/],
  [
    'as much as it announces',
    (_, response) => response.writeHead(200, { 'content-length': '70000' }).flushHeaders(),
    /is larger than 65536 bytes$/,
  ],
  [
    'compressed',
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    /content encoding that was not asked for$/,
  ],
  ['a hang-up', (request) => request.socket.destroy(), /cannot be reached: /],
];

test('whatever else is answered is no cosignature: it is recorded, not shown, and told in words', async (t) => {
  const site = await WatchedSite.open(t);
  for (const [scenario, answer, words] of ANSWERS)
    await t.test(scenario, async (part) => {
      const url = await serve(part, answer);
      const trouble = await site.setRule(site.policy(['a'], 1, { a: url }), 'wait', true);
      assert.equal(trouble?.code, 'STATE_WITNESSES');
      assert.match(trouble.what.replace(/\.$/, ''), words);
      assert.equal(site.shown.size, 1);
    });
});

/** Lies about the cosignature itself, each beside an honest witness. */
type LieAbout = readonly [scenario: string, lie: (body: string) => string];
const LIES: readonly [LieAbout, ...LieAbout[]] = [
  ['a signature of nothing', (body) => lineOver(body, 'a').replace(/.{12}\n$/, 'AAAAAAAAAAA=\n')],
  ['another checkpoint', (body) => lineOver(body.replace(/\n\d+\n/, '\n9\n'), 'a')],
  ['another key under its name and id', (body) => lineOver(body, 'a', seedOf('z'))],
  ['a stranger’s', (body) => lineOver(body, 'z')],
  ['that of the other witness', (body) => lineOver(body, 'b')],
  ['its own after sixteen that fail', (body) => `${lineOver('x\n', 'a').repeat(16)}${lineOver(body, 'a')}`],
];

test('T-02 a line counts for the witness that was asked, under its key, over our text; or for nobody', async (t) => {
  const site = await WatchedSite.open(t);
  let lie = LIES[0][1];
  await site.watch('a', (_, request) => ({ status: 200, type: 'text/plain', body: lie(bodyOf(request)) }));
  await site.watch('b');
  await site.setRule(site.policy(['a', 'b']));
  for (const [scenario, next] of LIES) {
    lie = next;
    const words = / entries\. a: The witness answers with no cosignature that verifies\.$/;
    assert.match((await site.look()) ?? '', words, scenario);
  }
  assert.equal(site.shown.size, 1);
});

test('R-02 of many lines one is kept: its own, the first that verifies', async (t) => {
  const site = await WatchedSite.open(t);
  await site.watch('a', (honest, request) => {
    const body = bodyOf(request);
    const again = honest.body.repeat(3);
    // Keys that it had before, under the same name: another id each.
    const former = Array.from({ length: 20 }, (_, place) => formerLine(body, 'a', place + 200)).join('');
    return { ...honest, body: `${former}${lineOver('x\n', 'a')}${lineOver(body, 'a')}${again}` };
  });
  assert.equal(await site.setRule(site.policy(['a'])), undefined);
  assert.deepEqual(site.cosigners, ['a']);
  assert.ok(site.shown.note.includes(lineOver(site.shown.note.slice(0, site.shown.note.indexOf('\n\n') + 1), 'a')));
});

/** A witness that has taken the question and will not finish its answer; how long our patience is then, nobody else waits. */
const UNFINISHED: readonly (readonly [scenario: string, begin: RequestListener, words: RegExp, steps: number])[] = [
  ['never answers', () => undefined, /a: \S+ sent no complete answer header within 3 s;?/, 3],
  [
    'drips',
    (_, response) => void setInterval(() => response.write('x'), 1).unref(),
    /a: \S+ was not complete after 4 s;?/,
    4,
  ],
];

for (const [scenario, begin, words, steps] of UNFINISHED) {
  test(`R-01 one that ${scenario} has a few seconds, and holds up nobody else`, async (t) => {
    const site = await WatchedSite.open(t);
    let [isBegun, asked] = [false, 0];
    const url = await serve(t, (request, response) => {
      if (isBegun) {
        asked++;
        begin(request, response);
      } else response.writeHead(503).end();
    });
    await site.watch('b');
    const clock = new SeenClock(site.clock);
    await site.restart(undefined, clock);
    await site.setRule(site.policy(['a', 'b'], 2, { a: url }));
    isBegun = true;
    const looking = site.look();
    // The other one has answered: of this one, a bound in all and another for its part are left.
    await until(() => asked > 0 && clock.waiting <= 2);
    for (let step = 0; step < steps; step++) {
      site.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match((await looking) ?? '', words);
    assert.doesNotMatch((await looking) ?? '', / b: /);
  });
}
