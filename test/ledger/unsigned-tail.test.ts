/** S-10: leaves and rows that somebody inserts into the database, without a key, decide nothing and are signed by nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal, type Code } from '../../src/errors.ts';
import { canonicalText } from '../../src/ledger/events/leaf.ts';
import { appendLeaf, logSize } from '../../src/ledger/log-rows.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { mirrorOf } from '../simulator/mirror.ts';
import { DAY } from '../simulator/clock.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

const upstream = new SimulatedUpstream();

function refusedWith(code: Code, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isRefusal(error), String(error));
    assert.deepEqual([error.code, words.test(error.what)], [code, true], error.what);
    return true;
  };
}

/** Another leaf like the last of its type, with other words: well-formed, and nobody’s. */
function insertLeaf({ database }: Mirror, type: string, change: (text: string) => string): void {
  const row = database.one('SELECT body FROM log_entry WHERE type = ? ORDER BY idx DESC LIMIT 1', type);
  const leaf = { ...(JSON.parse(String(row?.['body'])) as object), n: logSize(database), nonce: 'f'.repeat(32) };
  database.transaction(() => appendLeaf(database, Buffer.from(change(canonicalText(leaf)))));
}

const renew = (mirror: Mirror): Promise<unknown> =>
  withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));

for (const type of ['serve.timestamp', 'publish', 'import.verified', 'upstream.enrol', 'genesis']) {
  test(`a leaf of the type ${type} that the mirror did not append stops everything, and is named`, async (t) => {
    const mirrored = await mirrorOf(t, upstream);
    await mirrored.importNow();
    const size = logSize(mirrored.mirror.database);
    insertLeaf(mirrored.mirror, type, (text) => text);
    await assert.rejects(renew(mirrored.mirror), (error) => isRefusal(error, 'STATE_LEDGER'));
    assert.equal(logSize(mirrored.mirror.database), size + 1, 'nothing was appended behind it');
  });
}

test('a leaf that comes in while a writer is open is not signed by its next commit', async (t) => {
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  const { mirror } = mirrored;
  await assert.rejects(
    withWriter(mirror, async (writer) => {
      insertLeaf(mirror, 'serve.timestamp', (text) => text);
      await renewDue(mirror, writer, { force: true });
    }),
    refusedWith('STATE_LEDGER', /was not appended by this mirror/),
  );
});

test('another signed head, and none, are no head of this ledger', async (t) => {
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  const { mirror } = mirrored;
  const note = String(mirror.database.one('SELECT note FROM signed_head')?.['note']);
  await renew(mirror);
  mirror.database.run('UPDATE signed_head SET note = ?', note);
  await assert.rejects(renew(mirror), refusedWith('STATE_LEDGER', /was not appended by this mirror/));
  mirror.database.run('DELETE FROM signed_head');
  await assert.rejects(renew(mirror), refusedWith('STATE_LEDGER', /Nobody signed/));
});

/** Rows only, as somebody with the sqlite3 shell changes them. */
function edit({ database }: Mirror, sql: string): void {
  database.script('PRAGMA foreign_keys = OFF');
  const triggers = database.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  for (const { name } of triggers) database.script(`DROP TRIGGER ${String(name)}`);
  database.script(sql);
  for (const trigger of triggers) database.script(String(trigger['sql']));
}

test('F-04: the age limit is the enrolled one, whatever the table says', async (t) => {
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  edit(mirrored.mirror, "UPDATE repository SET max_upstream_age_days = 99999, upstream = 'elsewhere'");
  const { maxUpstreamAgeDays, upstream: address } = mirrored.mirror.reader.enrolment(mirrored.id);
  assert.equal(maxUpstreamAgeDays, 90);
  assert.notEqual(address, 'elsewhere');
  mirrored.clock.step(200 * DAY);
  const outcomes = await withWriter(mirrored.mirror, (writer) => renewDue(mirrored.mirror, writer));
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    ['POLICY_UPSTREAM_AGE'],
  );
});

test('the enrolled root, and what an import brought, are those of the leaves', async (t) => {
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  const { mirror, id } = mirrored;
  const { reader } = mirror;
  const [root, files, last] = [reader.enrolment(id).rootSha256, reader.importFiles(1), reader.lastAccepted(id)];
  edit(
    mirror,
    `UPDATE repository SET root_sha256 = (SELECT file_sha256 FROM issued WHERE role = 'root');
     UPDATE import SET outcome = 'refused', candidate = NULL, as_of = NULL, decisions = '[]';
     UPDATE import_file SET file_sha256 = (SELECT file_sha256 FROM issued WHERE role = 'root'), version = 99`,
  );
  assert.equal(reader.enrolment(id).rootSha256, root);
  assert.deepEqual(reader.importFiles(1), files);
  assert.deepEqual(reader.lastAccepted(id), last);
});

test('a row that names the leaf of something else is refused', async (t) => {
  const mirrored = await mirrorOf(t, upstream);
  await mirrored.importNow();
  edit(mirrored.mirror, 'UPDATE repository SET entry = 0; UPDATE import SET entry = 1');
  const { reader } = mirrored.mirror;
  assert.throws(() => reader.enrolment(mirrored.id), refusedWith('STATE_LEDGER', /about something else/));
  assert.throws(() => reader.importFiles(1), refusedWith('STATE_LEDGER', /about something else/));
});
