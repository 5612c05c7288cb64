/** Rows that were made to point elsewhere, and leaves that name others than they should: an error, and never a proof of that. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EventBody } from '../../src/ledger/events/types.ts';
import type { LeafRef } from '../../src/ledger/events/statements.ts';
import { approvalsOf } from '../../src/serve/approvals.ts';
import { timestampProof } from '../../src/serve/proofs.ts';
import { isRefusal } from '../../src/errors.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { TestMirror } from './fixture.ts';

const REFUSED = '500 {"code":"STATE_LEDGER"}\n';

/** Two repositories; “one” was renewed and has two generations. */
async function twoRepositories(t: TestContext): Promise<TestMirror> {
  const mirror = await TestMirror.open(t, { id: 'two' }, { id: 'one' }, { id: 'one' });
  mirror.renew('one');
  mirror.trees.refresh();
  mirror.database.script(
    'DROP TRIGGER generation_no_update; DROP TRIGGER issued_no_update; DROP TRIGGER log_node_no_update',
  );
  return mirror;
}

/** Entries of a type that are about a repository, oldest first. */
function entriesOf({ reader }: TestMirror, type: 'serve.timestamp' | 'publish', repository: string): number[] {
  const all = Array.from({ length: reader.log.size() }, (_, index) => reader.event(index));
  return all.flatMap((event) => {
    if (event.type !== type) return [];
    const about = event.type === 'publish' ? event.body.statement.repo_id : event.body.repository;
    return about === repository ? [event.n] : [];
  });
}

void test('T-03: the pointer to the timestamp’s leaf leads to an older one, another repository’s, or something else', async (t) => {
  const mirror = await twoRepositories(t);
  const [other] = entriesOf(mirror, 'serve.timestamp', 'two');
  assert.match(await mirror.text('/two/timestamp.json.tlog-proof'), /^200 /, 'and is remembered');
  const [older] = entriesOf(mirror, 'serve.timestamp', 'one').slice(-2);
  const [publication] = entriesOf(mirror, 'publish', 'one').slice(-1);
  for (const entry of [other, older, publication, 0]) {
    mirror.database.run("UPDATE current SET entry = ? WHERE repository = 'one'", entry ?? -1);
    mirror.trees.refresh();
    assert.equal(await mirror.text('/one/timestamp.json.tlog-proof'), REFUSED);
  }
  // The very same bytes under another id are another repository’s all the same.
  const { now } = mirror.trees;
  const [one, two] = ['one', 'two'].map((id) => now.repositories.get(id));
  assert.ok(one && two && now.log);
  const proving = { reader: mirror.reader, released: now.log };
  const current = { ...two.current, repository: repositoryId('one') };
  const mixed = Object.assign(Object.create(two) as typeof two, { current, timestamp: two.timestamp });
  assert.throws(
    () => timestampProof(proving, mixed),
    (error) => isRefusal(error, 'STATE_LEDGER'),
  );
});

void test('the generation’s leaf is another generation’s, another repository’s, or gone', async (t) => {
  const mirror = await twoRepositories(t);
  assert.match(await mirror.text('/one/publication.tlog-proof'), /^200 /);
  const [first] = entriesOf(mirror, 'publish', 'one');
  const timestamp = entriesOf(mirror, 'serve.timestamp', 'one').at(-1);
  for (const entry of [first, timestamp, 0]) {
    mirror.database.run("UPDATE generation SET entry = ? WHERE repository = 'one' AND number = 2", entry ?? -1);
    assert.equal(await mirror.text('/one/publication.tlog-proof'), REFUSED);
  }
  mirror.database.run("UPDATE generation SET entry = ? WHERE repository = 'two'", first ?? -1);
  assert.equal(await mirror.text('/two/publication.tlog-proof'), REFUSED);
});

void test('a timestamp of the past is another repository’s, or something else', async (t) => {
  const mirror = await twoRepositories(t);
  const at = '/one/at/2026-01-01T00:00:02Z/timestamp.json';
  assert.match(await mirror.text(at), /^200 /);
  const [other] = entriesOf(mirror, 'serve.timestamp', 'two');
  for (const entry of [other, 0]) {
    mirror.database.run("UPDATE issued SET entry = ? WHERE repository = 'one'", entry ?? -1);
    assert.equal(await mirror.text(at), REFUSED);
  }
});

void test('W-10: a proof that would not verify is not made', async (t) => {
  const mirror = await twoRepositories(t);
  assert.match(await mirror.text('/two/timestamp.json.tlog-proof'), /^200 /);
  mirror.database.run('UPDATE log_node SET hash = zeroblob(32) WHERE level = 0');
  assert.equal(await mirror.text('/one/timestamp.json.tlog-proof'), REFUSED);
  assert.match(await mirror.text('/two/timestamp.json.tlog-proof'), /^200 /, 'what was verified stays true');
  assert.match(await mirror.text('/one/timestamp.json'), /^200 /, 'and serving goes on');
});

void test('a publication that names approvals or an observation that are others than it says', async (t) => {
  const mirror = await twoRepositories(t);
  const { ledger, reader } = mirror;
  const [publication] = entriesOf(mirror, 'publish', 'one').slice(-1);
  const made = reader.event(publication ?? -1);
  assert.ok(made.type === 'publish');
  const { statement } = made.body;
  const approve = (import_id: number): LeafRef => {
    const hash = '0'.repeat(64);
    const body: EventBody<'approval'> = {
      statement: {
        ...{ schema: 'import-approval/1', approval_id: '0'.repeat(32), mirror_id: '0'.repeat(32), repo_id: 'one' },
        ...{ import_id, observation: statement.observation, candidate: hash, targets_root: hash, files_sha256: hash },
        ...{ decision: 'approve', as_role: null, policy_sha256: hash, summary_sha256: hash, valid_until: null },
        ...{ comment: null, approver: { actor: 'local', key: null }, claimed_at: '2026-01-01T00:00:00Z' },
      },
      signature: null,
    };
    const [leaf] = ledger.append({ type: 'approval', actor: 'local', body });
    assert.ok(leaf);
    return leaf;
  };
  /** What is shown for a generation whose publication says this. */
  const shown = (bent: Partial<typeof statement>): unknown => {
    const generation = (reader.current(repositoryId('one'))?.generation ?? 0) + 1;
    const body = { ...made.body, statement: { ...statement, generation, replaces: generation - 1, ...bent } };
    ledger.append({ type: 'publish', actor: 'system:publish', body });
    ledger.renew('one', generation);
    mirror.trees.refresh();
    const { now } = mirror.trees;
    const served = now.repositories.get('one');
    assert.ok(served?.current.generation === generation && now.log);
    const { body: document } = approvalsOf({ reader, released: now.log }, served, () => undefined);
    return (JSON.parse(document.toString()) as { approvals: unknown }).approvals;
  };
  const own = approve(statement.import_id);
  const [approval] = shown({ approvals: [own] }) as { statement: string; signature: unknown }[];
  assert.match(approval?.statement ?? '', /"decision":"approve"/);
  assert.equal(approval?.signature, null);
  for (const bent of [
    { approvals: [own, { ...own, hash: statement.observation.hash }] },
    { approvals: [statement.observation] },
    { approvals: [approve(statement.import_id - 1)] },
    { observation: { ...statement.observation, hash: own.hash } },
    { observation: { ...statement.observation, index: statement.observation.index - 1 } },
    { observation: own },
  ]) {
    assert.throws(
      () => shown(bent),
      (error) => isRefusal(error, 'STATE_LEDGER'),
      JSON.stringify(bent),
    );
  }
});
