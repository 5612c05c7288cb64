/** `--dry-run` changes nothing: every file is compared byte for byte, the record row for row. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { Database } from '../../src/platform/database.ts';
import { Workplace } from './workplace.ts';

test('init', async (context) => {
  const workplace = await Workplace.open(context);
  for (const options of ['', '--root-online', '--root-holder alice']) {
    const { json } = await workplace.succeed(`init ${options} --dry-run --json`);
    assert.equal(json['dryRun'], true);
  }
  assert.deepEqual(await readdir(workplace.directory), []);
});

test('every command that changes something', async (context) => {
  const workplace = await Workplace.withTrial(context);
  const rootDigest = ((await workplace.succeed('repo show sample --json')).json['rootSha256'] as string) || '';
  const before = await everything(workplace.directory);
  const first = await workplace.succeed('import sample --dry-run --json');
  assert.deepEqual([first.json['outcome'], first.json['dryRun']], ['rehearsed', true]);
  assert.deepEqual(await everything(workplace.directory), before, 'a first import');

  await workplace.succeed('import sample');
  const published = await everything(workplace.directory);
  for (const line of [
    'import sample',
    `repo add other --upstream up --root @up/metadata/1.root.json --root-sha256 ${rootDigest}`,
    'renew',
    'renew sample --force',
    'keys rotate sample',
    'fsck',
    'root draft sample --rotate-online -o @draft.json',
    'keys create-holder alice --keys @elsewhere',
  ]) {
    const { json } = await workplace.succeed(`${line} --dry-run --json`);
    assert.equal(json['dryRun'], true, line);
    assert.deepEqual(await everything(workplace.directory), published, line);
  }
});

test('a rehearsal refuses what the command itself would refuse, and records nothing', async (context) => {
  const workplace = await Workplace.withTrial(context);
  const before = await everything(workplace.directory);
  const refusal = await workplace.refused('import sample --dry-run --from nowhere');
  assert.equal(refusal.code, 'SOURCE_UNREACHABLE');
  assert.deepEqual(await everything(workplace.directory), before);
});

/**
 * Every file by its digest, and the record by its rows. Left out: empty lock files, and the writer’s row, which counts
 * openings and says nothing about what the record holds.
 */
async function everything(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path);
    if (!entry.isFile() || /^data\/(locks\/|record\.sqlite)/.test(name)) continue;
    found[name] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return { ...found, ...recordRows(join(directory, 'data', 'record.sqlite')) };
}

function recordRows(path: string): Record<string, string> {
  const database = new Database(path);
  try {
    const tables = database.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'writer'");
    return Object.fromEntries(
      tables.map(({ name }) => {
        const rows = database.all(`SELECT * FROM "${String(name)}"`);
        const text = JSON.stringify(rows, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value));
        return [`table ${String(name)}`, `${String(rows.length)} ${createHash('sha256').update(text).digest('hex')}`];
      }),
    );
  } finally {
    database.close();
  }
}
