/** Every table is made from the leaves again: one cell that says something else is named by its row, and so is whatever lies beside. */
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { PROJECTIONS, replayProblems } from '../../src/ledger/replay.ts';
import type { Row, Value } from '../../src/platform/database.ts';
import { edit } from './interfere.ts';
import { AuditedOffice } from './office.ts';

let office: AuditedOffice;
const close: (() => Promise<void>)[] = [];
before(async () => {
  office = await AuditedOffice.ofThree({ after: (end) => void close.push(end) });
  const { repository } = office;
  await office.commit({
    type: 'limits.set',
    actor: 'local',
    body: { repository, limits: { roles: 2000 }, reason: office.mirror.sealed.seal('reason', 'more') },
  });
  await office.bringIn();
  await office.bringIn('second');
  await office.renew();
  await office.retireUpstream(['ann', 'bob']);
});
after(async () => {
  for (const end of close) await end();
});

async function rows(): Promise<(string | undefined)[]> {
  return (await office.verify()).findings.map(({ row }) => row);
}

function another(value: Value | undefined): Value {
  if (typeof value === 'number') return value + 1;
  return typeof value === 'string' ? `${value}x` : 'x';
}

for (const [table, names] of Object.entries(PROJECTIONS)) {
  test(`${table}: a cell that was edited, a row that was removed and one that was added are each named`, async () => {
    const { database } = office.mirror;
    const key = names.split(', ');
    const [row, gone] = database.all(`SELECT * FROM ${table} ORDER BY ${names} DESC LIMIT 2`);
    assert.ok(row, `${table} has a row`);
    const enumerated = ['kind', 'outcome', 'decision', 'reachable', 'dialect'];
    const column = Object.keys(row).find((name) => !key.includes(name) && !enumerated.includes(name)) ?? '';
    const where = key.map((name) => `${name} = ?`).join(' AND ');
    const keyOf = (one: Row): Value[] => key.map((name) => one[name] ?? null);
    const nameOf = (one: Row): string => `${table} ${keyOf(one).map(String).join(', ')}`;
    const added = { ...row, [key.at(-1) ?? '']: another(row[key.at(-1) ?? '']) };
    edit(office, `UPDATE ${table} SET ${column} = ? WHERE ${where}`, another(row[column]), ...keyOf(row));
    assert.equal((await replayProblems(database, office.mirror.disk)).length, 1, 'fsck says so as well');
    insert(table, added);
    if (gone) edit(office, `DELETE FROM ${table} WHERE ${where}`, ...keyOf(gone));
    const { findings } = await office.verify();
    const words = new Map(findings.map((one) => [one.row, one.what]));
    assert.match(words.get(nameOf(row)) ?? '', new RegExp(`says something else.*: ${column}\\.$`));
    assert.match(words.get(nameOf(added)) ?? '', /no event stands for/);
    if (gone) assert.match(words.get(nameOf(gone)) ?? '', /lacks the row/);
    edit(office, `DELETE FROM ${table} WHERE ${where}`, ...keyOf(added));
    edit(office, `UPDATE ${table} SET ${column} = ? WHERE ${where}`, row[column] ?? null, ...keyOf(row));
    if (gone) insert(table, gone);
  });
}

test('put back as it was, nothing is left to say', async () => {
  assert.deepEqual(await rows(), []);
});

function insert(table: string, row: Row): void {
  const columns = Object.keys(row);
  edit(
    office,
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
}

test('a stored file with other bytes, and one that is gone while a leaf names it', async () => {
  const { database } = office.mirror;
  const [list] = database
    .all('SELECT authored_sha256 AS digest FROM import ORDER BY number')
    .map(({ digest }) => String(digest));
  const bytes = database.one('SELECT bytes FROM file WHERE sha256 = ?', list ?? '')?.['bytes'] ?? null;
  edit(office, "UPDATE file SET bytes = x'00' WHERE sha256 = ?", list ?? '');
  const { findings } = await office.verify();
  assert.ok(findings.some(({ row }) => row === `file ${list}`));
  assert.ok(
    findings.some(({ entry, code }) => entry !== undefined && code === 'STATE_DAMAGED'),
    'the entry that names it',
  );
  edit(office, 'UPDATE file SET bytes = ? WHERE sha256 = ?', bytes, list ?? '');
  assert.deepEqual(await rows(), []);
});

test('a trigger that is not there, a counter that was set back, and a head file that is gone', async () => {
  const { database, writerOptions } = office.mirror;
  const sql = String(database.one("SELECT sql FROM sqlite_master WHERE name = 'approval_kept'")?.['sql']);
  database.script('DROP TRIGGER approval_kept');
  assert.deepEqual(await rows(), ['schema']);
  database.script(sql);
  const { path } = writerOptions.headFile;
  await rename(path, `${path}.away`);
  assert.deepEqual(await rows(), [path]);
  await rename(`${path}.away`, path);
  edit(office, "DELETE FROM reservation WHERE role = 'timestamp'");
  assert.ok((await rows()).every((row) => row === 'reservation'));
  assert.notEqual((await rows()).length, 0);
});
