/** Who approved what is served, for guards that ask people: only where the operator says so, and only what people signed. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { signaturesOf } from '../../src/cli/serving.ts';
import { requireApprovals } from '../../src/client/trust/approvals.ts';
import { isRefusal } from '../../src/errors.ts';
import { canonicalBytes, statementDigest } from '../../src/ledger/events/leaf.ts';
import type { ImportApproval } from '../../src/ledger/events/statements.ts';
import { publishVerified, withWriter } from '../../src/mirror.ts';
import { reverifyImport } from '../../src/publish/reverify.ts';
import { PURPOSES } from '../../src/sshsig/namespaces.ts';
import { parsePublicKeyLine } from '../../src/sshsig/public-key.ts';
import { parseProof } from '../../src/tlog/proof.ts';
import { leafHash } from '../../src/tlog/tree.ts';
import { encodeHex } from '../../src/tuf/encoding.ts';
import { hex, policyOf } from '../gate/names.ts';
import { forge } from '../sshsig/forge.ts';
import { ed25519 } from '../sshsig/people.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { LoggedMirror } from './logged.ts';

const ANN = parsePublicKeyLine(ed25519('ann').line);
const PIN = { threshold: 1, keys: [ANN] };

interface Document {
  readonly schema: string;
  readonly repository: string;
  readonly generation: number;
  readonly import: number;
  readonly publication: string;
  readonly observation: string;
  readonly approvals: readonly {
    readonly statement: string;
    readonly signature: string | null;
    readonly proof: string;
  }[];
}

interface Approved {
  readonly mirror: LoggedMirror;
  readonly statement: ImportApproval;
  readonly armored: string;
  /** Of the signature in the sealed store. */
  readonly digest: string;
  readonly state: Parameters<typeof requireApprovals>[2];
}

/** A repository whose newest import waited, and was published on Ann’s word; those before it wait for ever. */
async function approved(t: TestContext, upstream = new SimulatedUpstream(), number = 1): Promise<Approved> {
  const mirror = await LoggedMirror.open(t);
  const { reader, sealed } = mirror.mirror;
  const policy = policyOf({ min_approvers: 1 });
  const policySha256 = statementDigest(policy);
  const unsigned = { subject_sha256: hex('nobody can sign yet'), signatures: [] };
  const scope = { scope: '*', sha256: policySha256, policy, ...unsigned };
  await mirror.append({ type: 'policy.set', actor: 'local', body: scope });
  const one = await mirror.enrol('one', upstream);
  await one.importExpecting('waits');
  for (let before = 1; before < number; before += 1) {
    upstream.publish();
    await one.importExpecting('waits');
  }
  const { entry, targetsRoot, candidate } = reader.import(number);
  const { event, bytes } = reader.log.entry(entry);
  assert.ok(event.type === 'import.verified');
  const [actor, key] = [`a-${hex('ann', 10)}`, ANN.fingerprint];
  const statement: ImportApproval = {
    ...{ schema: 'import-approval/1', approval_id: hex('ann', 16), mirror_id: event.mirrorId, repo_id: 'one' },
    ...{
      import_id: number,
      observation: { index: entry, hash: encodeHex(leafHash(bytes)) },
      candidate: candidate ?? '',
    },
    ...{ targets_root: targetsRoot ?? '', files_sha256: event.body.statement.files_sha256, decision: 'approve' },
    ...{ as_role: null, policy_sha256: policySha256, summary_sha256: hex('summary'), valid_until: null },
    ...{ comment: null, approver: { actor, key }, claimed_at: '2026-11-23T03:00:00Z' },
  };
  const armored = forge(ed25519('ann'), { message: canonicalBytes(statement), namespace: PURPOSES.importApproval });
  const digest = sealed.keep('signature', armored);
  const body = { statement, signature: { key, sshsig_sha256: digest } };
  const added = { actor, name: hex('name'), roles: ['approver'], ...unsigned };
  const keyAdded = { actor, key, key_type: 'ssh-ed25519', is_hardware: 'no', ...unsigned } as const;
  await mirror.append(
    { type: 'actor.add', actor: 'local', body: added },
    { type: 'key.add', actor: 'local', body: keyAdded },
    { type: 'approval', actor, body },
  );
  const enrolment = reader.enrolment(one.id);
  const { candidate: verified, memory } = await reverifyImport(mirror.mirror, enrolment, number);
  const { outcome } = await withWriter(mirror.mirror, (writer) =>
    publishVerified(mirror.mirror, writer, { enrolment, candidate: verified, import: number, memory }),
  );
  assert.equal(outcome, 'published');
  await mirror.restart((asked) => sealed.open(asked)?.value);
  const { snapshotSha256 } = reader.import(number).asOf ?? {};
  const state = { repository: one.id, generation: 1, upstreamSnapshotSha256: snapshotSha256 ?? '' };
  return { mirror, statement, armored, digest, state };
}

