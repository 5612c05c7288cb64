/**
 * What one state of the past says about one name, row by row: whoever asks for what was public years ago makes this
 * program read a handful of rows, and build nothing.
 */
import type { Database } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import type { RepositoryId, RoleName, Sha256, TargetPath } from '../tuf/names.ts';
import { asCarriedTarget, asGenerationRole, type CarriedTarget, type GenerationRole } from './records.ts';

export class PastReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The leaf of the newest timestamp of a time, among the first leaves, by the times that the leaves bear. */
  servedAt(repository: RepositoryId, at: Date, leaves: number): number | undefined {
    const row = this.#database.one(
      `SELECT entry FROM issued WHERE repository = ? AND role = 'timestamp' AND at <= ? AND entry < ?
        ORDER BY at DESC, entry DESC LIMIT 1`,
      repository,
      formatDate(at),
      leaves,
    );
    return row && Number(row['entry']);
  }

  /** A mirror root by its version. */
  root(repository: RepositoryId, version: number): Sha256 | undefined {
    const row = this.#database.one(
      "SELECT file_sha256 FROM issued WHERE repository = ? AND role = 'root' AND epoch = 0 AND version = ?",
      repository,
      version,
    );
    return row && (String(row['file_sha256']) as Sha256);
  }

  /** One authored role as a generation lists it. */
  role(repository: RepositoryId, generation: number, role: RoleName): GenerationRole | undefined {
    const row = this.#database.one(
      `SELECT role, version, length, file_sha256, expires, reachable FROM generation_role
        WHERE repository = ? AND role = ?
          AND generation = (SELECT COALESCE(roles_of, number) FROM generation WHERE repository = ? AND number = ?)`,
      repository,
      role,
      repository,
      generation,
    );
    return row && asGenerationRole(row);
  }

  /** Targets with this path that a generation carries: several where roles list it with different content. */
  targets(repository: RepositoryId, generation: number, path: TargetPath): CarriedTarget[] {
    return this.#database
      .all(
        `SELECT t.path, t.role, t.length, t.sha256, t.hashes
           FROM generation g JOIN import i ON i.number = g.import
           JOIN import_target t ON t.import = COALESCE(i.content_of, i.number)
          WHERE g.repository = ? AND g.number = ? AND t.path = ? ORDER BY t.rowid`,
        repository,
        generation,
        path,
      )
      .map(asCarriedTarget);
  }
}
