/** How audit commands open a data directory: for looking without keys, for what is itself recorded with them. */
import { type AuditedRecord, consistently, openRecord } from '../../audit/record.ts';
import type { AppendEvents } from '../../audit/append.ts';
import { type Mirror, withWriter } from '../../mirror.ts';
import type { Invocation } from '../invocation.ts';

/** Opens the record without any of its keys; everything that `work` reads is of one moment. */
export async function withRecord<Result>(
  invocation: Invocation,
  work: (record: AuditedRecord) => Promise<Result> | Result,
): Promise<Result> {
  const { paths } = await invocation.settings();
  const record = await openRecord(paths);
  try {
    return await consistently(record, () => work(record));
  } finally {
    record.close();
  }
}

/** The same record of an opened mirror. */
export function recordOf({ database, reader, sealed, disk, writerOptions }: Mirror): AuditedRecord {
  return { database, reader, sealed, disk, headFile: writerOptions.headFile };
}

/** Appends events as the record’s only writer. @returns their leaves */
export function appending(mirror: Mirror): AppendEvents {
  return async (events) => {
    const leaves = await withWriter(mirror, (writer) => writer.commit({ events }));
    // The first event of a new version says so before them.
    return leaves.slice(-events.length);
  };
}
