/** M-17, T-05: a log that was seen once must be the beginning of every log that is shown later. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Code, isRefusal } from '../../../src/errors.ts';
import type { Logged } from '../../../src/client/trust/ledger.ts';
import { signerOf } from '../../tlog/test-keys.ts';
import { look, ShownLog } from './shown-log.ts';

async function refused(code: Code, words: RegExp, looking: Promise<Logged>): Promise<void> {
  await assert.rejects(looking, (error) => {
    assert.ok(isRefusal(error), String(error));
    assert.deepEqual([error.code, words.test(error.what)], [code, true], error.what);
    return true;
  });
}

for (const [before, after] of [
  [1, 2],
  [1, 300],
  [7, 8],
  [255, 257],
  [256, 257],
  [300, 70_000],
] as const) {
  test(`a log that grew from ${String(before)} to ${String(after)} entries is compared by its tiles`, async () => {
    const log = new ShownLog().grow(before);
    const remembered = log.checkpoint();
    log.grow(after - before - 1);
    const index = log.timestamp(1);
    const logged = await look(log, log.proof(index), { remembered });
    assert.equal(logged.size, after);
    assert.ok(log.asked.length > 0, 'the log was compared');
  });
}

test('the same checkpoint again needs nothing', async () => {
  const log = new ShownLog().grow(4);
  const index = log.timestamp(1);
  await look(log, log.proof(index), { remembered: log.checkpoint(), isOffline: true });
  assert.deepEqual(log.asked, []);
});

test('M-17: a log from which an entry was taken, or in which one was altered, is not continued', async () => {
  const honest = new ShownLog().grow(20);
  const remembered = honest.checkpoint();
  for (const entries of [
    honest.entries.filter((_, at) => at !== 7),
    honest.entries.map((entry, at) => (at === 7 ? Buffer.from('{"n":7,"other":1}') : entry)),
    [...honest.entries.slice(0, 7), ...honest.entries.slice(7).reverse()],
  ]) {
    const rewritten = new ShownLog(entries).grow(5);
    const index = rewritten.timestamp(1);
    await refused('TRUST_LOG_FORK', /not the beginning/, look(rewritten, rewritten.proof(index), { remembered }));
  }
});

test('S-06: a log that is shorter than it was is refused, however well it is signed and witnessed', async () => {
  const log = new ShownLog().grow(5);
  const index = log.timestamp(1);
  const early = log.proof(index);
  log.grow(3);
  await refused(
    'TRUST_LOG_FORK',
    /had 9 entries before, and has 6 now/,
    look(log, early, { remembered: log.checkpoint() }),
  );
});

test('M-09: another log of the same size is another history', async () => {
  const [one, other] = [new ShownLog().grow(4), new ShownLog().grow(3)];
  other.timestamp(9);
  const [index, twin] = [one.timestamp(1), other.timestamp(1)];
  await look(one, one.proof(index));
  await refused(
    'TRUST_LOG_FORK',
    /are others than before/,
    look(other, other.proof(twin), { remembered: one.checkpoint() }),
  );
});

test('tiles that lie make no proof', async () => {
  const log = new ShownLog().grow(300);
  const remembered = log.checkpoint();
  log.grow(10);
  const index = log.timestamp(1);
  const liar = Object.assign(Object.create(log) as ShownLog, {
    read: async (path: string) => {
      const tile = Buffer.from(await log.read(path));
      tile[40] = (tile[40] ?? 0) ^ 1;
      return tile;
    },
  });
  await refused('TRUST_LOG_FORK', /not the beginning/, look(liar, log.proof(index), { remembered }));
  const short = Object.assign(Object.create(log) as ShownLog, { read: () => Promise.resolve(new Uint8Array(32)) });
  await refused('TRUST_LOG_FORMAT', /./, look(short, log.proof(index), { remembered }));
});

test('a longer log cannot be compared offline, and is not believed', async () => {
  const log = new ShownLog().grow(4);
  const remembered = log.checkpoint();
  const index = log.timestamp(1);
  await refused('TRUST_LOG_FORK', /offline/, look(log, log.proof(index), { remembered, isOffline: true }));
});

test('a log under another key than the remembered one is no continuation', async () => {
  const old = new ShownLog([], signerOf('log.example/one', 12)).grow(3);
  const log = new ShownLog(old.entries);
  const index = log.timestamp(1);
  await refused('TRUST_LOG_SIGNATURE', /./, look(log, log.proof(index), { remembered: old.checkpoint() }));
});
