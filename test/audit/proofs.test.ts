/** One entry as a file that proves itself: bound to the very bytes that are asked about (T-03), and claiming no time (T-04). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProof } from '../../src/audit/proofs/check.ts';
import { entryOf, proveEntry, type Wanted } from '../../src/audit/proofs/prove.ts';
import { isRefusal, type Code } from '../../src/errors.ts';
import { decodeLeaf } from '../../src/ledger/events/leaf.ts';
import { leafBytes, logSize } from '../../src/ledger/log-rows.ts';
import { rulesOf } from '../../src/mirror.ts';
import { formatProof, parseProof } from '../../src/tlog/proof.ts';
import { leafHash } from '../../src/tlog/tree.ts';
import { AuditedOffice } from './office.ts';
import { watchers } from './watchers.ts';

function refuses(work: () => unknown, code: Code): void {
  assert.throws(work, (error) => isRefusal(error, code));
}

async function prove(office: AuditedOffice, wanted: Wanted): Promise<{ index: number; proof: string }> {
  const { database } = office.mirror;
  const index = await office.ask((inquiry) => entryOf(inquiry, wanted));
  return { index, proof: proveEntry(database, index, logSize(database)).proof };
}

test('every entry is proved, and checked with nothing but the file and the log’s key', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  await office.renew();
  const { logKey } = rulesOf(office.mirror).genesis;
  const { database } = office.mirror;
  for (let entry = 0; entry < logSize(database); entry++) {
    const { proof } = await prove(office, { entry });
    const answer = checkProof({ proof: Buffer.from(proof), logKey });
    assert.deepEqual(
      [answer.ok, answer.entry, answer.type],
      [true, entry, decodeLeaf(leafBytes(database, entry), entry).type],
    );
    assert.equal(answer.leaf_hash, Buffer.from(leafHash(leafBytes(database, entry))).toString('hex'));
    assert.equal(answer.times?.witnessed_at, undefined);
  }
  refuses(() => proveEntry(database, logSize(database), logSize(database)), 'USAGE_OPTION');
});

test('T-03: a proof is worth nothing for other bytes, another entry or another log, and its extra is believed by nobody', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  const other = await AuditedOffice.open(context);
  const { logKey } = rulesOf(office.mirror).genesis;
  const { proof } = await prove(office, { entry: 2 });
  const bytes = leafBytes(office.mirror.database, 2);
  const parts = parseProof(proof);
  const check = (bent: Partial<typeof parts>, entry?: Uint8Array, key = logKey) =>
    checkProof({ proof: Buffer.from(formatProof({ ...parts, ...bent })), entry, logKey: key });
  const altered = Buffer.from(bytes.toString().replace('"claimed_at":"2026', '"claimed_at":"2016'));
  refuses(() => check({ extra: altered }), 'TRUST_LOG_PROOF');
  refuses(() => check({}, altered), 'TRUST_LOG_PROOF');
  refuses(() => check({}, leafBytes(office.mirror.database, 3)), 'TRUST_LOG_PROOF');
  refuses(() => check({ index: 3 }), 'TRUST_LOG_PROOF');
  refuses(() => check({ hashes: parts.hashes.slice(1) }), 'TRUST_LOG_PROOF');
  refuses(() => check({}, undefined, rulesOf(other.mirror).genesis.logKey), 'TRUST_LOG_SIGNATURE');
  refuses(
    () => check({ checkpoint: parseProof(proveEntry(other.mirror.database, 0, 1).proof).checkpoint }),
    'TRUST_LOG_SIGNATURE',
  );
  assert.equal(
    check({ extra: Buffer.from('anything') }, bytes).ok,
    true,
    'the bytes in question count, whatever lies in extra',
  );
  const bare = { index: parts.index, hashes: parts.hashes, checkpoint: parts.checkpoint };
  refuses(() => checkProof({ proof: Buffer.from(formatProof(bare)), logKey }), 'USAGE_OPTION');
});

test('without a key from elsewhere the answer is no, and says what is not known', async (context) => {
  const office = await AuditedOffice.open(context);
  const { proof } = await prove(office, { entry: 0 });
  const answer = checkProof({ proof: Buffer.from(proof) });
  assert.equal(answer.ok, false);
  assert.match(answer.not_known.join('\n'), /Who signed the tree: no log key was given/);
  assert.ok(!answer.established.join('\n').includes('signed that tree'));
});

test('T-04: a time that was written into an entry is told as claimed, whoever proves the entry', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  const { policy, witnesses, late } = watchers(() => office.clock.now(), 'audit', 'platform');
  await office.setWitnesses(policy, witnesses, ['ann', 'bob']);
  await office.import();
  const { proof } = await prove(office, { import: 1, part: 'claim' });
  const key = `log ${rulesOf(office.mirror).genesis.logKey}\n`;
  const answer = checkProof({ proof: Buffer.from(proof), witnessPolicy: `${key}${policy}` });
  assert.equal(answer.ok, true);
  assert.ok(answer.times?.claimed_at !== undefined && answer.times.witnessed_at !== undefined);
  assert.ok(answer.times.witnessed_at > answer.times.received_at);
  assert.match(answer.not_known.join('\n'), /claimed_at is what a person wrote, received_at what the mirror wrote/);
  assert.ok(answer.established.every((line) => !/claimed|received/.test(line)));
  late.delete('platform');
  await office.import();
  const few = checkProof({
    proof: Buffer.from((await prove(office, { entry: 0 })).proof),
    witnessPolicy: `${key}${policy}`,
  });
  assert.equal(few.ok, false, 'one witness is no quorum of two');
});

test('an entry is found by what it is about: observation, claim, publication, and what one person last said', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  const ann = await office.say('withdraw', 'ann', 1);
  const record = rulesOf(office.mirror).imports.get(1);
  const index = async (wanted: Wanted) => (await prove(office, wanted)).index;
  assert.equal(await index({ import: 1, part: 'observation' }), record?.observed.index);
  assert.equal(await index({ import: 1, part: 'claim' }), record?.claim.index);
  assert.equal(await index({ import: 1, part: 'publication' }), record?.published[0]?.index);
  assert.equal(await index({ import: 1, part: 'approval', person: 'ann' }), ann.index);
  const rejects = (wanted: Wanted, code: Code) =>
    assert.rejects(prove(office, wanted), (error) => isRefusal(error, code));
  await rejects({ import: 1, part: 'approval' }, 'USAGE_OPTION');
  await rejects({ import: 1, part: 'approval', person: 'eve' }, 'USAGE_OPTION');
  await rejects({ import: 1, part: 'approval', person: 'nobody' }, 'USAGE_UNKNOWN_OPERATOR');
  await rejects({ import: 9, part: 'claim' }, 'USAGE_UNKNOWN_IMPORT');
  await office.import();
  await rejects({ import: 2, part: 'publication' }, 'USAGE_OPTION');
});
