/**
 * Whether a translated record serves and lists what it did: its new tables, made from nothing but events, against the
 * tables that were set aside. Rows that the old events did not speak of are thereby held to them as well (S-10).
 */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';

/** Columns that both have. */
const SHARED: Readonly<Record<string, string>> = {
  repository: 'id, dialect, upstream, root_sha256, selection, max_upstream_age_days',
  repository_limit: 'repository, name, value',
  import: 'number, repository, outcome, code, candidate',
  generation: 'repository, number, import, created_at',
  issued: 'repository, role, epoch, version, generation, file_sha256, expires, at',
  current: 'repository, generation, root_version, snapshot_version, timestamp_version, online_epoch',
  reservation: 'repository, role, epoch, version, at',
};

/** @throws STATE_DAMAGED naming a row that is not what the events say */
export function requireSameContent(database: Database): void {
  for (const [table, columns] of Object.entries(SHARED)) {
    for (const [one, other] of [
      [table, `plain_${table}`],
      [`plain_${table}`, table],
    ] as const) {
      const row = database.one(`SELECT ${columns} FROM ${one} EXCEPT SELECT ${columns} FROM ${other} LIMIT 1`);
      if (!row) continue;
      throw new Refusal(
        'STATE_DAMAGED',
        `The plain record’s table ${table} is not what its events say: (${Object.values(row).join(', ')}).`,
      );
    }
  }
}
