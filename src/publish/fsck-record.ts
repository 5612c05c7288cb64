/** Whether the record’s rows are still what was appended: events without gaps, the schema, the enrolments. */
import { isRefusal } from '../errors.ts';
import { migrate } from '../ledger/migrate.ts';
import { generationDigest, importDigest } from '../ledger/row-digests.ts';
import { Database, type Row } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import { jsonObject, parseJson } from '../tuf/json.ts';
import type { RepositoryId } from '../tuf/names.ts';

export function eventProblems(database: Database): string[] {
  const problems: string[] = [];
  const rows = database.all('SELECT idx, at, kind, repository, body, sha256 FROM event ORDER BY idx');
  let previous = '';
  for (const [position, row] of rows.entries()) {
    const idx = Number(row['idx']);
    if (idx !== position) problems.push(`Event ${String(position)} is missing.`);
    if (digestOf(row, previous) !== row['sha256']) problems.push(`Event ${String(idx)} is not what was appended.`);
    if (problems.length >= 20) return problems;
    previous = String(row['sha256']);
  }
  return problems;
}

/** Undefined for a body that is not even JSON. */
function digestOf(row: Row, previous: string): string | undefined {
  try {
    const event = jsonObject({
      idx: Number(row['idx']),
      at: String(row['at']),
      kind: String(row['kind']),
      repository: row['repository'] === null ? null : String(row['repository']),
      body: parseJson(Buffer.from(String(row['body'])), 'an event'),
      previous,
    });
    return sha256(canonicalize(event));
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

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

/** Whether each enrolment is still what its event says: the trust decision must not be edited in a table. */
export function enrolmentProblems(database: Database): string[] {
  const rows = database.all(
    `SELECT r.id, r.upstream, r.root_sha256, r.selection, r.max_upstream_age_days, e.body
       FROM repository r LEFT JOIN event e ON e.kind = 'repository-enrolled' AND e.repository = r.id`,
  );
  return rows.flatMap((row) => {
    const body = row['body'] === null ? undefined : parseJson(Buffer.from(String(row['body'])), 'event');
    const isSame =
      body instanceof Map &&
      ['upstream', 'root_sha256', 'selection', 'max_upstream_age_days'].every(
        (column) => body.get(column) === row[column],
      );
    return isSame ? [] : [`The enrolment of ${String(row['id'])} is not what its event says.`];
  });
}

/** Whether imports and generations are still the rows that their events stand for: who brought what in, and why. */
export function rowProblems(database: Database): string[] {
  const events = database.all(
    `SELECT kind, repository, body ->> 'rows' AS digest, body ->> 'import' AS import, body ->> 'generation' AS generation
       FROM event WHERE kind IN ('import-accepted', 'import-unchanged', 'import-refused', 'generation-published')`,
  );
  const problems = events.flatMap(({ kind, repository, digest, import: number, generation }) => {
    const isGeneration = kind === 'generation-published';
    const id = String(repository) as RepositoryId;
    const actual = isGeneration
      ? generationDigest(database, id, Number(generation))
      : importDigest(database, Number(number));
    if (actual === digest) return [];
    return [
      isGeneration
        ? `Generation ${Number(generation)} of ${id} is not what its event says.`
        : `Import ${Number(number)} is not what its event says.`,
    ];
  });
  const imports = Number(database.one('SELECT COUNT(*) AS count FROM import')?.['count']);
  const told = events.filter(({ kind }) => kind !== 'generation-published').length;
  return imports === told ? problems : [...problems, `The record has ${imports} imports and events of ${told}.`];
}
