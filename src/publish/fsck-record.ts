/** Whether the database is built as this version builds it, and whether its one counter fits what was issued. */
import { migrate } from '../ledger/migrate.ts';
import { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';

/** Whether the schema is exactly what the migrations make: whoever changed a trigger could edit unseen (S-02). */
export async function schemaProblems(database: Database, disk: Disk): Promise<string[]> {
  const fresh = new Database(':memory:', { isInMemory: true });
  try {
    await migrate(fresh, disk);
    const wanted = schemaOf(fresh);
    const actual = schemaOf(database);
    const names = [...new Set([...wanted.keys(), ...actual.keys()])];
    return names
      .filter((name) => wanted.get(name) !== actual.get(name))
      .map((name) => `The record’s ${name} is not as this version made it.`);
  } finally {
    fresh.close();
  }
}

function schemaOf(database: Database): Map<string, string> {
  const rows = database.all("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
  return new Map(rows.map((row) => [`${String(row['type'])} ${String(row['name'])}`, String(row['sql'])]));
}

/** Every version that was issued must be taken: a counter that was set back would have it signed twice (S-04). */
export function reservationProblems(database: Database): string[] {
  return database
    .all(
      `SELECT i.repository, i.role, i.version FROM issued i LEFT JOIN reservation r
         ON r.repository = i.repository AND r.role = i.role AND r.epoch = i.epoch AND r.version = i.version
        WHERE i.role != 'root' AND r.version IS NULL LIMIT 20`,
    )
    .map(
      (row) =>
        `The ${String(row['role'])} version ${Number(row['version'])} of ${String(row['repository'])} was issued and is not reserved.`,
    );
}
