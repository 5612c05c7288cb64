/**
 * Which file stands behind a name that was ever public, asked for one at a time: a server of thousands of collections
 * keeps no list of all their names. Everything is asked with an end, a leaf or a generation: what came after it is not
 * known to anybody yet. Rows are only ever added, so an answer for an end stays what it is.
 *
 * What is there is found from the newest generation backwards. What nobody ever had under this version or digest is found
 * by an index alone, so that asking for names at random costs nothing.
 */
import type { Database, Row, Value } from '../platform/database.ts';
import type { MirrorRole, RepositoryId, RoleName, Sha256 } from '../tuf/names.ts';

/** One role's files of generations that have rows of their own, the newest first. */
const LISTED = `SELECT r.file_sha256 FROM generation g CROSS JOIN generation_role r
   WHERE g.repository = ? AND g.number <= ? AND g.roles_of IS NULL
     AND r.repository = g.repository AND r.generation = g.number AND r.role = ?`;
/** Upstream’s files of imports that were published: accepted ones, all verified. The newest first. */
const PUBLISHED = `SELECT f.file_sha256 FROM generation g
   CROSS JOIN import i ON i.number = g.import
   CROSS JOIN import_file f ON f.import IN (i.number, i.content_of) AND (f.import = i.number OR f.kind = 'authored')
   WHERE g.repository = ? AND g.number <= ?`;
const NEWEST = 'ORDER BY g.number DESC LIMIT 1';

export class NamesReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A file of the mirror's own by its version, up to and with the leaf `last`; where epochs differ, of the newest. */
  issued(repository: RepositoryId, role: MirrorRole, version: number, last: number): Sha256 | undefined {
    return this.#digest(
      `SELECT file_sha256 FROM issued WHERE repository = ? AND role = ? AND version = ? AND entry <= ?
        ORDER BY epoch DESC LIMIT 1`,
      ...[repository, role, version, last],
    );
  }

  hasIssued(repository: RepositoryId, role: MirrorRole, digest: Sha256, last: number): boolean {
    const sql = 'SELECT file_sha256 FROM issued WHERE repository = ? AND role = ? AND file_sha256 = ? AND entry <= ?';
    return this.#isStored(digest) && this.#digest(`${sql} LIMIT 1`, repository, role, digest, last) !== undefined;
  }

  /** An authored role by its version, as a generation up to `last` listed it; of several contents the newest. */
  authored(repository: RepositoryId, role: RoleName, version: number, last: number): Sha256 | undefined {
    if (!this.#isImported(repository, role, version)) return undefined;
    return this.#digest(`${LISTED} AND r.version = ? ${NEWEST}`, repository, last, role, version);
  }

  hasAuthored(repository: RepositoryId, role: RoleName, digest: Sha256, last: number): boolean {
    const sql = `${LISTED} AND r.file_sha256 = ? ${NEWEST}`;
    return this.#isStored(digest) && this.#digest(sql, repository, last, role, digest) !== undefined;
  }

  /** Upstream's own file by its version, of an import that a generation up to `last` published. */
  upstream(repository: RepositoryId, role: RoleName, version: number, last: number): Sha256 | undefined {
    if (!this.#isImported(repository, role, version)) return undefined;
    return this.#digest(`${PUBLISHED} AND f.role = ? AND f.version = ? ${NEWEST}`, repository, last, role, version);
  }

  hasUpstream(repository: RepositoryId, digest: Sha256, last: number): boolean {
    const sql = `${PUBLISHED} AND f.file_sha256 = ? ${NEWEST}`;
    return this.#isStored(digest) && this.#digest(sql, repository, last, digest) !== undefined;
  }

  #isStored(digest: Sha256): boolean {
    return this.#one('SELECT 1 FROM file WHERE sha256 = ?', digest) !== undefined;
  }

  /** By any import, published or not. */
  #isImported(repository: RepositoryId, role: RoleName, version: number): boolean {
    const sql = 'SELECT 1 FROM import_file WHERE repository = ? AND role = ? AND version = ? LIMIT 1';
    return this.#one(sql, repository, role, version) !== undefined;
  }

  #digest(sql: string, ...values: Value[]): Sha256 | undefined {
    const row = this.#one(sql, ...values);
    return row && (String(row['file_sha256']) as Sha256);
  }

  #one(sql: string, ...values: Value[]): Row | undefined {
    return this.#database.one(sql, ...values);
  }
}
