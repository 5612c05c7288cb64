/** What leaves the house: entries that hash to their place, a table for people, statements for policy engines; each an entry itself. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { appending } from '../../src/cli/commands/audit-opening.ts';
import { attesting } from '../../src/audit/attesting.ts';
import { readCsv } from '../../src/audit/exports/csv.ts';
import { inTotoLines, PREDICATE, SVR } from '../../src/audit/exports/in-toto.ts';
import { csvLines, jsonLines } from '../../src/audit/exports/json-lines.ts';
import { stretchOf } from '../../src/audit/exports/stretch.ts';
import { MOST_TARGETS } from '../../src/audit/exports/subjects.ts';
import { placeFor, takeToFile } from '../../src/audit/exports/take.ts';
import { checkProof } from '../../src/audit/proofs/check.ts';
import { isSignedDsse, IN_TOTO } from '../../src/dsse.ts';
import { isRefusal, Refusal } from '../../src/errors.ts';
import { logSize } from '../../src/ledger/log-rows.ts';
import { rulesOf } from '../../src/mirror.ts';
import { leafHash } from '../../src/tlog/tree.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { signedBy, AuditedOffice } from './office.ts';
import { canonicalBytes } from '../../src/ledger/events/leaf.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { watchers } from './watchers.ts';

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}
interface Statement {
  readonly _type: string;
  readonly predicateType: string;
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicate: Record<string, never>;
}

async function place(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-export-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

/** The statements of a bundle, each verified with the attestation key of the first entry. */
async function statements(office: AuditedOffice): Promise<Statement[]> {
  const key = Buffer.from(rulesOf(office.mirror).genesis.attestationKey, 'hex');
  const sign = attesting(office.mirror.writerOptions.keys);
  const stretch = stretchOf(office.mirror.database, {});
  const lines = await office.ask((inquiry) => [...inTotoLines(inquiry, stretch, office.clock.now(), sign)]);
  return lines.map((line) => {
    const { payload, payloadType, signatures } = JSON.parse(line) as Envelope;
    const bytes = Buffer.from(payload, 'base64');
    assert.equal(payloadType, IN_TOTO);
    assert.ok(signatures[0] && signatures.length === 1 && isSignedDsse(IN_TOTO, bytes, signatures[0], key));
    return JSON.parse(bytes.toString()) as Statement;
  });
}

test('JSON Lines: every line’s leaf hashes to its leaf hash, and the header names the checkpoint over all of them', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  const { policy, witnesses } = watchers(() => office.clock.now(), 'audit');
  await office.setWitnesses(policy, witnesses, ['ann', 'bob']);
  await office.bringIn();
  const { database } = office.mirror;
  const stretch = stretchOf(database, {});
  const lines = await office.ask((inquiry) => [...jsonLines(inquiry, stretch, office.clock.now())]);
  const [header, ...entries] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    [header?.['kind'], header?.['checkpoint_size'], header?.['from'], header?.['to']],
    ['header', logSize(database), 0, logSize(database)],
  );
  assert.equal(header?.['checkpoint'], stretch.checkpoint.note);
  assert.equal(entries.length, logSize(database));
  for (const [index, { kind, entry, leaf_hash, leaf, witnessed_at }] of entries.entries()) {
    assert.deepEqual([kind, entry], ['entry', index]);
    assert.equal(leaf_hash, Buffer.from(leafHash(Buffer.from(String(leaf)))).toString('hex'));
    assert.match(String(witnessed_at), /Z$/);
  }
});

test('a period is a stretch of the ledger: from its first entry to its last', async (context) => {
  const office = await AuditedOffice.open(context);
  const { database } = office.mirror;
  await office.import('local');
  const [from, size] = [new Date(office.clock.now().getTime() + 1000), logSize(database)];
  await office.renew();
  const to = new Date(office.clock.now().getTime() + 1000);
  const end = logSize(database);
  await office.renew();
  const stretch = (period: object) => (({ from: first, to: last }) => [first, last])(stretchOf(database, period));
  assert.deepEqual(stretch({}), [0, logSize(database)]);
  assert.deepEqual(stretch({ from }), [size, logSize(database)]);
  assert.deepEqual(stretch({ to: from }), [0, size]);
  assert.deepEqual(stretch({ from, to }), [size, end]);
  assert.deepEqual(stretch({ from: new Date('2100-01-01') }), [logSize(database), logSize(database)]);
  assert.deepEqual(stretch({ to: new Date('2000-01-01') }), [0, 0]);
});

