/** One generation as rows: which import it publishes, and what its snapshot lists. */
import type { Database } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import type { RepositoryId } from '../tuf/names.ts';
import type { GenerationRole } from './records.ts';

export interface NewGeneration {
  readonly repository: RepositoryId;
  readonly generation: number;
  readonly import: number;
  readonly roles: readonly GenerationRole[];
}

export function insertGeneration(database: Database, made: NewGeneration, now: Date): void {
  const { repository, generation } = made;
  const rolesOf = sameRoles(database, made);
  database.run(
    'INSERT INTO generation (repository, number, import, created_at, roles_of) VALUES (?, ?, ?, ?, ?)',
    repository,
    generation,
    made.import,
    formatDate(now),
    rolesOf ?? null,
  );
  for (const role of rolesOf === undefined ? made.roles : []) {
    database.run(
      'INSERT INTO generation_role (repository, generation, role, version, length, file_sha256, expires, reachable) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      repository,
      generation,
      role.role,
      role.version,
      role.length,
      role.fileSha256,
      role.expires.toISOString(),
      role.reachable ? 1 : 0,
    );
  }
}

/** The generation before, when it lists the very same: most generations differ only in upstream’s timestamp. */
function sameRoles(database: Database, { repository, generation, roles }: NewGeneration): number | undefined {
  const before = database.one(
    'SELECT COALESCE(roles_of, number) AS number FROM generation WHERE repository = ? AND number = ?',
    repository,
    generation - 1,
  );
  if (!before) return undefined;
  const number = Number(before['number']);
  const listed = new Set(
    database
      .all(
        'SELECT role, file_sha256, reachable FROM generation_role WHERE repository = ? AND generation = ?',
        repository,
        number,
      )
      .map((row) => [row['role'], row['file_sha256'], row['reachable']].join('\n')),
  );
  const isSame =
    roles.length === listed.size &&
    roles.every(({ role, fileSha256, reachable }) => listed.has([role, fileSha256, reachable ? 1 : 0].join('\n')));
  return isSame ? number : undefined;
}
