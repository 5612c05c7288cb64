/** A guard that asks for the ledger, in front of a real mirror: what it asks for, what it remembers, what it tells. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isRefusal } from '../../../src/errors.ts';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { LedgerPin } from '../../../src/client/pin/pin.ts';
import { parseWitnessPolicy } from '../../../src/tlog/witness-policy.ts';
import { guardedBy, type GuardedMirror } from '../../simulator/guarded.ts';

function ledgerOf({ mirrored }: GuardedMirror): LedgerPin {
  const { log, writerOptions } = mirrored.mirror;
  const { key } = writerOptions.keys.checkpoints(log.facts.origin);
  const text = `log ${key.text}\nquorum none\n`;
  return { text, log: key, witnesses: parseWitnessPolicy(text), address: undefined, approvals: undefined };
}

async function asking(t: TestContext): Promise<{ guarded: GuardedMirror; ledger: LedgerPin }> {
  const guarded = await guardedBy(t);
  return { guarded, ledger: ledgerOf(guarded) };
}

test('the first refresh asks for one proof, and the verdict says where the state stands in the log', async (t) => {
  const { guarded, ledger } = await asking(t);
  const guard = guarded.guard({ pin: guarded.pin({ ledger }) });
  const standing = await guard.refresh();
  assert.equal(standing.ledger?.origin, ledger.log.name);
  assert.equal(standing.ledger.size, guarded.mirrored.mirror.log.size);
  assert.deepEqual(
    guarded.requests.filter((path) => path.endsWith('.tlog-proof') || path.includes('/log/')),
    ['timestamp.json.tlog-proof'],
  );
  assert.ok(standing.notKnown.some(({ code }) => code === 'witnesses'));
});

test('nothing changed: one request, the held proof is verified again', async (t) => {
  const { guarded, ledger } = await asking(t);
  const guard = guarded.guard({ pin: guarded.pin({ ledger }) });
  await guard.refresh();
  guarded.requests.length = 0;
  const standing = await guard.refresh();
  assert.deepEqual(guarded.requests, ['metadata/timestamp.json']);
  assert.ok(standing.ledger);
});

test('after a renewal the log is compared by its tiles with the one that was seen', async (t) => {
  const { guarded, ledger } = await asking(t);
  const store = memoryStore();
  const guard = guarded.guard({ pin: guarded.pin({ ledger }), store });
  const before = await guard.refresh();
  await guarded.renew();
  guarded.requests.length = 0;
  const after = await guard.refresh();
  assert.ok((after.ledger?.size ?? 0) > (before.ledger?.size ?? 0));
  assert.ok(
    guarded.requests.some((path) => path.includes('/log/tile/')),
    guarded.requests.join(' '),
  );
});

test('M-17: a mirror that shows an older log, or none, is refused, and nothing is kept of it', async (t) => {
  const { guarded, ledger } = await asking(t);
  const store = memoryStore();
  const guard = guarded.guard({ pin: guarded.pin({ ledger }), store });
  const early = Buffer.from(await (await fetch(new URL('timestamp.json.tlog-proof', guarded.url))).arrayBuffer());
  await guarded.renew();
  await guard.refresh();
  await guarded.renew();
  guarded.answer('timestamp.json.tlog-proof', early);
  await assert.rejects(guard.refresh(), (error) => isRefusal(error, 'TRUST_LOG_PROOF'));
  guarded.answer('timestamp.json.tlog-proof', 404);
  await assert.rejects(guard.refresh(), (error) => isRefusal(error, 'TRUST_LOG_PROOF'));
  guarded.restore();
  assert.ok((await guard.refresh()).ledger);
});

test('offline the proof that is held is enough', async (t) => {
  const { guarded, ledger } = await asking(t);
  const policy = { ...guarded.pin().policy, maxOffline: 86_400_000 };
  const guard = guarded.guard({ pin: guarded.pin({ ledger, policy }) });
  await guard.refresh();
  guarded.requests.length = 0;
  const standing = await guard.refresh({ mode: 'offline' });
  assert.deepEqual(guarded.requests, []);
  assert.ok(standing.ledger);
});

test('a pin that begins to ask finds a guard without a proof, and it fetches one', async (t) => {
  const { guarded, ledger } = await asking(t);
  const store = memoryStore();
  await guarded.guard({ store }).refresh();
  const standing = await guarded.guard({ pin: guarded.pin({ ledger }), store }).refresh();
  assert.ok(standing.ledger);
});
