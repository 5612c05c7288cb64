/**
 * A record opened for looking at it, without any of its keys: a copy of the data directory is enough for an auditor. It
 * makes no file and changes none. Everything of one answer is read from one state, however long a writer goes on beside it.
 */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { HeadFile } from '../ledger/head-file.ts';
import { requireCurrentSchema } from '../ledger/migrate.ts';
import { LedgerReader } from '../ledger/reader.ts';
import { SealedStore, type SealedValue } from '../ledger/sealed.ts';
import { Database } from '../platform/database.ts';
import { Disk } from '../platform/disk.ts';

export interface RecordPaths {
  readonly data: string;
  readonly headFile?: string | undefined;
}

/** Names, reasons, keys and signatures, as far as they are there. */
export type SealedValues = Pick<SealedStore, 'open' | 'all'>;

export interface AuditedRecord {
  readonly database: Database;
  readonly reader: LedgerReader;
  readonly sealed: SealedValues;
  readonly headFile: HeadFile;
  readonly disk: Disk;
}

/** The layout of src/open.ts. @throws STATE_NOT_INITIALISED, STATE_PERMISSIONS, STATE_SCHEMA */
export async function openRecord(paths: RecordPaths): Promise<AuditedRecord & { close(): void }> {
  const disk = new Disk();
  const file = join(paths.data, 'record.sqlite');
  if (!(await disk.exists(file))) throw new Refusal('STATE_NOT_INITIALISED', `${paths.data} holds no record.`);
  for (const path of [paths.data, file]) await disk.refuseUnlessPrivate(path);
  const database = new Database(file);
  try {
    await requireCurrentSchema(database, disk);
    const sealed = await openSealed(join(paths.data, 'sealed.sqlite'), disk);
    return {
      database,
      reader: new LedgerReader(database, (digest) => sealed.open(digest)?.value),
      sealed,
      headFile: new HeadFile(paths.headFile ?? join(paths.data, 'head.json'), disk),
      disk,
      close() {
        sealed.close();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A copy without personal data is a legal copy: everything in it counts as erased. */
async function openSealed(path: string, disk: Disk): Promise<SealedValues & { close(): void }> {
  if (await disk.exists(path)) return SealedStore.open(path, disk);
  return { open: () => undefined, all: () => [], close: () => undefined };
}

/** Everything that `work` reads is of one moment. */
export async function consistently<Result>(
  { database }: Pick<AuditedRecord, 'database'>,
  work: () => Promise<Result> | Result,
): Promise<Result> {
  database.script('BEGIN');
  try {
    return await work();
  } finally {
    database.script('COMMIT');
  }
}

/** The text of a sealed value; undefined when it was erased. @throws STATE_SEALED for what is not what was sealed */
export function opened(sealed: SealedValues, digest: string | null | undefined): SealedValue['value'] | undefined {
  return digest === null || digest === undefined ? undefined : sealed.open(digest)?.value;
}
