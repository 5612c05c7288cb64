/**
 * S-02, S-06, S-10, with the program that everybody has: whoever opens the record in the sqlite3 shell and deletes, alters,
 * swaps or back-dates something, drops a trigger or puts yesterday’s file in its place is found, by name, at the next start
 * or by fsck; and until then nothing is signed.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Code, isRefusal } from '../../src/errors.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { FakeClock } from '../simulator/clock.ts';
import { currentOf } from './aftermath.ts';
import { importFrom, LATER, open, pathsOf, Places, upstreamAt } from './place.ts';

const places = new Places();
after(() => places.remove());

/** Leaves that are gone are missed by what was signed last, and by the head file, whichever is asked first. */
const CUT = ['STATE_LEDGER', 'STATE_RESTORED'] as const;
/** A pointer to nothing is refused as such, one to something else as not the ledger’s. */
const POINTER = ['STATE_LEDGER', 'STATE_NOTHING_PUBLISHED'] as const;

const skip = whyNoShell();

function whyNoShell(): string | false {
  const { stdout, error } = spawnSync('sqlite3', ['--version'], { encoding: 'utf8' });
  if (error) return 'the sqlite3 shell is not installed';
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
  return major * 1000 + minor < 3038 && `sqlite3 ${stdout.split(' ')[0] ?? ''} cannot read generated columns (3.38)`;
}

function recordOf(directory: string): string {
  return join(pathsOf(directory).data, 'record.sqlite');
}

/** @returns what the shell says; throws what it refuses */
function shell(directory: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-bail', recordOf(directory)], {
    input: sql,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** The edit with the table’s triggers out of its way, and the triggers back word for word. */
function edit(directory: string, table: string, sql: string): void {
  const list = (column: string): string =>
    shell(directory, `SELECT ${column} FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '${table}';`);
  const drops = list(`'DROP TRIGGER ' || name || ';'`);
  const triggers = list(`sql || ';'`);
  shell(directory, `BEGIN; ${drops} ${sql}; ${triggers} COMMIT;`);
}

async function renewing(mirror: Mirror): Promise<void> {
  const [outcome] = await withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));
  if (outcome?.outcome !== 'renewed') throw Object.assign(new Error(outcome?.what), { code: outcome?.code });
}

/** Found and named by fsck, and neither an import nor a renewal signs anything on it. */
async function requireStopped(directory: string, codes: readonly Code[], told: string | RegExp): Promise<void> {
  const mirror = await open(directory, new FakeClock(LATER));
  try {
    const before = currentOf(mirror);
    const { findings } = await fsck(mirror);
    assert.ok(
      findings.some(({ what }) => (typeof told === 'string' ? what.includes(told) : told.test(what))),
      `fsck tells ${String(told)}: ${findings.map(({ what }) => what).join(' ')}`,
    );
    for (const signing of [() => importFrom(mirror, upstreamAt(2)), () => renewing(mirror)])
      await assert.rejects(signing(), (error: NodeJS.ErrnoException) => {
        assert.ok(
          codes.some((code) => error.code === code),
          String(error),
        );
        return true;
      });
    assert.deepEqual(currentOf(mirror), before, 'what is served is what was served');
  } finally {
    closeMirror(mirror);
  }
}

void test(
  'S-02: the shell itself refuses to delete and to alter, as long as nobody takes the triggers away',
  { skip },
  async () => {
    const directory = await places.copy('online');
    for (const sql of [
      'DELETE FROM log_entry WHERE idx = 2',
      `UPDATE log_entry SET body = replace(body, '2026', '2025') WHERE idx = 2`,
      'INSERT OR REPLACE INTO log_entry (idx, body) SELECT idx, body FROM log_entry',
      'UPDATE log_node SET hash = zeroblob(32)',
      'DELETE FROM checkpoint',
      'DELETE FROM import',
    ])
      assert.throws(() => shell(directory, `${sql};`), /append only|must follow/, sql);
  },
);

