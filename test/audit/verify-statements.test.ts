/** Whose word each entry is: forged statements, publications that nobody agreed to, and sealed values that are not what they were. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unapproved } from '../../src/audit/questions/unapproved.ts';
import { attest } from '../../src/ledger/keys.ts';
import { canonicalBytes } from '../../src/ledger/events/leaf.ts';
import type { ImportApproval, Publication } from '../../src/ledger/events/statements.ts';
import { PUBLICATION } from '../../src/ledger/transcript.ts';
import { rulesOf } from '../../src/mirror.ts';
import { actorOf, fingerprintOf, hex } from '../gate/names.ts';
import { smuggle } from './interfere.ts';
import { AuditedOffice, signedBy } from './office.ts';

async function codes(office: AuditedOffice): Promise<string[]> {
  return (await office.verify()).findings.map(({ code, entry, row }) => `${code} ${entry ?? row ?? ''}`);
}

/** What the mirror’s own keys state about a publication of an import, on this word. */
function publicationOf(office: AuditedOffice, number: number, bend: Partial<Publication> = {}): Publication {
  const rules = rulesOf(office.mirror);
  const current = rules.imports.current(office.repository)?.statement;
  const record = rules.imports.get(number);
  assert.ok(current && record);
  return {
    ...current,
    ...{ generation: current.generation + 1, import_id: number, approvals: [], replaces: current.generation },
    observation: { index: record.observed.index, hash: record.observed.hash },
    ...bend,
  };
}

function publish(office: AuditedOffice, statement: Publication): Promise<number> {
  const signature = attest(office.mirror.writerOptions.keys.attestation, PUBLICATION, canonicalBytes(statement));
  return smuggle(office, 'publish', { statement, signature });
}

test('a publication that nobody agreed to is named, by the verification and by whoever asks what was unapproved', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  office.change('second');
  await office.import();
  await office.say('approve', 'ann', 2);
  const entry = await publish(office, publicationOf(office, 2));
  const { findings } = await office.verify();
  const [finding] = findings;
  assert.deepEqual([finding?.code, finding?.entry], ['POLICY_APPROVALS', entry]);
  assert.match(finding?.what ?? '', /Generation 2 of sample \(import 2\).*1 of 2 people have approved it/);
  const answer = await office.ask((inquiry) => unapproved(inquiry, { now: office.clock.now() }));
  assert.equal(answer.ok, false);
  assert.deepEqual(
    answer.publications.map(({ generation, problem }) => [generation, problem !== undefined]),
    [[2, true]],
  );
});

test('approvals that did not count are no ground: the importer’s own, one taken back, one under a key revoked before', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  office.change('second');
  await office.import();
  const ann = await office.say('approve', 'ann', 2);
  const bob = await office.say('approve', 'bob', 2);
  await office.say('withdraw', 'bob', 2);
  const first = await publish(office, publicationOf(office, 2, { approvals: [ann, bob] }));
  assert.deepEqual(await codes(office), [`POLICY_APPROVALS ${first}`]);
});

test('a policy that was not in force is no policy', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  office.change('second');
  await office.import();
  const both = [await office.say('approve', 'ann', 2), await office.say('approve', 'bob', 2)];
  const entry = await publish(office, publicationOf(office, 2, { approvals: both, policy_sha256: hex('another') }));
  const { findings } = await office.verify();
  assert.deepEqual(
    findings.map(({ code, entry: place }) => [code, place]),
    [['POLICY_APPROVALS', entry]],
  );
  assert.match(findings[0]?.what ?? '', /another policy/);
});

test('a statement that another key signed, or under another type, is not the server’s', async (context) => {
  const office = await AuditedOffice.open(context);
  await office.import('local');
  office.change('second');
  await office.import('local');
  const statement = publicationOf(office, 1);
  const { keys } = office.mirror.writerOptions;
  const observed = attest(
    keys.attestation,
    'application/vnd.countersign.observation.v1+json',
    canonicalBytes(statement),
  );
  const stranger = await smuggle(office, 'publish', { statement, signature: observed });
  assert.ok((await codes(office)).includes(`STATE_LEDGER ${stranger}`));
});

test('people’s statements: another key than is named, a signature that went without a word, and one that was exchanged', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  const rules = rulesOf(office.mirror);
  const record = rules.imports.get(1);
  const given = record?.approvals[0];
  assert.ok(record && given?.signature);
  // Signed by Bob’s key, and said to be Eve’s word.
  const statement: ImportApproval = {
    ...given.statement,
    ...{ approval_id: hex('forged', 16), approver: { actor: actorOf('eve'), key: fingerprintOf('eve') } },
  };
  const armored = signedBy('bob', canonicalBytes(statement), 'import-approval.v1@countersign');
  const forged = await smuggle(office, 'approval', {
    statement,
    signature: { key: fingerprintOf('eve'), sshsig_sha256: office.mirror.sealed.keep('signature', armored) },
  });
  assert.deepEqual(await codes(office), [`TRUST_SSH_SIGNATURE ${forged}`]);
  office.mirror.sealed.erase(given.signature.sshsig_sha256);
  // The publication that rested on it cannot be shown to have been agreed to any more, and nothing says why.
  const { findings } = await office.verify();
  assert.deepEqual(
    findings.map(({ code, entry }) => [code, entry]),
    [
      ['TRUST_SSH_SIGNATURE', given.index],
      ['POLICY_APPROVALS', record.published[0]?.index],
      ['TRUST_SSH_SIGNATURE', forged],
    ],
  );
  assert.match(findings[0]?.what ?? '', /gone, and no entry says that it was erased/);
});

test('sealed values: gone without a word, altered, and said to be erased while they are still there', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.import('ivan', { reason: 'weekly' });
  const rules = rulesOf(office.mirror);
  const claim = rules.imports.get(1)?.claim;
  const reason = claim?.statement.reason.text ?? '';
  office.mirror.sealed.erase(reason);
  assert.deepEqual(await codes(office), [`STATE_SEALED ${String(claim?.index)}`]);
  const redaction = await office.commit({
    type: 'redaction',
    actor: 'local',
    body: { commitment: reason, ground: 'mistake' },
  });
  const { checked } = await office.verified();
  assert.equal(checked.redacted_values, 1);
  const place = claim?.statement.source.place ?? '';
  const early = await office.commit({
    type: 'redaction',
    actor: 'local',
    body: { commitment: place, ground: 'retention' },
  });
  assert.deepEqual(await codes(office), [`STATE_SEALED ${early.index}`]);
  assert.ok(early.index > redaction.index);
});
