/**
 * S-02, S-10: rows of the record are added and never changed, not even by somebody with the sqlite3 shell, whose
 * connection has none of our settings; and whoever takes the triggers away first is found by fsck.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { default as Sqlite, Database } from 'better-sqlite3';
import { signCheckpoint } from '../../src/ledger/checkpoints.ts';
import { closeMirror } from '../../src/open.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { FakeClock } from '../simulator/clock.ts';
import { editBehindTriggers } from '../simulator/edited.ts';
import { importFrom, LATER, open, pathsOf, Places, upstreamAt } from './place.ts';

const SqliteShell = createRequire(import.meta.url)('better-sqlite3') as typeof Sqlite;
const places = new Places();
after(() => places.remove());

/** The pointer that moves, what was signed last, the fencing token, and the schema’s own list. */
const MUTABLE = ['current', 'signed_head', 'writer', 'migration'];

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

const isWithoutRowid = (database: Database, table: string): boolean =>
  String(database.prepare('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(table)).includes('WITHOUT ROWID');

/** What somebody would try on a table, and the row count that must stay. */
function attacks(database: Database, table: string): Map<string, string> {
  const columns = columnsOf(database, table);
  const list = columns.join(', ');
  const first = columns[0] ?? '';
  const copy = `INTO ${table} (${list}) SELECT ${list} FROM ${table}`;
  const found = new Map([
    ['UPDATE', `UPDATE ${table} SET ${first} = ${first}`],
    ['DELETE', `DELETE FROM ${table}`],
    ['REPLACE', `INSERT OR REPLACE ${copy}`],
    ['UPSERT', `INSERT ${copy} WHERE true ON CONFLICT DO UPDATE SET ${first} = ${first}`],
  ]);
  if (!isWithoutRowid(database, table))
    found.set(
      'REPLACE by rowid',
      `INSERT OR REPLACE INTO ${table} (rowid, ${list}) SELECT rowid, ${list} FROM ${table}`,
    );
  return found;
}

/** Tables that one import without people and witnesses leaves empty. */
const ROWS = [
  "INSERT INTO cosignature (size, line) SELECT size, 'a line' FROM checkpoint LIMIT 1",
  `INSERT INTO approval (entry, import, repository, actor, decision, at)
   SELECT entry, number, repository, actor, 'approve', finished_at FROM import LIMIT 1`,
  'INSERT INTO retirement (repository, import, entry) SELECT repository, number, entry FROM import LIMIT 1',
];
const REFUSED = /append only|never replaced|must follow|only rise|only grows/;

void test('S-02: UPDATE, DELETE, REPLACE and UPSERT are refused for every table, on a connection with default settings', async () => {
  const directory = await places.copy('online');
  const database = shell(directory);
  for (const sql of ROWS) database.prepare(sql).run();
  const tables = tablesOf(database).filter((table) => !MUTABLE.includes(table));
  assert.ok(tables.length >= 15, 'every table of the ledger, its projections and the counter');
  for (const table of tables) {
    const select = `SELECT ${isWithoutRowid(database, table) ? '' : 'rowid, '}* FROM ${table}`;
    const before = database.prepare(select).all();
    assert.ok(before.length > 0, `${table} has a row to attack`);
    for (const [attack, sql] of attacks(database, table)) {
      assert.throws(() => database.prepare(sql).run(), REFUSED, `${attack} on ${table}`);
      assert.deepEqual(database.prepare(select).all(), before);
    }
  }
  database.close();
});

void test('S-02: an entry, import or generation with a gap before it, a smaller checkpoint, and a version that does not rise, are refused', async () => {
  const directory = await places.copy('online');
  const database = shell(directory);
  const copyWith = (table: string, column: string, value: string): string => {
    const columns = columnsOf(database, table);
    const values = columns.map((name) => (name === column ? value : name));
    return `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table} LIMIT 1`;
  };
  for (const [table, column, value] of [
    ['log_entry', 'idx', '(SELECT MAX(idx) + 2 FROM log_entry)'],
    ['log_entry', 'idx', '-1'],
    ['checkpoint', 'size', '(SELECT MAX(size) - 1 FROM checkpoint)'],
    ['import', 'number', '(SELECT MAX(number) + 2 FROM import)'],
    ['generation', 'number', '(SELECT MAX(number) + 2 FROM generation)'],
    ['issued', 'version', 'version - 1'],
    ['reservation', 'version', 'version - 1'],
  ] as const) {
    const sql = copyWith(table, column, value);
    assert.throws(() => database.prepare(sql).run(), REFUSED, sql);
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
  assert.ok(triggers.length >= 40, 'three of each table');
  // Both are found by the same comparison: one of them each, in turn.
  for (const [at, { name, sql }] of triggers.entries()) {
    database.exec(`DROP TRIGGER ${name}`);
    if (at % 2 === 0) database.exec(sql.replace(/BEGIN[\s\S]*END/, 'BEGIN SELECT 1; END'));
    await requireFound(directory, name);
    if (at % 2 === 0) database.exec(`DROP TRIGGER ${name}`);
    database.exec(sql);
  }
  database.close();
  assert.deepEqual(await findings(directory), []);
});

/** An edit by somebody who takes the triggers away and puts them back word for word, and what the report says of it. */
const EDITS: readonly { table: string; sql: string; told: string }[] = [
  {
    table: 'log_entry',
    sql: `UPDATE log_entry SET body = replace(body, 'simulated', 'other') WHERE idx = 1`,
    told: 'Entry 1',
  },
  { table: 'log_entry', sql: `UPDATE log_entry SET body = '{}' WHERE idx = 2`, told: 'Entry 2' },
  {
    table: 'log_entry',
    sql: `UPDATE log_entry SET body = replace(body, '"at":"20', '"at":"19') WHERE idx = 4`,
    told: 'Entry 4',
  },
  {
    table: 'log_entry',
    sql: `UPDATE log_entry SET body = (SELECT body FROM log_entry AS o WHERE o.idx = 7 - log_entry.idx) WHERE idx IN (3, 4)`,
    told: 'Entry 3',
  },
  { table: 'log_entry', sql: `DELETE FROM log_entry WHERE idx = 3`, told: 'Entry 3 of the ledger is missing' },
  {
    table: 'log_entry',
    sql: `DELETE FROM log_entry WHERE idx = (SELECT MAX(idx) FROM log_entry)`,
    told: 'it held 8 before',
  },
  {
    table: 'log_node',
    sql: `UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND position = 5`,
    told: 'Entry 5',
  },
  {
    table: 'log_node',
    sql: `UPDATE log_node SET hash = zeroblob(32) WHERE level = 1 AND position = 0`,
    told: 'Node 0 of level 1',
  },
  {
    table: 'log_node',
    sql: `INSERT INTO log_node (level, position, hash) VALUES (0, 8, zeroblob(32))`,
    told: 'tree has 16 nodes, and its 8 entries make 15',
  },
  { table: 'log_node', sql: `DELETE FROM log_node WHERE level = 2`, told: 'Node 0 of level 2' },
  { table: 'log_node', sql: `UPDATE log_node SET position = 77 WHERE level = 0 AND position = 2`, told: 'Entry 2' },
  {
    table: 'checkpoint',
    sql: `UPDATE checkpoint SET note = replace(note, '/log', '/gol')`,
    told: 'checkpoint of 8 entries',
  },
  {
    table: 'checkpoint',
    sql: `UPDATE checkpoint SET root = zeroblob(32) WHERE size = (SELECT MIN(size) FROM checkpoint)`,
    told: 'The checkpoint of 1 entries',
  },
  {
    table: 'checkpoint',
    sql: `UPDATE checkpoint SET note = (SELECT note FROM checkpoint ORDER BY size LIMIT 1) WHERE size = 3`,
    told: 'The checkpoint of 3 entries',
  },
  {
    table: 'file',
    sql: `UPDATE file SET bytes = CAST(replace(CAST(bytes AS TEXT), 'targets', 'tragets') AS BLOB)`,
    told: 'not what it was',
  },
  { table: 'file', sql: `DELETE FROM file WHERE sha256 = (SELECT authored_sha256 FROM import)`, told: 'missing' },
  { table: 'repository', sql: `UPDATE repository SET upstream = 'elsewhere'`, told: 'repository' },
  { table: 'repository', sql: `UPDATE repository SET max_upstream_age_days = 100000`, told: 'repository' },
  { table: 'repository_limit', sql: `UPDATE repository_limit SET value = 1000000`, told: 'repository_limit' },
  { table: 'import', sql: `UPDATE import SET candidate = '${'0'.repeat(64)}'`, told: 'candidate' },
  { table: 'import', sql: `UPDATE import SET actor = 'a-00000000000000000000'`, told: 'actor' },
  { table: 'import', sql: `UPDATE import SET reason = '${'0'.repeat(64)}'`, told: 'reason' },
  { table: 'import', sql: `UPDATE import SET place = NULL, uri = 'https://elsewhere.example/'`, told: 'uri' },
  {
    table: 'import',
    sql: `UPDATE import SET decisions = '[{"kind":"exclude-role","role":"team","reason":"x"}]'`,
    told: 'decisions',
  },
  { table: 'import', sql: `UPDATE import SET as_of = replace(as_of, '2026-11-30', '2099-11-30')`, told: 'as_of' },
  { table: 'import', sql: `UPDATE import SET finished_at = '2020-01-01T00:00:00Z'`, told: 'finished_at' },
  {
    table: 'import_file',
    sql: `UPDATE import_file SET file_sha256 = (SELECT root_sha256 FROM repository) WHERE role = 'team'`,
    told: 'import_file',
  },
  { table: 'import_file', sql: `DELETE FROM import_file WHERE role = 'team'`, told: 'import_file' },
  { table: 'import_target', sql: `UPDATE import_target SET sha256 = '${'0'.repeat(64)}'`, told: 'import_target' },
  {
    table: 'import_target',
    sql: `UPDATE import_target SET path = 'renamed' WHERE path = 'one.txt'`,
    told: 'import_target',
  },
  { table: 'approval', sql: ROWS[1] ?? '', told: 'approval' },
  { table: 'generation', sql: `UPDATE generation SET created_at = '2020-01-01T00:00:00Z'`, told: 'created_at' },
  { table: 'generation_role', sql: `UPDATE generation_role SET version = version + 1`, told: 'generation_role' },
  { table: 'generation_role', sql: `UPDATE generation_role SET reachable = 0 WHERE role = 'team'`, told: 'reachable' },
  {
    table: 'issued',
    sql: `UPDATE issued SET file_sha256 = (SELECT root_sha256 FROM repository) WHERE role = 'snapshot'`,
    told: 'file_sha256',
  },
  { table: 'issued', sql: `UPDATE issued SET expires = '2099-01-01T00:00:00Z'`, told: 'expires' },
  { table: 'reservation', sql: `UPDATE reservation SET version = version - 1000`, told: 'is not reserved' },
];

void test('S-10: a checkpoint over another tree is named, even one that the log’s own key signed', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const { log, writerOptions } = mirror;
  log.catchUp(mirror.database);
  const { origin } = log.facts;
  const forked = { origin, size: 3, root: Buffer.alloc(32, 7) };
  const note = signCheckpoint(forked, writerOptions.keys.checkpoints(origin));
  closeMirror(mirror);
  const path = join(pathsOf(directory).data, 'record.sqlite');
  editBehindTriggers(path, (database) => database.run('UPDATE checkpoint SET note = ? WHERE size = 3', note));
  await requireFound(directory, 'The checkpoint of 3 entries is not the one that was released.');
});

void test('S-10: a pointer that was put back to an older state, whole and well signed, is found by fsck', async () => {
  const directory = await places.copy('online');
  const mirror = await open(directory, new FakeClock(LATER));
  const older = mirror.database.one('SELECT * FROM current');
  await importFrom(mirror, upstreamAt(2));
  closeMirror(mirror);
  assert.deepEqual(await findings(directory), []);
  const database = shell(directory);
  const columns = ['generation', 'root_version', 'snapshot_version', 'timestamp_version', 'online_epoch', 'entry'];
  const values = columns.map((column) => older?.[column]);
  database.prepare(`UPDATE current SET ${columns.map((column) => `${column} = ?`).join(', ')}`).run(...values);
  database.close();
  await requireFound(directory, 'The table current says something else in its row (site) than the ledger: generation');
});

for (const { table, sql, told } of EDITS) {
  void test(`S-10: a row of ${table} that was edited behind the triggers is named by fsck: ${sql.slice(0, 90)}`, async () => {
    const directory = await places.copy('online');
    const database = shell(directory);
    const triggers = database
      .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?")
      .all(table) as { name: string; sql: string }[];
    database.pragma('foreign_keys = OFF');
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
    assert.ok(database.prepare(sql).run().changes > 0, 'the edit changes something');
    for (const trigger of triggers) database.exec(trigger.sql);
    database.close();
    await requireFound(directory, told);
  });
}

async function requireFound(directory: string, name: string): Promise<void> {
  const found = await findings(directory);
  assert.ok(
    found.some((what) => what.includes(name)),
    `${name}, in: ${found.join(' ')}`,
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
