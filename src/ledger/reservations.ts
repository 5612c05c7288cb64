/**
 * Versions, taken before anything is signed with them and never taken twice (S-04). They are at least the minutes since
 * 1970, so that a lost or restored record still rises, and at most a day ahead of the clock. Rows of reservations are in no
 * leaf, so one that is gone is missed by nobody: what was issued, which leaves say, counts as taken as well.
 */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import { formatDate } from '../tuf/dates.ts';
import type { MirrorRole, RepositoryId } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';

/** The next version of an online role under the keys of an epoch. */
export interface VersionRequest {
  readonly repository: RepositoryId;
  readonly role: Exclude<MirrorRole, 'root'>;
  readonly epoch: number;
}

/** What was taken, and what was made with it. */
const TABLES = ['reservation', 'issued'] as const;

/**
 * Inside a transaction: takes the next version, and `margin` more to leap over what a lost record may have used.
 * @returns the version, or STATE_VERSION_AHEAD in its place
 */
export function reserveVersion(
  database: Database,
  { repository, role, epoch }: VersionRequest,
  now: Date,
  margin: number,
): number | Refusal {
  const minutes = Math.floor(now.getTime() / 60_000);
  const highest = TABLES.map((table) => {
    const sql = `SELECT COALESCE(MAX(version), 0) AS v FROM ${table} WHERE repository = ? AND role = ? AND epoch = ?`;
    return Number(database.one(sql, repository, role, epoch)?.['v']);
  });
  let version = Math.max(...highest.map((taken) => taken + 1), minutes) + margin;
  // Keys of an earlier epoch may have signed it: a version is a file’s name, and no name is ever given twice (S-04).
  while (isTaken(database, repository, role, version)) version++;
  if (version > minutes + DAY_MS / 60_000) {
    return new Refusal(
      'STATE_VERSION_AHEAD',
      `The next ${role} of ${repository} would be version ${version}, more than a day ahead of the clock.`,
      {
        details: { repository, role, version },
      },
    );
  }
  database.run(
    'INSERT INTO reservation (repository, role, epoch, version, at) VALUES (?, ?, ?, ?, ?)',
    repository,
    role,
    epoch,
    version,
    formatDate(now),
  );
  return version;
}

function isTaken(database: Database, repository: RepositoryId, role: MirrorRole, version: number): boolean {
  return TABLES.some((table) => {
    const sql = `SELECT 1 FROM ${table} WHERE repository = ? AND role = ? AND version = ?`;
    return database.one(sql, repository, role, version) !== undefined;
  });
}
