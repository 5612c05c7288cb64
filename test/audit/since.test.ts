/** “Nothing was removed since”: against a checkpoint that the auditor kept, and witnesses that the auditor chose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { released } from '../../src/ledger/checkpoints.ts';
import { rulesOf } from '../../src/mirror.ts';
import { AuditedOffice } from './office.ts';
import { edit, seal } from './interfere.ts';
import { watchers } from './watchers.ts';

function kept(office: AuditedOffice): Buffer {
  return Buffer.from(released(office.mirror.database)?.note ?? '');
}

test('a log that grew is shown to have only grown, from whichever checkpoint was kept', async (context) => {
  const office = await AuditedOffice.open(context);
  const first = kept(office);
  await office.import('local');
  const second = kept(office);
  await office.renew();
  for (const since of [first, second, kept(office)]) {
    const { ok, since: answer } = await office.verify({ since });
    assert.deepEqual([ok, answer?.is_consistent], [true, true]);
  }
  await assert.rejects(office.verify({ since: Buffer.from('no checkpoint') }), (error) =>
    isRefusal(error, 'TRUST_LOG_FORMAT'),
  );
});

test('a log that was cut and goes on contradicts what was kept, even where head file and checkpoints were made anew', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  const since = kept(office);
  const size = 3;
  edit(office, 'DELETE FROM checkpoint WHERE size > ?', size);
  for (const table of ['current', 'issued', 'generation_role', 'generation', 'import_target', 'import_file', 'import'])
    edit(office, `DELETE FROM ${table}`);
  edit(office, 'DELETE FROM log_node WHERE level = 0 AND position >= ?', size);
  edit(office, 'DELETE FROM log_node WHERE level > 0 AND (position + 1) * (1 << level) > ?', size);
  edit(office, 'DELETE FROM log_entry WHERE idx >= ?', size);
  edit(office, 'DELETE FROM checkpoint');
  edit(
    office,
    "INSERT INTO checkpoint SELECT 1, hash, ?, 'x' FROM log_node WHERE level = 0 AND position = 0",
    since.toString().replace(/\n\d+\n/, '\n1\n'),
  );
  await seal(office);
  edit(office, 'DELETE FROM checkpoint WHERE size = 1');
  const alone = await office.verify();
  assert.ok(!alone.findings.some(({ code }) => code === 'STATE_RESTORED'), 'nothing here remembers');
  const cut = await office.verify({ since });
  assert.equal(cut.since?.is_consistent, false);
  const [finding] = cut.findings.filter(({ code }) => code === 'TRUST_LOG_PROOF');
  assert.match(finding?.what ?? '', /entries were removed/);
});

test('a checkpoint of the same size over other entries, of another log, or under another key, is not consistent', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  const other = await AuditedOffice.open(context);
  await other.import('local');
  const foreign = await office.verify({ since: kept(other) });
  assert.deepEqual([foreign.ok, foreign.since?.is_consistent], [false, false]);
  assert.match(foreign.findings[0]?.what ?? '', /of the log “countersign-[0-9a-f]+\/log”, which this one never was/);
  const note = kept(office).toString();
  const [, , root = ''] = note.split('\n');
  const bent = await office.verify({ since: Buffer.from(note.replace(root, Buffer.alloc(32, 7).toString('base64'))) });
  assert.deepEqual(
    bent.findings.map(({ code }) => code),
    ['TRUST_LOG_SIGNATURE', 'TRUST_LOG_PROOF'],
  );
});

test('the auditor’s own witnesses: a quorum, too few, and a policy about another log', async (context) => {
  const office = await AuditedOffice.open(context);
  const { policy, witnesses, late } = watchers(() => office.clock.now(), 'audit', 'platform');
  await office.setWitnesses(policy, witnesses);
  const { genesis } = rulesOf(office.mirror);
  const seen = await office.verify({ witnessPolicy: `log ${genesis.logKey}\n${policy}` });
  assert.deepEqual([seen.ok, seen.witnesses?.is_quorum, seen.witnesses?.witnesses.length], [true, true, 2]);
  assert.equal(seen.checked.cosignatures, 2);
  late.delete('platform');
  await office.import('local');
  const ledgers = await office.verify();
  assert.deepEqual([ledgers.ok, ledgers.witnesses?.is_quorum, ledgers.witnesses?.missing], [true, false, ['platform']]);
  assert.ok(ledgers.checked.without_quorum > 0, 'the rule was to go on without');
  const asked = await office.verify({ witnessPolicy: policy });
  assert.deepEqual(
    asked.findings.map(({ code }) => code),
    ['STATE_WITNESSES'],
  );
  const other = await AuditedOffice.open(context);
  const wrong = await office.verify({ witnessPolicy: `log ${rulesOf(other.mirror).genesis.logKey}\nquorum none\n` });
  assert.deepEqual(
    wrong.findings.map(({ code }) => code),
    ['TRUST_LOG_SIGNATURE'],
  );
});

test('a line of a known witness that fails, and a checkpoint that should have waited for them', async (context) => {
  const office = await AuditedOffice.open(context);
  const { policy, witnesses } = watchers(() => office.clock.now(), 'audit');
  await office.setWitnesses(policy, witnesses);
  const size = released(office.mirror.database)?.size;
  edit(office, "UPDATE cosignature SET line = replace(line, substr(line, length(line) - 95, 4), 'AAAA')");
  assert.deepEqual((await office.verify()).findings.map(({ code, row }) => [code, row]).slice(0, 1), [
    ['TRUST_LOG_SIGNATURE', `checkpoint ${String(size)}`],
  ]);
});
