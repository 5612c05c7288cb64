/**
 * Digests of the rows that an event stands for. They are part of the event, and events are chained: whoever edits a claim,
 * a decision or a listing in a table contradicts the chain, and fsck says so (S-10).
 */
import type { Database, Row, Value } from '../platform/database.ts';
import { canonicalize } from '../tuf/canonical.ts';
import { sha256 } from '../tuf/digest.ts';
import type { RepositoryId, Sha256 } from '../tuf/names.ts';

/** One import: its own row, the files it saw and the targets it carries. */
export function importDigest(database: Database, number: number): Sha256 {
  return digestOf([
    ...database.all(
      `SELECT number, repository, source, started_at, finished_at, outcome, code, what, candidate, as_of, decisions, notes, claim, content_of
         FROM import WHERE number = ?`,
      number,
    ),
    ...database.all(
      'SELECT kind, role, version, file_sha256, signed_sha256, expires FROM import_file WHERE import = ? ORDER BY rowid',
      number,
    ),
    ...database.all(
      'SELECT path, role, length, sha256, hashes FROM import_target WHERE import = ? ORDER BY rowid',
      number,
    ),
  ]);
}

/** One generation: which import it publishes and what its snapshot lists, wherever those rows stand. */
export function generationDigest(database: Database, repository: RepositoryId, number: number): Sha256 {
  return digestOf([
    ...database.all(
      'SELECT repository, number, import, roles_of FROM generation WHERE repository = ? AND number = ?',
      repository,
      number,
    ),
    ...database.all(
      `SELECT role, version, length, file_sha256, expires, reachable FROM generation_role
        WHERE repository = ? AND generation = (SELECT COALESCE(roles_of, number) FROM generation WHERE repository = ? AND number = ?) ORDER BY rowid`,
      repository,
      repository,
      number,
    ),
  ]);
}

function digestOf(rows: readonly Row[]): Sha256 {
  return sha256(canonicalize(rows.map((row) => Object.values(row).map(asText))));
}

function asText(value: Value): string | number | null {
  if (value instanceof Uint8Array) throw new TypeError('no digest of bytes');
  return value;
}
