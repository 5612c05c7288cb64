/** Step 7 alone: which proofs a guard believes, of which log, seen by whom. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Code, isRefusal } from '../../../src/errors.ts';
import type { Logged } from '../../../src/client/trust/ledger.ts';
import { formatProof, parseProof } from '../../../src/tlog/proof.ts';
import { signerOf } from '../../tlog/test-keys.ts';
import { digestOf, ledgerPin, look, ShownLog, WITNESSES } from './shown-log.ts';

async function refused(code: Code, words: RegExp, looking: Promise<Logged>): Promise<void> {
  await assert.rejects(looking, (error) => {
    assert.ok(isRefusal(error), String(error));
    assert.deepEqual([error.code, words.test(error.what)], [code, true], error.what);
    return true;
  });
}

test('a timestamp in the log, seen by enough witnesses, is believed, and says where it stands', async () => {
  const log = new ShownLog().grow(3);
  const index = log.timestamp(1);
  log.grow(2);
  const logged = await look(log, log.proof(index));
  assert.deepEqual([logged.index, logged.size, logged.witnesses], [3, 6, ['one', 'two']]);
  assert.equal(logged.witnessedAt?.toISOString(), new Date(1_795_000_000_000).toISOString());
  assert.deepEqual(log.asked, [], 'without anything remembered no tile is needed');
});

const OTHERS: [string, Parameters<ShownLog['timestamp']>[1], RegExp][] = [
  ['another timestamp', { timestamp: digestOf(2) }, /another timestamp/],
  ['another generation', { generation: 2 }, /another timestamp/],
  ['another repository', { repository: 'other' }, /another repository/],
  ['something else', { type: 'root.issued' }, /something else/],
  ['another entry', { n: 7 }, /another entry/],
];
for (const [what, told, words] of OTHERS) {
  test(`T-03: a proof about ${what}, which is in the log as well, proves nothing here`, async () => {
    const log = new ShownLog();
    await refused('TRUST_LOG_PROOF', words, look(log, log.proof(log.timestamp(1, told))));
  });
}

test('T-03: an entry that was altered after it was proven is not in the log', async () => {
  const log = new ShownLog().grow(4);
  const proof = parseProof(log.proof(log.timestamp(2)));
  const extra = Buffer.from(
    Buffer.from(proof.extra ?? [])
      .toString()
      .replace(digestOf(2), digestOf(1)),
  );
  await refused('TRUST_LOG_PROOF', /not shown to be/, look(log, Buffer.from(formatProof({ ...proof, extra }))));
});

test('a proof without the entry’s bytes is no answer', async () => {
  const log = new ShownLog();
  const { index, hashes, checkpoint } = parseProof(log.proof(log.timestamp(1)));
  const bare = Buffer.from(formatProof({ index, hashes, checkpoint }));
  await refused('TRUST_LOG_PROOF', /no entry/, look(log, bare));
});

test('a log of another key, or of another name, is not the pinned one', async () => {
  for (const signer of [signerOf('log.example/one', 12), signerOf('log.example/other', 11)]) {
    const log = new ShownLog([], signer);
    await refused('TRUST_LOG_SIGNATURE', /./, look(log, log.proof(log.timestamp(1))));
  }
});

test('M-09: fewer witnesses than the pin asks for are not enough, and the missing ones are named', async () => {
  const log = new ShownLog();
  const index = log.timestamp(1);
  const seen = log.proof(index, log.checkpoint(WITNESSES.slice(1, 2)));
  await refused('TRUST_LOG_WITNESSES', /1 have seen.*missing: one, three/, look(log, seen));
  await look(log, seen, { pin: ledgerPin(1) });
  await look(log, log.proof(index, log.checkpoint([])), { pin: ledgerPin(0) });
});

test('T-02: one witness that signs twice is one witness', async () => {
  const log = new ShownLog();
  const index = log.timestamp(1);
  const [one = assert.fail()] = WITNESSES;
  const later = log.checkpoint([one], 1, 1_795_000_060).split('\n').at(-2) ?? '';
  const twice = `${log.checkpoint([one])}${later}\n`;
  await refused('TRUST_LOG_WITNESSES', /1 have seen/, look(log, log.proof(index, twice)));
});

test('a cosignature of another checkpoint fails the whole note', async () => {
  const log = new ShownLog();
  const index = log.timestamp(1);
  const line =
    new ShownLog()
      .grow(1)
      .checkpoint([WITNESSES[0] as never])
      .split('\n')
      .at(-2) ?? '';
  await refused('TRUST_LOG_SIGNATURE', /./, look(log, log.proof(index, `${log.checkpoint([])}${line}\n`)));
});

test('garbage in the place of the proof says so', async () => {
  const log = new ShownLog();
  await refused('TRUST_LOG_FORMAT', /./, look(log, Buffer.from('<html>')));
});
