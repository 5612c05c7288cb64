/**
 * S-02, S-10: rows of the record are added and never changed, not even by somebody with the sqlite3 shell, whose
 * connection has none of our settings; and whoever takes the triggers away first is found by fsck.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { default as Sqlite, Database } from 'better-sqlite3';
import { closeMirror } from '../../src/open.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { FakeClock } from '../simulator/clock.ts';
import { importFrom, LATER, open, pathsOf, Places, upstreamAt } from './place.ts';

const SqliteShell = createRequire(import.meta.url)('better-sqlite3') as typeof Sqlite;
const places = new Places();
after(() => places.remove());

/** Everything but `current`, the one pointer that moves, `writer`, the fencing token, and the schema’s own list. */
const MUTABLE = ['current', 'writer', 'migration'];

function shell(directory: string): Database {
  const database = new SqliteShell(join(pathsOf(directory).data, 'record.sqlite'));
  database.pragma('recursive_triggers = OFF');
  return database;
}

function tablesOf(database: Database): string[] {
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('sqlite_'));
}

function columnsOf(database: Database, table: string): string[] {
  return (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
}

/** What somebody would try on a table, and the row count that must stay. */
function attacks(database: Database, table: string): Map<string, string> {
  const columns = columnsOf(database, table);
  const list = columns.join(', ');
  const first = columns[0] ?? '';
  return new Map([
    ['UPDATE', `UPDATE ${table} SET ${first} = ${first}`],
    ['DELETE', `DELETE FROM ${table}`],
    ['REPLACE', `INSERT OR REPLACE INTO ${table} SELECT * FROM ${table}`],
    ['UPSERT', `INSERT INTO ${table} SELECT * FROM ${table} WHERE true ON CONFLICT DO UPDATE SET ${first} = ${first}`],
    ['REPLACE by rowid', `INSERT OR REPLACE INTO ${table} (rowid, ${list}) SELECT rowid, ${list} FROM ${table}`],
  ]);
}

void test('S-02: UPDATE, DELETE, REPLACE and UPSERT are refused for every table, on a connection with default settings', async () => {
  const directory = await places.copy('online');
  const database = shell(directory);
  const tables = tablesOf(database).filter((table) => !MUTABLE.includes(table));
  assert.ok(tables.length >= 10);
  for (const table of tables) {
    const before = database.prepare(`SELECT rowid, * FROM ${table}`).all();
    assert.ok(before.length > 0, `${table} has a row to attack`);
    for (const [attack, sql] of attacks(database, table)) {
      assert.throws(
        () => database.prepare(sql).run(),
        /append only|never replaced|must follow|only rise/,
        `${attack} on ${table}`,
      );
      assert.deepEqual(database.prepare(`SELECT rowid, * FROM ${table}`).all(), before);
    }
  }
  database.close();
});

void test('S-02: an event, import or generation with a gap before it, and a version that does not rise, are refused', async () => {
  const directory = await places.copy('online');
  const database = shell(directory);
  const copyWith = (table: string, column: string, value: string): string => {
    const columns = columnsOf(database, table);
    const values = columns.map((name) => (name === column ? value : name));
    return `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table} LIMIT 1`;
  };
  for (const [table, column, value] of [
    ['event', 'idx', '(SELECT MAX(idx) + 2 FROM event)'],
    ['event', 'idx', '-1'],
    ['import', 'number', '(SELECT MAX(number) + 2 FROM import)'],
    ['generation', 'number', '(SELECT MAX(number) + 2 FROM generation)'],
    ['issued', 'version', 'version - 1'],
    ['reservation', 'version', 'version - 1'],
  ] as const) {
    const sql = copyWith(table, column, value);
    assert.throws(() => database.prepare(sql).run(), /must follow|only rise/, sql);
  }
  database.close();
});

void test('S-02: dropping any trigger, or putting an emptier one in its place, is found by fsck', async () => {
  const directory = await places.copy('online');
  const database = shell(directory);
  const triggers = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all() as {
    name: string;
    sql: string;
  }[];
  assert.ok(triggers.length >= 25);
  for (const { name, sql } of triggers) {
    database.exec(`DROP TRIGGER ${name}`);
    await requireFound(directory, name);
    database.exec(sql.replace(/BEGIN[\s\S]*END/, 'BEGIN SELECT 1; END'));
    await requireFound(directory, name);
    database.exec(`DROP TRIGGER ${name}`);
    database.exec(sql);
  }
  database.close();
  assert.deepEqual(await findings(directory), []);
});

/** An edit by somebody who takes the trigger away and puts it back word for word. */
const EDITS: readonly { table: string; sql: string }[] = [
  {
    table: 'event',
    sql: `UPDATE event SET body = replace(body, 'simulated', 'other') WHERE kind = 'repository-enrolled'`,
  },
  { table: 'event', sql: `UPDATE event SET body = 'no JSON' WHERE idx = 2` },
  { table: 'event', sql: `UPDATE event SET at = '2020-01-01T00:00:00.000Z' WHERE idx = 1` },
  { table: 'file', sql: `UPDATE file SET bytes = CAST(replace(CAST(bytes AS TEXT), 'targets', 'tragets') AS BLOB)` },
  { table: 'repository', sql: `UPDATE repository SET upstream = 'elsewhere'` },
  { table: 'repository', sql: `UPDATE repository SET max_upstream_age_days = 100000` },
  { table: 'repository_limit', sql: `UPDATE repository_limit SET value = 1000000` },
  { table: 'import', sql: `UPDATE import SET candidate = '${'0'.repeat(64)}'` },
  { table: 'import', sql: `UPDATE import SET claim = '{"as":"somebody else"}'` },
  { table: 'import', sql: `UPDATE import SET decisions = '[{"kind":"exclude-role","role":"team","reason":"x"}]'` },
  { table: 'import', sql: `UPDATE import SET as_of = replace(as_of, '2026-11-30', '2099-11-30')` },
  { table: 'import', sql: `UPDATE import SET source = 'elsewhere'` },
  {
    table: 'import_file',
    sql: `UPDATE import_file SET file_sha256 = (SELECT root_sha256 FROM repository) WHERE role = 'team'`,
  },
  { table: 'import_target', sql: `UPDATE import_target SET sha256 = '${'0'.repeat(64)}'` },
  { table: 'import_target', sql: `UPDATE import_target SET path = 'renamed' WHERE path = 'one.txt'` },
  { table: 'generation', sql: `UPDATE generation SET created_at = '2020-01-01T00:00:00Z'` },
  { table: 'generation_role', sql: `UPDATE generation_role SET version = version + 1` },
  { table: 'generation_role', sql: `UPDATE generation_role SET reachable = 0 WHERE role = 'team'` },
  {
    table: 'issued',
    sql: `UPDATE issued SET file_sha256 = (SELECT root_sha256 FROM repository) WHERE role = 'snapshot'`,
  },
  { table: 'issued', sql: `UPDATE issued SET expires = '2099-01-01T00:00:00Z'` },
  { table: 'reservation', sql: `UPDATE reservation SET version = version - 1000` },
];

void test('S-10: a pointer that was put back to an older state, whole and well signed, is found by fsck', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const older = mirror.database.one('SELECT * FROM current');
  await importFrom(mirror, upstreamAt(2));
  closeMirror(mirror);
  assert.deepEqual(await findings(directory), []);
  const database = shell(directory);
  const columns = ['generation', 'root_version', 'snapshot_version', 'timestamp_version', 'online_epoch'];
  const values = columns.map((column) => older?.[column]);
  database.prepare(`UPDATE current SET ${columns.map((column) => `${column} = ?`).join(', ')}`).run(...values);
  database.close();
  assert.ok((await findings(directory)).some((what) => what.includes('published last')));
});

for (const { table, sql } of EDITS) {
  void test(`S-10: a row of ${table} that was edited behind the triggers is found by fsck: ${sql.slice(0, 60)}`, async () => {
    const directory = await places.copy('online');
    const database = shell(directory);
    const trigger = `${table}_no_update`;
    const { sql: text } = database.prepare('SELECT sql FROM sqlite_master WHERE name = ?').get(trigger) as {
      sql: string;
    };
    database.pragma('foreign_keys = OFF');
    database.exec(`DROP TRIGGER ${trigger}`);
    assert.ok(database.prepare(sql).run().changes > 0);
    database.exec(text);
    database.close();
    assert.notDeepEqual(await findings(directory), []);
  });
}

async function requireFound(directory: string, name: string): Promise<void> {
  const found = await findings(directory);
  assert.ok(
    found.some((what) => what.includes(name)),
    `${name}: ${found.join(' ')}`,
  );
}

async function findings(directory: string): Promise<string[]> {
  const mirror = await open(directory, new FakeClock(LATER));
  try {
    return (await fsck(mirror)).findings.map(({ what }) => what);
  } finally {
    closeMirror(mirror);
  }
}
