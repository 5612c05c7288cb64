/**
 * After a crash. A publication is one transaction, so the record is whole by itself; what can be left over is temporary
 * files, and a head file one step behind. A record that was restored from a backup is different: it goes on only by a
 * person’s decision, and its versions leap over those that clients may have seen (S-06).
 */
import { join } from 'node:path';
import { isRefusal, Refusal } from '../errors.ts';
import { logSize } from '../ledger/log-rows.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { entriesSeenBeyond } from '../ledger/release.ts';
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

/** How many events the head file remembers beyond the record. */
export async function countLostEvents({ database, writerOptions }: AdoptedRecord): Promise<number> {
  return Math.max(0, ((await writerOptions.headFile.read())?.size ?? 0) - logSize(database));
}

/**
 * Goes on with a restored record: the decision is an event, and every online role’s next version leaps.
 * @param givenUp repositories whose clients will refuse what this record can issue, by a person’s decision
 * @throws STATE_RESTORED when the backup is older than a root that clients have: that root cannot be made again
 */
export async function adoptRestoredRecord(
  record: AdoptedRecord,
  reason: string,
  givenUp: ReadonlySet<string> = new Set(),
): Promise<{ eventsLost: number }> {
  const { database, reader, writerOptions } = record;
  const remembered = await writerOptions.headFile.read();
  const currents = reader.currents();
  for (const { repository, rootVersion } of currents) {
    const lost = remembered?.roots.get(repository) ?? 0;
    if (lost <= rootVersion || givenUp.has(repository)) continue;
    throw new Refusal(
      'STATE_RESTORED',
      `The record ends at root version ${rootVersion} of ${repository}, and clients have version ${lost}.`,
      {
        details: { repository, rootVersion, lost },
        next: `Restore a backup made after that root was issued. Without one, give ${repository} up (--give-up ${repository}): its clients must be set up anew, under a new id.`,
      },
    );
  }
  // A head file that came out of the same backup remembers no more than the record; witnesses do.
  const seenBeyond = await entriesSeenBeyond(database, writerOptions);
  const eventsLost = Math.max(await countLostEvents(record), seenBeyond);
  // A head file that is gone, or says something else, may have remembered more than this record holds.
  const isSameLog = seenBeyond === 0 && (await isRemembered(record));
  const writer = await LedgerWriter.open(database, { ...writerOptions, adopting: 'restored-record' });
  try {
    const requests = currents.flatMap(({ repository, onlineEpoch: epoch }) =>
      (['snapshot', 'timestamp'] as const).map((role) => ({ repository, role, epoch })),
    );
    await writer.adoptRestored(reason, eventsLost, requests, RESTORE_MARGIN, isSameLog);
  } finally {
    writer.close();
  }
  return { eventsLost };
}

/** Whether the record is the one that its head file remembers, and lacks nothing. */
async function isRemembered({ database, writerOptions: { headFile, keys } }: AdoptedRecord): Promise<boolean> {
  try {
    await headFile.refuseRestored(database, keys.checkpoints);
    return true;
  } catch (error) {
    if (isRefusal(error, 'STATE_RESTORED')) return false;
    throw error;
  }
}

/**
 * Goes on with a clock that stepped, once a person has made sure that it is right now. Versions that were signed under a
 * clock far ahead stay used: rotate the online keys, and versions start over.
 */
export async function adoptClock({ database, writerOptions }: AdoptedRecord, reason: string): Promise<void> {
  const writer = await LedgerWriter.open(database, { ...writerOptions, adopting: 'stepped-clock' });
  try {
    await writer.adoptClock(reason, writerOptions.log.lastAt ?? writerOptions.clock.now());
  } finally {
    writer.close();
  }
}

export interface AdoptedRecord {
  readonly database: Database;
  readonly reader: LedgerReader;
  readonly writerOptions: WriterOptions;
}