/** The log as a guard accepts it with the timestamp. */
async function acceptedOf(mirror: LoggedMirror): Promise<Parameters<typeof requireApprovals>[1]> {
  const { checkpoint } = parseProof(await mirror.body('/one/timestamp.json.tlog-proof'));
  return { key: mirror.logKey, checkpoint };
}

async function documentOf(mirror: LoggedMirror): Promise<Document> {
  return JSON.parse(String(await mirror.body('/one/approvals.json'))) as Document;
}

void test('a guard that asks for Ann finds her statement, her signature and the proofs, and believes them', async (t) => {
  const { mirror, statement, armored, state } = await approved(t);
  const { headers, body } = await mirror.ask('/one/approvals.json');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('cache-control'), 'no-cache, no-transform');
  assert.equal(requireApprovals(PIN, await acceptedOf(mirror), state, body), 1);
  const { approvals, ...named } = await documentOf(mirror);
  assert.deepEqual(
    approvals.map(({ statement: signed, signature }) => [signed, signature]),
    [[canonicalBytes(statement).toString(), armored]],
  );
  const { schema, repository, generation, import: number, publication } = named;
  assert.deepEqual([schema, repository, generation, number], ['countersign-approvals/1', 'one', 1, 1]);
  assert.equal(publication, String(await mirror.body('/one/publication.tlog-proof')));
  await mirror.renew();
  const renewed = await mirror.body('/one/approvals.json');
  assert.notDeepEqual(renewed, body, 'under the newest checkpoint');
  const accepted = await acceptedOf(mirror);
  assert.equal(requireApprovals(PIN, accepted, state, renewed), 1);
  assert.throws(
    () => requireApprovals(PIN, accepted, state, body),
    (error) => isRefusal(error, 'TRUST_LOG_PROOF'),
  );
});

void test('without `publish_approvals` there is nothing, and a role of that name is only a role', async (t) => {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'approvals', { paths: ['x'] });
  upstream.publish();
  const { mirror } = await approved(t, upstream);
  const role = await mirror.body('/one/1.approvals.json');
  assert.notDeepEqual(await mirror.body('/one/approvals.json'), role, 'upstream cannot hide the approvals');
  assert.deepEqual(await mirror.body('/one/metadata/approvals.json'), role);
  await mirror.restart();
  assert.deepEqual(await mirror.body('/one/approvals.json'), role);
});

void test('an erased signature is gone from the next answer on, and without it nobody has approved', async (t) => {
  const { mirror, digest, state } = await approved(t);
  assert.ok((await documentOf(mirror)).approvals[0]?.signature);
  mirror.mirror.sealed.erase(digest);
  const [erased] = (await documentOf(mirror)).approvals;
  assert.equal(erased?.signature, null);
  const body = await mirror.body('/one/approvals.json');
  const accepted = await acceptedOf(mirror);
  assert.throws(
    () => requireApprovals(PIN, accepted, state, body),
    (error) => isRefusal(error, 'TRUST_APPROVALS'),
  );
});

void test('of the sealed store signatures are shown, and nothing else that lies there', async (t) => {
  const mirror = await LoggedMirror.open(t);
  const { sealed } = mirror.mirror;
  const signatures = signaturesOf(mirror.mirror);
  assert.equal(signatures(sealed.keep('signature', 'armored')), 'armored');
  assert.equal(signatures(sealed.keep('public-key', 'ssh-ed25519 AAAA')), undefined);
  assert.equal(signatures(sealed.seal('name', 'Ann')), undefined);
  assert.equal(signatures(hex('erased')), undefined);
});

void test('upstream’s files of an import that waits are not public, though what is published has the same content', async (t) => {
  const { mirror } = await approved(t, new SimulatedUpstream(), 2);
  const { database, reader } = mirror.mirror;
  assert.equal(database.one('SELECT content_of FROM import WHERE number = 2')?.['content_of'], 1);
  const published = reader.importFiles(2).filter(({ kind }) => kind !== 'evidence');
  for (const { fileSha256 } of published) assert.equal(await mirror.status(`/one/upstream/sha256/${fileSha256}`), 200);
  const waiting = reader
    .importFiles(1)
    .filter(({ fileSha256 }) => !published.some((its) => its.fileSha256 === fileSha256));
  assert.deepEqual(waiting.map(({ role }) => role).sort(), ['snapshot', 'timestamp']);
  for (const { fileSha256 } of waiting) assert.equal(await mirror.status(`/one/upstream/sha256/${fileSha256}`), 404);
});

void test('where one account publishes alone there is a list of nobody', async (t) => {
  const mirror = await LoggedMirror.open(t, () => undefined);
  await mirror.mirrorOf('one');
  assert.deepEqual((await documentOf(mirror)).approvals, []);
  assert.equal(await mirror.status('/two/approvals.json'), 404);
  await mirror.restart();
  assert.equal(await mirror.status('/one/approvals.json'), 404);
});