test('the table for people says first what it is a table of, and names are opened only when they are asked for', async (context) => {
  const upstream = new SimulatedUpstream().add('file.txt', 'first');
  const office = await AuditedOffice.open(context, upstream);
  await office.add('=ann', ['importer'], [], 'ann');
  await office.commit({
    type: 'limits.set',
    actor: 'local',
    body: { repository: 'sample', limits: { '=cmd()': 1 }, reason: office.mirror.sealed.seal('reason', 'x') },
  });
  const stretch = stretchOf(office.mirror.database, {});
  const table = async (withNames: boolean) => {
    const text = (await office.ask((inquiry) => [...csvLines(inquiry, stretch, office.clock.now(), withNames)])).join(
      '',
    );
    assert.ok(!/(^|[,\n;])"?[\s]*[=@+-]/.test(text), 'nothing begins like a formula');
    return readCsv(text) ?? [];
  };
  const plain = await table(false);
  assert.deepEqual(
    plain.slice(0, 6).map(([name]) => name),
    ['format', 'origin', 'checkpoint_size', 'checkpoint_root', 'exported_at', 'entries'],
  );
  assert.deepEqual([plain[2]?.[1], plain[3]?.[1]], [String(stretch.checkpoint.size), stretch.checkpoint.root]);
  const [columns = [], ...rows] = plain.slice(6);
  assert.deepEqual(columns.slice(0, 5), ['entry', 'type', 'claimed_at', 'received_at', 'witnessed_at']);
  assert.ok(plain.every((row) => row.length === columns.length) && rows.length === stretch.to);
  assert.ok(!JSON.stringify(plain).includes('=ann'));
  const named = (await table(true)).slice(7);
  const person = columns.indexOf('person');
  assert.ok(named.some((row) => row[person] === '=ann'));
});

test('in-toto: subjects by digest, claim, observation, approvals and publication by value, people’s signatures as evidence', async (context) => {
  const office = await AuditedOffice.ofThree(context);
  await office.bringIn();
  const [own, svr, ...more] = await statements(office);
  assert.ok(own && svr && more.length === 0);
  assert.deepEqual(
    [own._type, own.predicateType, svr.predicateType],
    ['https://in-toto.io/Statement/v1', PREDICATE, SVR],
  );
  const { reader } = office.mirror;
  const digests = own.subject.map(({ digest }) => digest['sha256']);
  for (const role of ['snapshot', 'timestamp'] as const)
    assert.ok(digests.includes(reader.issued(office.repository, role)[0]?.fileSha256));
  assert.ok(digests.includes(sha256(office.upstream.file('1.snapshot.json'))));
  assert.deepEqual(own.subject.find(({ name }) => name === 'file.txt')?.digest['sha256'], sha256(Buffer.from('first')));
  assert.deepEqual(svr.subject, own.subject);
  const predicate = own.predicate as unknown as {
    claim: { statement: object; sshsig: { armored: string } };
    approvals: { statement: object; sshsig: { armored: string }; times: Record<string, string | null> }[];
    judgement: object;
  };
  assert.equal(
    predicate.claim.sshsig.armored,
    signedBy('ivan', canonicalBytes(predicate.claim.statement), 'import-claim.v1@countersign'),
  );
  assert.deepEqual(
    predicate.approvals.map(({ sshsig }) => sshsig.armored),
    ['ann', 'bob'].map((name, place) =>
      signedBy(name, canonicalBytes(predicate.approvals[place]?.statement ?? {}), 'import-approval.v1@countersign'),
    ),
  );
  assert.deepEqual(Object.keys(predicate.approvals[0]?.times ?? {}).sort(), [
    'claimed_at',
    'received_at',
    'witnessed_at',
  ]);
  assert.deepEqual(predicate.judgement, { ground: 'approvals', asked: 2, people: 2, problem: null });
  const { properties, verifier } = svr.predicate as unknown as {
    properties: string[];
    verifier: { id: string; policies: object[] };
  };
  for (const property of [
    'MIRROR_UPSTREAM_SIGNATURES_VERIFIED',
    'MIRROR_APPROVED_1_PEOPLE',
    'MIRROR_APPROVED_2_PEOPLE',
    'MIRROR_EVIDENCE_COMPLETE',
    'MIRROR_ALL_ROLES_CARRIED',
  ])
    assert.ok(properties.includes(property), property);
  assert.ok(!properties.includes('MIRROR_APPROVED_3_PEOPLE') && !properties.includes('MIRROR_WITNESSED'));
  assert.match(verifier.id, /^https:\/\/countersign\.invalid\/mirror\/[0-9a-f]{32}\/v1$/);
});

test('in-toto: an emergency is marked for ever, an erased signature counts for nobody, and many targets are named by their lists', async (context) => {
  const upstream = new SimulatedUpstream();
  for (let n = 0; n <= MOST_TARGETS; n++) upstream.add(`${String(n)}.txt`, String(n));
  const office = await AuditedOffice.open(context, upstream, { selection: { kind: 'none' } });
  await office.add('ann', ['approver']);
  await office.add('bob', ['approver'], ['ann']);
  await office.add('ivan', ['importer'], ['ann']);
  await office.setPolicy({ min_approvers: 2, break_glass: { min_approvers: 1, review_within_days: 2 } }, ['ann']);
  await office.bringIn();
  office.change('second');
  await office.import();
  await office.openEmergency(2, ['ann']);
  await office.publish(2);
  const given = rulesOf(office.mirror).imports.get(1)?.approvals[0]?.signature?.sshsig_sha256 ?? '';
  await office.commit({ type: 'redaction', actor: 'local', body: { commitment: given, ground: 'erasure-request' } });
  office.mirror.sealed.erase(given);
  const all = await statements(office);
  const [first, , second] = all;
  assert.deepEqual(first?.subject.map(({ name }) => name).slice(3), ['sample/authored.jsonl', 'sample/carried.jsonl']);
  assert.equal(second?.subject.length, 5);
  const properties = all
    .filter(({ predicateType }) => predicateType === SVR)
    .map(({ predicate }) => (predicate as unknown as { properties: string[] }).properties);
  assert.deepEqual(
    properties.map((list) => list.filter((one) => /APPROVED|EMERGENCY/.test(one))),
    [['MIRROR_APPROVED_1_PEOPLE'], ['MIRROR_APPROVED_1_PEOPLE', 'MIRROR_PUBLISHED_IN_EMERGENCY']],
  );
});

test('an export is an entry before it is a file, names its digest, and has its proof beside it; nothing is written over', async (context) => {
  const office = await AuditedOffice.open(context);
  const directory = await place(context);
  const { disk } = office.mirror;
  const path = await placeFor(disk, directory, 'a.jsonl');
  assert.equal(path, join(directory, 'a.jsonl'));
  const taking = { kind: 'jsonl', from: 0, to: 2, pieces: ['one\n', 'two\n'] };
  const taken = await takeToFile(office.record, path, taking, appending(office.mirror));
  const content = await readFile(path);
  assert.equal(content.toString(), 'one\ntwo\n');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const event = office.mirror.reader.event(taken.leaf.index);
  assert.ok(event.type === 'export');
  assert.deepEqual(event.body, { kind: 'jsonl', from: 0, to: 2, sha256: sha256(content) });
  const { logKey } = rulesOf(office.mirror).genesis;
  const proof = checkProof({ proof: await readFile(taken.proofFile ?? ''), logKey });
  assert.deepEqual([proof.ok, proof.entry, proof.type], [true, taken.leaf.index, 'export']);
  await assert.rejects(takeToFile(office.record, path, taking, appending(office.mirror)), (error) =>
    isRefusal(error, 'USAGE_FILE'),
  );
  await assert.rejects(placeFor(disk, path, 'b'), (error) => isRefusal(error, 'USAGE_FILE'));
  await office.verified();
});

test('A-06: without its entry there is no export, and nothing is left of it', async (context) => {
  const office = await AuditedOffice.open(context);
  const directory = await place(context);
  const full = () => Promise.reject(new Refusal('STATE_DISK', 'The disk is full.'));
  const taking = { kind: 'csv', from: 0, to: 1, pieces: ['x'] };
  await assert.rejects(takeToFile(office.record, join(directory, 'a.csv'), taking, full), (error) =>
    isRefusal(error, 'STATE_DISK'),
  );
  assert.deepEqual(await readdir(directory), []);
  await writeFile(join(directory, 'file'), '');
  await assert.rejects(takeToFile(office.record, join(directory, 'none', 'a.csv'), taking, full), (error) =>
    isRefusal(error, 'USAGE_FILE'),
  );
});