const EDITS: readonly (readonly [
  how: string,
  table: string,
  sql: string,
  codes: readonly Code[],
  told: string | RegExp,
])[] = [
  [
    'an event deleted',
    'log_entry',
    'DELETE FROM log_entry WHERE idx = 3',
    ['STATE_LEDGER'],
    'Entry 3 of the ledger is missing',
  ],
  [
    'the newest event deleted',
    'log_entry',
    'DELETE FROM log_entry WHERE idx = (SELECT MAX(idx) FROM log_entry)',
    CUT,
    /holds 7 events, and it held 8 before/,
  ],
  [
    'an event altered',
    'log_entry',
    `UPDATE log_entry SET body = replace(body, '"selection":"{', '"selection":" {') WHERE idx = 1`,
    ['STATE_LEDGER'],
    'Entry 1 of the ledger is not what was appended',
  ],
  [
    'two events swapped',
    'log_entry',
    `UPDATE log_entry SET body = (SELECT o.body FROM log_entry o WHERE o.idx = 9 - log_entry.idx) WHERE idx IN (4, 5)`,
    ['STATE_LEDGER'],
    'Entry 4 of the ledger is not what was appended',
  ],
  [
    'the time of an event edited',
    'log_entry',
    `UPDATE log_entry SET body = replace(body, '"at":"2026-', '"at":"2025-') WHERE idx = 5`,
    ['STATE_LEDGER'],
    'Entry 5 of the ledger is not what was appended',
  ],
  [
    'a node of the tree altered',
    'log_node',
    'UPDATE log_node SET hash = zeroblob(32) WHERE level = 1 AND position = 2',
    ['STATE_LEDGER'],
    'Node 2 of level 1 is not what the ledger’s entries make',
  ],
  [
    'a checkpoint altered',
    'checkpoint',
    `UPDATE checkpoint SET note = replace(note, 'countersign-', 'countersigm-')`,
    ['STATE_LEDGER'],
    'checkpoint of 8 entries is not one of its own',
  ],
  [
    'the pointer to what is served moved',
    'current',
    'UPDATE current SET snapshot_version = snapshot_version - 1',
    POINTER,
    'The table current says something else in its row (site)',
  ],
  [
    'an issued file exchanged',
    'issued',
    `UPDATE issued SET file_sha256 = (SELECT root_sha256 FROM repository) WHERE role = 'timestamp'`,
    ['STATE_LEDGER'],
    /The table issued says something else in its row \(site, timestamp, 1, \d+\) than the ledger: file_sha256/,
  ],
  [
    'a listed role put back',
    'generation_role',
    `UPDATE generation_role SET version = version + 1 WHERE role = 'team'`,
    ['STATE_LEDGER'],
    'The table generation_role says something else in its row (site, 1, team)',
  ],
];

for (const [how, table, sql, codes, told] of EDITS)
  void test(`S-10: ${how} in the shell is found and named, and signing stops`, { skip }, async () => {
    const directory = await places.copy('online');
    edit(directory, table, sql);
    if (table === 'generation_role') await requireNamed(directory, told);
    else await requireStopped(directory, codes, told);
  });

void test(
  'S-02: a trigger dropped in the shell is found and named, and signing stops until it is back',
  { skip },
  async () => {
    const directory = await places.copy('online');
    const sql = shell(directory, `SELECT sql || ';' FROM sqlite_master WHERE name = 'log_entry_no_delete';`);
    shell(directory, 'DROP TRIGGER log_entry_no_delete;');
    await requireStopped(directory, ['STATE_SCHEMA'], 'trigger log_entry_no_delete');
    shell(directory, 'CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT 1; END;');
    await requireStopped(directory, ['STATE_SCHEMA'], 'trigger log_entry_no_delete');
    shell(directory, `DROP TRIGGER log_entry_no_delete; ${sql}`);
    const mirror = await open(directory, new FakeClock(LATER));
    assert.deepEqual((await fsck(mirror)).findings, []);
    await renewing(mirror);
    closeMirror(mirror);
  },
);

void test('S-06: yesterday’s file in the place of today’s is found, and signing stops', { skip }, async () => {
  const directory = await places.copy('online');
  const yesterday = join(places.room, 'yesterday.sqlite');
  shell(directory, `.backup '${yesterday}'`);
  const mirror = await open(directory, new FakeClock(LATER));
  assert.equal((await importFrom(mirror, upstreamAt(2))).outcome, 'published');
  closeMirror(mirror);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${recordOf(directory)}${suffix}`, { force: true });
  copyFileSync(yesterday, recordOf(directory));
  await requireStopped(directory, ['STATE_RESTORED'], /The record holds 8 events, and it held 13 before/);
});

void test(
  'S-06: a tail cut off, with every row that tells of it, is found; so is a head file written to fit',
  { skip },
  async () => {
    const directory = await places.copy('online');
    const mirror = await open(directory, new FakeClock(LATER));
    assert.equal((await importFrom(mirror, upstreamAt(2))).outcome, 'published');
    closeMirror(mirror);
    edit(directory, 'log_entry', 'DELETE FROM log_entry WHERE idx >= 8');
    edit(directory, 'log_node', 'DELETE FROM log_node WHERE (position + 1) * (1 << level) > 8');
    edit(directory, 'checkpoint', 'DELETE FROM checkpoint WHERE size > 8');
    await requireStopped(directory, CUT, /The record holds 8 events, and it held 13 before/);
    const head = join(pathsOf(directory).data, 'head.json');
    const text = readFileSync(head, 'utf8');
    const forged = text.replace(/\\n13\\n[^\\]+/, `\\n8\\n${Buffer.alloc(32).toString('base64')}`);
    assert.notEqual(forged, text);
    writeFileSync(head, forged);
    await requireStopped(directory, CUT, /The head file .* is not one that the log’s key signed/);
  },
);

/** Rows that no signature of a timestamp rests on: fsck names them, and the next generation is composed of files. */
async function requireNamed(directory: string, told: string | RegExp): Promise<void> {
  const mirror = await open(directory, new FakeClock(LATER));
  const { findings } = await fsck(mirror);
  assert.ok(findings.some(({ what }) => what.includes(String(told))));
  await assert.rejects(importFrom(mirror, upstreamAt(2)), (error) => isRefusal(error, 'STATE_LEDGER'));
  closeMirror(mirror);
}
