/** What lies beside the leaves: the schema with its triggers, stored files by digest, and every table as the leaves say it. */
import { reservationProblems, schemaProblems } from '../../publish/fsck-record.ts';
import type { Database } from '../../platform/database.ts';
import { sha256 } from '../../tuf/digest.ts';
import type { AuditedRecord } from '../record.ts';
import type { Findings } from './findings.ts';

export async function checkSchema({ database, disk }: AuditedRecord, findings: Findings): Promise<void> {
  const integrity = database.all('PRAGMA integrity_check').map((row) => String(row['integrity_check']));
  for (const line of integrity.filter((one) => one !== 'ok').slice(0, 20))
    findings.add('STATE_DAMAGED', `The record’s structure: ${line}.`, { row: 'record.sqlite' });
  for (const { table, rowid } of database.all('PRAGMA foreign_key_check').slice(0, 20))
    findings.add('STATE_DAMAGED', 'A row of the record refers to nothing.', {
      row: `${String(table)} ${String(rowid)}`,
    });
  // Whoever changed a trigger could edit unseen (S-02).
  for (const what of await schemaProblems(database, disk)) findings.add('STATE_DAMAGED', what, { row: 'schema' });
}

/** The one counter that no leaf tells. */
export function checkReservations({ database }: AuditedRecord, findings: Findings): void {
  for (const what of reservationProblems(database)) findings.add('STATE_DAMAGED', what, { row: 'reservation' });
}

/** Leaves name files by digest: the bytes under it must be those. @returns how many there are */
export function checkFiles(database: Database, findings: Findings): number {
  let count = 0;
  for (let last = ''; ;) {
    const rows = database.all('SELECT sha256, bytes FROM file WHERE sha256 > ? ORDER BY sha256 LIMIT 200', last);
    for (const { sha256: digest, bytes } of rows) {
      count++;
      last = String(digest);
      if (bytes instanceof Uint8Array && sha256(bytes) === last) continue;
      findings.add('STATE_DAMAGED', `The record’s file ${last} is not what it was.`, { row: `file ${last}` });
    }
    if (rows.length < 200) return count;
  }
}
