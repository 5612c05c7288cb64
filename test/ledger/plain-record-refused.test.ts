/**
 * A plain record that is not whole becomes no ledger: what was changed is named (S-10, S-02). One that was restored from a
 * backup becomes one, is served, and is not signed on before somebody decides (S-06).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { isRefusal } from '../../src/errors.ts';
import { releasedSize } from '../../src/ledger/checkpoints.ts';
import { logSize } from '../../src/ledger/log-rows.ts';
import { withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { adoptRestoredRecord } from '../../src/publish/recover.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { PlainRecord, type PlainName } from './plain-records.ts';

async function lay(t: TestContext, name: PlainName): Promise<PlainRecord> {
  const plain = await PlainRecord.lay(name);
  t.after(() => {
    plain.remove();
  });
  return plain;
}

/** Somebody changed the record before it was translated. */
const SPOILT: readonly (readonly [how: string, sql: string, says: RegExp])[] = [
  [
    'an event that says something else',
    `UPDATE event SET body = replace(body, 'candidate', 'candidatf') WHERE idx = 4`,
    /^Event 4 of the plain record is not what was appended/,
  ],
  [
    'an event of another time',
    `UPDATE event SET at = '2020-01-01T00:00:00.000Z' WHERE idx = 2`,
    /^Event 2 of the plain record is not what/,
  ],
  ['an event gone', 'DELETE FROM event WHERE idx = 3', /^Event 3 of the plain record is missing/],
  [
    'an event’s digest altered',
    `UPDATE event SET sha256 = '${'0'.repeat(64)}' WHERE idx = 5`,
    /^Event 5 of the plain record/,
  ],
  [
    'the claim of an import altered',
    `UPDATE import SET claim = '{"as":"somebody else"}' WHERE number = 1`,
    /^Event 4 of the plain record stands for other rows than import 1 has/,
  ],
  [
    'a file of an import altered',
    `UPDATE import_file SET version = 7 WHERE import = 1 AND role = 'team'`,
    /^Event 4 .* than import 1 has/,
  ],
  [
    'a carried target altered',
    `UPDATE import_target SET path = 'renamed' WHERE path = 'one.txt'`,
    /^Event 4 .* than import 1 has/,
  ],
  [
    'an import added',
    `INSERT INTO import SELECT number + 100, repository, source, started_at, finished_at, outcome, code, what, candidate, as_of, decisions, notes, claim, content_of FROM import WHERE number = 1`,
    /table import has 11 rows, and events of 10/,
  ],
  [
    'a listing of a generation altered',
    `UPDATE generation_role SET reachable = 0 WHERE generation = 1 AND role = 'team'`,
    /^Event 5 .* than generation 1 has/,
  ],
  [
    'the time of a generation altered',
    `UPDATE generation SET created_at = '2020-01-01T00:00:00Z' WHERE number = 1`,
    /table generation is not what its events say/,
  ],
  [
    'an enrolment altered',
    `UPDATE repository SET upstream = 'https://elsewhere.example/' WHERE id = 'site'`,
    /^Event 1 of the plain record stands for another enrolment than site has/,
  ],
  [
    'a bound altered',
    `UPDATE repository_limit SET value = 9999999`,
    /table repository_limit is not what its events say/,
  ],
  [
    'an issued file exchanged',
    `UPDATE issued SET file_sha256 = (SELECT root_sha256 FROM repository LIMIT 1) WHERE role = 'snapshot'`,
    /^Event \d+ of the plain record issued a snapshot version \d+ that is not there/,
  ],
  [
    'an issued file added',
    `INSERT INTO issued SELECT repository, role, epoch, version + 1000, generation, file_sha256, expires, at FROM issued WHERE role = 'timestamp' LIMIT 1`,
    /table issued is not what its events say/,
  ],
  [
    'the pointer put back',
    `UPDATE current SET generation = 1 WHERE repository = 'site'`,
    /table current is not what its events say: \(site, /,
  ],
];

for (const [how, sql, says] of SPOILT)
  test(`S-10: a plain record with ${how} is named and not translated`, async (t) => {
    const plain = await lay(t, 'trial');
    plain.edit(sql);
    await assert.rejects(plain.open(), (error) => {
      assert.ok(isRefusal(error, 'STATE_DAMAGED'), String(error));
      assert.match(error.what, says);
      return true;
    });
    plain.withRecord((database) => {
      assert.ok(database.one('SELECT COUNT(*) AS n FROM event'), 'it is still there, as it was');
    });
  });

test('S-02: a plain record with a trigger that is gone, or is another, is not brought any further', async (t) => {
  for (const sql of [
    'DROP TRIGGER import_no_update',
    'DROP TRIGGER issued_no_update; CREATE TRIGGER issued_no_update BEFORE UPDATE ON issued BEGIN SELECT 1; END',
    'CREATE TRIGGER extra AFTER INSERT ON event BEGIN DELETE FROM file; END',
  ]) {
    const plain = await lay(t, 'offline');
    plain.withRecord((database) => {
      database.script(sql);
    });
    await assert.rejects(
      plain.open(),
      (error) => isRefusal(error, 'STATE_SCHEMA') && /trigger \w+ is not/.test(error.what),
    );
  }
});

test('S-06: a head file that a crash left behind by one commit is the head file of this record', async (t) => {
  const plain = await lay(t, 'trial');
  const rows = plain.withRecord((database) => database.all('SELECT idx, sha256 FROM event ORDER BY idx DESC LIMIT 3'));
  const behind = rows.at(-1);
  const head = JSON.parse(readFileSync(plain.head, 'utf8')) as object;
  plain.writeHead(JSON.stringify({ ...head, events: Number(behind?.['idx']) + 1, sha256: behind?.['sha256'] }));
  const mirror = await plain.open();
  await withWriter(mirror, () => Promise.resolve());
  assert.equal(releasedSize(mirror.database), logSize(mirror.database));
  closeMirror(mirror);
});

for (const [how, change] of [
  ['remembers more', (head: Head) => ({ ...head, events: head.events + 2, sha256: '1'.repeat(64) })],
  ['remembers another last event', (head: Head) => ({ ...head, sha256: '1'.repeat(64) })],
  ['remembers another event on the way', (head: Head) => ({ ...head, events: 4, sha256: '1'.repeat(64) })],
  ['is gone', () => undefined],
] as const)
  test(`S-06: with a head file that ${how} it is served, and not signed on before somebody decides; then under another name`, async (t) => {
    const plain = await lay(t, 'trial');
    const changed = change(JSON.parse(readFileSync(plain.head, 'utf8')) as Head);
    if (changed) plain.writeHead(JSON.stringify(changed));
    else plain.removeHead();
    const mirror = await plain.open();
    t.after(() => {
      closeMirror(mirror);
    });
    const writing = withWriter(mirror, () => Promise.resolve());
    await assert.rejects(writing, (error) => isRefusal(error, 'STATE_RESTORED'));
    assert.equal(releasedSize(mirror.database), 0);
    await adoptRestoredRecord(mirror, 'the backup of last week');
    const origin = mirror.log.facts.origin;
    assert.match(origin, /\/log\/2$/);
    await withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true }));
    assert.deepEqual((await fsck(mirror)).findings, []);
  });

interface Head {
  readonly events: number;
  readonly sha256: string;
}
