/** S-10: every table below the ledger again from the leaves alone, and each row that says something else is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { PROJECTIONS, replayProblems } from '../../src/ledger/replay.ts';
import type { Database, Value } from '../../src/platform/database.ts';
import { Disk } from '../../src/platform/disk.ts';
import { dropTriggers, filledLedger } from './spoilt.ts';

interface Column {
  readonly name: string;
  readonly type: string;
}

function columnsOf(database: Database, table: string): Column[] {
  const rows = database.all(`PRAGMA table_info(${table})`);
  return rows.map((row) => ({ name: String(row['name']), type: String(row['type']) }));
}

/** Anything else of the same type. */
function otherThan(value: Value, { type }: Column): Value {
  if (type === 'INTEGER') return Number(value) + 100;
  return value === null ? 'not null' : `${String(value)}x`;
}

async function problemsOf(database: Database): Promise<string[]> {
  return replayProblems(database, new Disk());
}

/** With nothing that would stop the edit. */
async function openToAll(): Promise<Database> {
  const { database } = await filledLedger();
  dropTriggers(database);
  database.script('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  return database;
}

void test('an honest ledger’s tables are what its leaves say', async () => {
  const database = await openToAll();
  for (const table of Object.keys(PROJECTIONS))
    assert.ok(database.one(`SELECT 1 FROM ${table}`), `${table} has a row that is compared`);
  assert.deepEqual(await problemsOf(database), []);
  database.close();
});

for (const [table, key] of Object.entries(PROJECTIONS)) {
  void test(`S-10: ${table}: a row with any one column altered is named, with the column`, async () => {
    const database = await openToAll();
    const keys = key.split(', ');
    const where = keys.map((name) => `${name} = ?`).join(' AND ');
    const row = database.one(`SELECT * FROM ${table} ORDER BY ${key}`) ?? {};
    const at = keys.map((name) => row[name] ?? null);
    for (const column of columnsOf(database, table)) {
      const before = row[column.name] ?? null;
      const after = otherThan(before, column);
      assert.equal(database.run(`UPDATE ${table} SET ${column.name} = ? WHERE ${where}`, after, ...at), 1);
      const problems = (await problemsOf(database)).join('\n');
      const moved = at.map((value, index) => (keys[index] === column.name ? after : value));
      if (keys.includes(column.name)) {
        assert.match(problems, new RegExp(`The table ${table} lacks the row \\(.*\\) of an event\\.`), column.name);
        assert.ok(problems.includes(`The table ${table} has a row (${moved.join(', ')}) that no event stands for.`));
      } else {
        const told = `The table ${table} says something else in its row (${at.join(', ')}) than the ledger: ${column.name}.`;
        assert.equal(problems, told);
      }
      assert.equal(database.run(`UPDATE ${table} SET ${column.name} = ? WHERE ${where}`, before, ...moved), 1);
    }
    assert.deepEqual(await problemsOf(database), []);
    database.close();
  });

  void test(`S-10: ${table}: a row taken away is named`, async () => {
    const database = await openToAll();
    const keys = key.split(', ');
    const row = database.one(`SELECT * FROM ${table} ORDER BY ${key}`) ?? {};
    const at = keys.map((name) => row[name] ?? null);
    database.run(`DELETE FROM ${table} WHERE ${keys.map((name) => `${name} = ?`).join(' AND ')}`, ...at);
    assert.deepEqual(await problemsOf(database), [`The table ${table} lacks the row (${at.join(', ')}) of an event.`]);
    database.close();
  });
}

void test('S-10: a pointer that was put back to an older state is named', async () => {
  const { database, made } = await filledLedger();
  const before = database.one("SELECT * FROM current WHERE repository = 'one'") ?? {};
  made.publish('one', { targets: 3 }, new Map(), []);
  assert.deepEqual(await problemsOf(database), []);
  const columns = Object.keys(before);
  const set = columns.map((name) => `${name} = ?`).join(', ');
  database.run(`UPDATE current SET ${set} WHERE repository = 'one'`, ...Object.values(before));
  const [problem] = await problemsOf(database);
  assert.match(
    problem ?? '',
    /^The table current says something else in its row \(one\) than the ledger: generation, /,
  );
  database.close();
});

void test('S-10: a list that a leaf names, gone or altered, is named instead of believed', async () => {
  for (const sql of [
    'UPDATE file SET bytes = CAST(replace(CAST(bytes AS TEXT), \'"version":1\', \'"version":7\') AS BLOB) WHERE sha256 = ?',
    'DELETE FROM file WHERE sha256 = ?',
  ]) {
    const database = await openToAll();
    const digest = String(database.one('SELECT authored_sha256 AS sha256 FROM import WHERE number = 1')?.['sha256']);
    assert.equal(database.run(sql, digest), 1);
    await assert.rejects(
      problemsOf(database),
      (error) => isRefusal(error, 'STATE_DAMAGED') && error.message.includes(digest),
    );
    database.close();
  }
});
