/** S-04: no version is ever signed twice, whatever became of the rows that say which were taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reserveVersion, type VersionRequest } from '../../src/ledger/reservations.ts';
import type { Database } from '../../src/platform/database.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { filledLedger } from './spoilt.ts';

/** Long before the versions that the ledger has: minutes alone would not pass them. */
const EARLY = new Date('1970-01-01T01:00:00Z');

function issuedVersions(database: Database, { repository, role, epoch }: VersionRequest): number[] {
  const sql = 'SELECT version FROM issued WHERE repository = ? AND role = ? AND epoch = ? ORDER BY version';
  return database.all(sql, repository, role, epoch).map(({ version }) => Number(version));
}

/** The ledger is filled by hand: versions were issued, and there is no row that says that they were taken. */
for (const role of ['timestamp', 'snapshot'] as const) {
  void test(`where reservations are gone, the next ${role} is above the highest that was issued`, async () => {
    const { database } = await filledLedger();
    const request = { repository: repositoryId('one'), role, epoch: 1 };
    const highest = issuedVersions(database, request).at(-1) ?? NaN;
    assert.equal(reserveVersion(database, request, EARLY, 0), highest + 1);
    assert.equal(reserveVersion(database, request, EARLY, 0), highest + 2, 'and reservations count as before');
    assert.equal(reserveVersion(database, { ...request, epoch: 2 }, EARLY, 0), 60, 'other keys begin anew');
    database.close();
  });
}

void test('a version that earlier keys have issued is passed over as well', async () => {
  const { database } = await filledLedger();
  const request = { repository: repositoryId('one'), role: 'timestamp', epoch: 1 } as const;
  const [first = NaN, ...others] = issuedVersions(database, request);
  const atFirst = new Date(first * 60_000);
  assert.equal(reserveVersion(database, { ...request, epoch: 2 }, atFirst, 0), first + others.length + 1);
  database.close();
});
