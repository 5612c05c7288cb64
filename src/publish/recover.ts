/**
 * After a crash. A publication is one transaction, so the record is whole by itself; what can be left over is temporary
 * files, and a head file one step behind. A record that was restored from a backup is different: it goes on only by a
 * person’s decision, and its versions leap over those that clients may have seen (S-06).
 */
import { join } from 'node:path';
import type { LedgerReader } from '../ledger/reader.ts';
import { LedgerWriter, type WriterOptions } from '../ledger/writer.ts';
import type { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';

/** Versions to leap after a restore: half of the day that a version may run ahead of the clock. */
export const RESTORE_MARGIN = 720;

/** Removes temporary files that a killed process left; only while no import runs. @returns their names */
export async function clearLeftovers(disk: Disk, dataDirectory: string, blobDirectory: string): Promise<string[]> {
  const removed: string[] = [];
  for (const directory of [dataDirectory, join(blobDirectory, 'incoming')]) {
    if (!(await disk.exists(directory))) continue;
    for (const name of await disk.list(directory)) {
      if (!/^\.[0-9a-f]{32}\.tmp$/.test(name)) continue;
      await disk.remove(join(directory, name));
      removed.push(name);
    }
  }
  return removed;
}

/** Goes on with a restored record: the decision is an event, and every online role’s next version leaps. */
export async function adoptRestoredRecord(
  { database, reader, writerOptions }: { database: Database; reader: LedgerReader; writerOptions: WriterOptions },
  reason: string,
): Promise<{ eventsLost: number }> {
  const eventsLost = await writerOptions.headFile.eventsLost(database);
  const writer = await LedgerWriter.open(database, { ...writerOptions, mayBeRestored: true });
  try {
    await writer.adoptRestored(reason, eventsLost);
    const requests = reader
      .currents()
      .flatMap(({ repository }) => (['snapshot', 'timestamp'] as const).map((role) => ({ repository, role })));
    await writer.reserve(requests, RESTORE_MARGIN);
  } finally {
    writer.close();
  }
  return { eventsLost };
}
