/** How audit commands open a data directory: for looking without keys, for what is itself recorded with them. */
import { type AuditedRecord, consistently, openRecord } from '../../audit/record.ts';
import type { AppendEvent } from '../../audit/append.ts';
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

/** Appends one event as the record’s only writer. @returns its leaf */
export function appending(mirror: Mirror): AppendEvent {
  return async (event) => {
    const leaves = await withWriter(mirror, (writer) => writer.commit({ events: [event] }));
    const leaf = leaves.at(-1);
    if (!leaf) throw new TypeError('the event has no leaf');
    return leaf;
  };
}
