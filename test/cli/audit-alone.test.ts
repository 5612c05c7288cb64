/** An auditor has a copy, and no key: everything is asked and verified of it. What is taken away is recorded where the keys are. */
import assert from 'node:assert/strict';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Workplace } from './workplace.ts';

const READING = [
  ...[
    'audit who welcome.txt',
    'audit served-at 2027-01-01',
    'audit unapproved',
    'audit timeline',
    'audit approvers',
    'audit revoked',
  ],
  ...['audit staleness', 'audit contradictions', 'audit verify', 'audit prove 2', 'audit prove --publication 1 --json'],
];

test('reading needs no key of this mirror, and changes no byte of the copy', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample --as alice --ticket T-1');
  const copy = workplace.path('copy');
  await cp(workplace.path('data'), copy, { recursive: true });
  for (const name of ['keys', 'blobs', 'locks']) await rm(join(copy, name), { recursive: true });
  const before = await readFile(join(copy, 'record.sqlite'));
  for (const line of READING) await workplace.succeed(`${line} --data ${copy}`);
  assert.deepEqual(await readFile(join(copy, 'record.sqlite')), before);
  for (const line of [
    'audit export --format csv',
    'audit pack --import 1 -o @pack',
    'audit erase --person alice --ground mistake --yes',
  ]) {
    const { exitCode, code } = await workplace.refused(`${line} --data ${copy}`);
    assert.deepEqual([exitCode, code], [7, 'STATE_KEY'], line);
  }
});

test('a copy without personal data answers, and says what it cannot verify', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample --as alice --reason weekly');
  const copy = workplace.path('copy');
  await cp(workplace.path('data'), copy, { recursive: true });
  for (const name of ['sealed.sqlite', 'sealed.sqlite-wal', 'sealed.sqlite-shm', 'keys'])
    await rm(join(copy, name), { recursive: true, force: true });
  const { json } = await workplace.succeed(`audit who welcome.txt --json --data ${copy}`);
  const [match] = json['matches'] as { first_import: { reason: null; importer: { account: null } } }[];
  assert.deepEqual([match?.first_import.reason, match?.first_import.importer.account], [null, null]);
  const { exitCode, json: verified } = await workplace.type(`audit verify --json --data ${copy}`);
  assert.equal(exitCode, 1);
  const findings = verified['findings'] as { code: string }[];
  assert.ok(findings.length > 0 && findings.every(({ code }) => code === 'STATE_SEALED'));
});

test('who typed it wrongly is told so', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  await writeFile(workplace.path('nonsense'), 'nonsense\n');
  for (const [line, code] of [
    ['audit who', 'USAGE_OPTION'],
    ['audit who x --repository other', 'USAGE_UNKNOWN_REPOSITORY'],
    ['audit served-at yesterday', 'USAGE_OPTION'],
    ['audit served-at 2026-12-24 other', 'USAGE_UNKNOWN_REPOSITORY'],
    ['audit unapproved --min two', 'USAGE_OPTION'],
    ['audit timeline --person nobody', 'USAGE_UNKNOWN_OPERATOR'],
    ['audit timeline --from soon', 'USAGE_OPTION'],
    ['audit prove', 'USAGE_OPTION'],
    ['audit prove 3 --import 1', 'USAGE_OPTION'],
    ['audit prove 99', 'USAGE_OPTION'],
    ['audit prove three', 'USAGE_OPTION'],
    ['audit prove --import 9', 'USAGE_UNKNOWN_IMPORT'],
    ['audit check', 'USAGE_OPTION'],
    ['audit check @absent', 'USAGE_FILE'],
    ['audit export', 'USAGE_OPTION'],
    ['audit export --format xml', 'USAGE_OPTION'],
    ['audit export --format csv -o @nonsense', 'USAGE_FILE'],
    ['audit pack -o @pack', 'USAGE_OPTION'],
    ['audit pack short -o @pack', 'USAGE_OPTION'],
    [`audit pack ${'0'.repeat(64)} -o @pack`, 'USAGE_OPTION'],
    ['audit pack --import 1', 'USAGE_OPTION'],
    ['audit pack --import 9 -o @pack', 'USAGE_UNKNOWN_IMPORT'],
    ['audit erase --ground mistake --yes', 'USAGE_OPTION'],
    [`audit erase ${'0'.repeat(64)} --ground mistake --yes`, 'USAGE_OPTION'],
    ['audit erase x --ground boredom --yes', 'USAGE_OPTION'],
    ['audit verify --since @absent', 'USAGE_FILE'],
  ] as const) {
    const refusal = await workplace.refused(line);
    assert.deepEqual([refusal.exitCode, refusal.code], [2, code], line);
  }
  for (const [line, exitCode, code] of [
    ['audit check @nonsense', 5, 'TRUST_LOG_FORMAT'],
    ['audit verify --since @nonsense', 5, 'TRUST_LOG_FORMAT'],
    ['audit verify --witness-policy @nonsense', 3, 'CONFIG_WITNESSES'],
  ] as const) {
    const refusal = await workplace.refused(line);
    assert.deepEqual([refusal.exitCode, refusal.code], [exitCode, code], line);
  }
  await chmod(workplace.path('data', 'record.sqlite'), 0o644);
  assert.equal((await workplace.refused('audit verify')).code, 'STATE_PERMISSIONS');
});

test('questions of a ledger that is not what was appended are refused; the verification names the entry', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  const { Database } = await import('../../src/platform/database.ts');
  const database = new Database(workplace.path('data', 'record.sqlite'));
  const sql = String(database.one("SELECT sql FROM sqlite_master WHERE name = 'log_entry_no_update'")?.['sql']);
  database.script('DROP TRIGGER log_entry_no_update');
  database.run("UPDATE log_entry SET body = replace(body, 'T03', 'T04') WHERE idx = 2");
  database.script(sql);
  database.close();
  assert.deepEqual((await workplace.refused('audit who welcome.txt')).code, 'STATE_LEDGER');
  const { exitCode, out } = await workplace.type('audit verify');
  assert.equal(exitCode, 1);
  assert.match(out, /^1 finding:\n {2}STATE_LEDGER \(entry 2\): Entry 2 of the ledger is not what was appended\.$/m);
});

test('a pack of a digest is about the import by which it was first published', async (context) => {
  const workplace = await Workplace.withTrial(context);
  await workplace.succeed('import sample');
  const { json } = await workplace.succeed('audit who welcome.txt --json');
  const [{ sha256 }] = json['matches'] as [{ sha256: string }];
  const made = (await workplace.succeed(`audit pack ${sha256} -o @pack --json`)).json;
  assert.deepEqual([made['import'], made['subject']], [1, { kind: 'target', name: 'welcome.txt', sha256 }]);
  const readme = await readFile(workplace.path('pack', 'README.md'), 'utf8');
  assert.match(readme, /No statement in this pack is signed by a person\./);
  const key = /'([^']*\/log\+[^']*)'/.exec(readme)?.[1] ?? '';
  const { out } = await workplace.succeed(`audit check @pack.tlog-proof --log-key ${key}`);
  assert.match(out, /^Verified: entry \d+ of \d+/);
  await workplace.succeed('audit verify');
});
