/** What is due for renewal and when, read from the record: so that the lock is taken only when there is work. */
import type { LedgerReader } from '../ledger/reader.ts';
import type { Current, IssuedFile } from '../ledger/records.ts';
import { isHalfOver } from '../publish/lifetimes.ts';
import type { Keyring } from '../sign/keyring.ts';
import type { MirrorRole, RepositoryId } from '../tuf/names.ts';

interface Issuer {
  readonly reader: LedgerReader;
  readonly keyring: Pick<Keyring, 'hasRootOnline'>;
}

/** Mirror roles of a repository that are past half of their life and whose keys are here. */
export function dueRoles({ reader, keyring }: Issuer, repository: RepositoryId, now: Date): MirrorRole[] {
  const files = newestFiles(reader, repository).filter(({ role }) => role !== 'root' || keyring.hasRootOnline);
  const due = files.filter((file) => isHalfOver(file.at, file.expires, now)).map(({ role }) => role);
  // Whatever else is renewed, the timestamp must follow.
  return due.length > 0 && !due.includes('timestamp') ? [...due, 'timestamp'] : due;
}

/** When the next timestamp is due; undefined when nothing is published. */
export function nextRenewal(reader: LedgerReader, repository: RepositoryId): Date | undefined {
  const timestamp = newestFiles(reader, repository).find(({ role }) => role === 'timestamp');
  return timestamp && new Date((timestamp.at.getTime() + timestamp.expires.getTime()) / 2);
}

function newestFiles(reader: LedgerReader, repository: RepositoryId): IssuedFile[] {
  const current = reader.current(repository);
  if (!current) return [];
  return (['root', 'snapshot', 'timestamp'] as const).map((role) =>
    reader.issuedVersion(repository, role, versionOf(current, role)),
  );
}

function versionOf(current: Current, role: MirrorRole): number {
  return { root: current.rootVersion, snapshot: current.snapshotVersion, timestamp: current.timestampVersion }[role];
}
