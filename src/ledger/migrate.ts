/**
 * Brings a record to this version’s schema: numbered files in `migrations/`, applied in order, forward only. Each is
 * remembered with its checksum, so that a record written by other migrations is noticed instead of guessed at.
 */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { sha256 } from '../tuf/digest.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** What SQL cannot do: the events of a plain record become leaves, and the tables their projections. */
export type TranslatePlainRecord = (database: Database) => void;

/**
 * @param translate for a record that was written before there was a ledger
 * @throws STATE_SCHEMA for a record of another version, or one that must be translated first
 */
export async function migrate(
  database: Database,
  disk: Disk,
  translate: TranslatePlainRecord = refuseToTranslate,
): Promise<void> {
  const known = await readMigrations(disk);
  database.transaction(() => {
    database.script(REMEMBERED);
    const applied = appliedMigrations(database);
    refuseStrangers(known, applied);
    if (applied.length > 0 && applied.length < known.length) refuseChanged(database, known.slice(0, applied.length));
    for (const migration of known.slice(applied.length)) {
      apply(database, migration, translate);
      database.run(
        'INSERT INTO migration (number, name, sha256) VALUES (?, ?, ?)',
        migration.number,
        migration.name,
        migration.sha256,
      );
    }
  });
}

const REMEMBERED =
  'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT';

function apply(database: Database, { number, sql }: Migration, translate: TranslatePlainRecord): void {
  database.script(sql);
  if (number === LEDGER) leavePlainRecord(database, translate);
}

/** A record that lost a trigger, or got one, was opened by somebody: it is not brought any further (S-02). */
function refuseChanged(database: Database, applied: readonly Migration[]): void {
  const fresh = new Database(':memory:', { isInMemory: true });
  try {
    fresh.script(REMEMBERED);
    for (const migration of applied) apply(fresh, migration, refuseToTranslate);
    const [wanted, actual] = [schemaOf(fresh), schemaOf(database)];
    for (const name of new Set([...wanted.keys(), ...actual.keys()]))
      if (wanted.get(name) !== actual.get(name))
        throw new Refusal('STATE_SCHEMA', `The record’s ${name} is not as the version that wrote it made it.`);
  } finally {
    fresh.close();
  }
}

/** `trigger import_no_update` → its text. */
export function schemaOf(database: Database): ReadonlyMap<string, string> {
  const rows = database.all("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
  return new Map(rows.map((row) => [`${String(row['type'])} ${String(row['name'])}`, String(row['sql'])]));
}

/** The migration that sets the plain record aside under other names. */
const LEDGER = 2;
const PLAIN = [
  ...['reservation', 'current', 'issued', 'generation_role', 'generation', 'import_target', 'import_file', 'import'],
  ...['repository_limit', 'repository', 'event'],
];

function leavePlainRecord(database: Database, translate: TranslatePlainRecord): void {
  if (database.one('SELECT 1 FROM plain_event LIMIT 1')) translate(database);
  // Names and reasons that are sealed now must not stay in freed pages.
  database.script('PRAGMA secure_delete = ON');
  for (const table of PLAIN) database.script(`DROP TABLE plain_${table}`);
}

function refuseToTranslate(): never {
  throw new Refusal('STATE_SCHEMA', 'The record was written before there was a ledger, and its keys are not at hand.');
}

/** For readers: refuses a record whose schema is not exactly this version’s. */
export async function requireCurrentSchema(database: Database, disk: Disk): Promise<void> {
  const known = await readMigrations(disk);
  const applied = appliedMigrations(database);
  refuseStrangers(known, applied);
  if (applied.length < known.length)
    throw new Refusal(
      'STATE_SCHEMA',
      `The record has migration ${String(applied.length)} and this version needs ${String(known.length)}.`,
    );
}

async function readMigrations(disk: Disk): Promise<Migration[]> {
  const names = (await disk.list(MIGRATIONS)).filter((name) => /^\d{4}_.+\.sql$/.test(name));
  return Promise.all(
    names.map(async (name) => {
      const bytes = await disk.read(join(MIGRATIONS, name), 1_000_000);
      return { number: Number(name.slice(0, 4)), name, sql: bytes.toString('utf8'), sha256: sha256(bytes) };
    }),
  );
}

function appliedMigrations(database: Database): { number: number; sha256: string }[] {
  return database
    .all('SELECT number, sha256 FROM migration ORDER BY number')
    .map((row) => ({ number: Number(row['number']), sha256: String(row['sha256']) }));
}

function refuseStrangers(known: readonly Migration[], applied: readonly { number: number; sha256: string }[]): void {
  for (const [index, { number, sha256: digest }] of applied.entries()) {
    if (known[index]?.number === number && known[index].sha256 === digest) continue;
    throw new Refusal(
      'STATE_SCHEMA',
      `The record was written with a migration ${String(number)} that this version does not have.`,
    );
  }
}
