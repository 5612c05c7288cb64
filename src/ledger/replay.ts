/**
 * The tables again from nothing but the leaves, and compared: a row that was edited, added or removed by hand is named
 * (S-10). The replay is the writer’s own way from events to rows, so the two can differ only where somebody interfered.
 */
import { Database, type Row } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { sha256 } from '../tuf/digest.ts';
import { encodeHex } from '../tuf/encoding.ts';
import type { Sha256 } from '../tuf/names.ts';
import { Refusal } from '../errors.ts';
import { decodeLeaf } from './events/leaf.ts';
import { logSize } from './log-rows.ts';
import { migrate } from './migrate.ts';
import { project } from './projections.ts';

/** What the leaves stand for; `file` is content-addressed, and `reservation` a counter that only rises. */
export const PROJECTIONS: Readonly<Record<string, string>> = {
  repository: 'id',
  repository_limit: 'entry, name',
  retirement: 'repository',
  import: 'number',
  import_file: 'import, kind, role, file_sha256',
  import_target: 'import, path, sha256',
  approval: 'entry',
  generation: 'repository, number',
  generation_role: 'repository, generation, role',
  issued: 'repository, role, epoch, version',
  current: 'repository',
};

const BATCH = 5000;
const MOST_PROBLEMS = 20;

/**
 * @returns one sentence for each difference, the first twenty
 * @throws STATE_DAMAGED when a list that a leaf names is gone or changed
 */
export async function replayProblems(database: Database, disk: Disk): Promise<string[]> {
  const fresh = new Database(':memory:', { isInMemory: true });
  try {
    await migrate(fresh, disk);
    // Rows name files, whose bytes stay where they are.
    fresh.script('PRAGMA foreign_keys = OFF');
    const read = (digest: Sha256): Uint8Array => fileOf(database, digest);
    const size = logSize(database);
    fresh.transaction(() => {
      for (let from = 0; from < size; from += BATCH) {
        const rows = database.all('SELECT idx, body FROM log_entry WHERE idx >= ? ORDER BY idx LIMIT ?', from, BATCH);
        for (const { idx, body } of rows) {
          const bytes = Buffer.from(String(body), 'utf8');
          fresh.run('INSERT INTO log_entry (idx, body) VALUES (?, ?)', Number(idx), String(body));
          project(fresh, decodeLeaf(bytes, Number(idx)), read);
        }
      }
    });
    return Object.entries(PROJECTIONS)
      .flatMap(([table, key]) => differences(table, key, fresh, database))
      .slice(0, MOST_PROBLEMS);
  } finally {
    fresh.close();
  }
}

function fileOf(database: Database, digest: Sha256): Uint8Array {
  const bytes = database.one('SELECT bytes FROM file WHERE sha256 = ?', digest)?.['bytes'];
  if (bytes instanceof Uint8Array && sha256(bytes) === digest) return bytes;
  throw new Refusal('STATE_DAMAGED', `The record’s file ${digest} is missing, or not what it was.`, {
    details: { sha256: digest },
  });
}

function differences(table: string, key: string, told: Database, actual: Database): string[] {
  const sql = `SELECT * FROM ${table} ORDER BY ${key}`;
  const wanted = byKey(told.all(sql), key);
  const found = byKey(actual.all(sql), key);
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names]
    .flatMap((name) => {
      const [one, other] = [wanted.get(name), found.get(name)];
      if (!one) return [`The table ${table} has a row (${name}) that no event stands for.`];
      if (!other) return [`The table ${table} lacks the row (${name}) of an event.`];
      const columns = Object.keys(one).filter((column) => textOf(one[column]) !== textOf(other[column]));
      return columns.length === 0
        ? []
        : [`The table ${table} says something else in its row (${name}) than the ledger: ${columns.join(', ')}.`];
    })
    .slice(0, MOST_PROBLEMS);
}

function byKey(rows: readonly Row[], key: string): Map<string, Row> {
  const columns = key.split(', ');
  return new Map(rows.map((row) => [columns.map((column) => textOf(row[column])).join(', '), row]));
}

function textOf(value: Row[string] | undefined): string {
  return value instanceof Uint8Array ? encodeHex(value) : String(value);
}
