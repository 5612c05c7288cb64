/**
 * A data directory: made once, opened by every command. Layout (all of it private to its owner, S-09):
 *
 *   record.sqlite   the record (migrations/)         blobs/    target files by digest
 *   head.json       size and digest of the record    locks/    who is writing
 *   keys/           unless named elsewhere
 */
import { join } from 'node:path';
import { Refusal } from './errors.ts';
import { HeadFile } from './ledger/head-file.ts';
import { migrate, requireCurrentSchema } from './ledger/migrate.ts';
import { LedgerReader } from './ledger/reader.ts';
import { LedgerWriter, type WriterOptions } from './ledger/writer.ts';
import type { Mirror } from './mirror.ts';
import type { Clock } from './platform/clock.ts';
import { Database } from './platform/database.ts';
import { Disk } from './platform/disk.ts';
import { randomName } from './platform/random.ts';
import { BlobStore } from './publish/blobs.ts';
import { DEFAULT_LIFETIMES, requireLifetimes, type Lifetimes } from './publish/lifetimes.ts';
import { Keyring } from './sign/keyring.ts';

export interface DataPaths {
  readonly data: string;
  /** Default: `keys` inside the data directory. */
  readonly keys?: string | undefined;
  /** Default: `head.json` inside the data directory; another volume survives a restored backup. */
  readonly headFile?: string | undefined;
  /** Default: `blobs` inside the data directory. */
  readonly blobs?: string | undefined;
}

export interface OpenOptions {
  readonly clock: Clock;
  /** Who this process is, for the writer’s row. */
  readonly holder: string;
  readonly lifetimes?: Lifetimes | undefined;
  readonly waitMs?: number | undefined;
  readonly maxClockJumpDays?: number | undefined;
  /** Told of each disk and database operation before it happens: the fault test’s handle. */
  readonly before?: ((operation: string) => void) | undefined;
}

export function keysDirectory(paths: DataPaths): string {
  return paths.keys ?? join(paths.data, 'keys');
}

/**
 * Makes the directory and an empty record. Keys are made by the caller first, so that a record without keys never exists.
 * @throws STATE_ALREADY_INITIALISED
 */
export async function createDataDirectory(
  paths: DataPaths,
  options: OpenOptions,
  rootKeys: 'offline' | 'online',
): Promise<void> {
  const disk = new Disk(options.before);
  await refuseExisting(paths);
  for (const directory of [paths.data, join(paths.data, 'locks'), paths.blobs ?? join(paths.data, 'blobs')])
    await disk.makePrivateDirectory(directory);
  await disk.refuseUnlessPrivate(paths.data);
  // SQLite gives its own files the mode of the record, which it would otherwise create readable by others.
  await disk.create(recordPath(paths), new Uint8Array());
  const database = new Database(recordPath(paths), tracing(options));
  try {
    await migrate(database, disk);
    const writer = await LedgerWriter.open(database, writerOptions(paths, options, disk));
    try {
      await writer.recordGenesis(randomName(), rootKeys);
    } finally {
      writer.close();
    }
  } finally {
    database.close();
  }
}

/** @throws STATE_ALREADY_INITIALISED */
export async function refuseExisting(paths: DataPaths): Promise<void> {
  const disk = new Disk();
  if (await disk.exists(recordPath(paths))) {
    throw new Refusal('STATE_ALREADY_INITIALISED', `${paths.data} holds a record already.`);
  }
  // A head file without its record is all that is left of one: starting anew beside it would hide the loss.
  if (await disk.exists(headPath(paths))) {
    throw new Refusal(
      'STATE_ALREADY_INITIALISED',
      `The head file ${headPath(paths)} remembers a record that is not here.`,
      {
        next: 'Restore the record it belongs to, or move the head file away if that record is given up.',
      },
    );
  }
}

/** @throws STATE_NOT_INITIALISED, STATE_PERMISSIONS, STATE_SCHEMA, STATE_KEY */
export async function openMirror(paths: DataPaths, options: OpenOptions): Promise<Mirror> {
  const disk = new Disk(options.before);
  if (!(await disk.exists(recordPath(paths))))
    throw new Refusal('STATE_NOT_INITIALISED', `${paths.data} holds no record.`);
  await disk.refuseUnlessPrivate(paths.data);
  await disk.refuseUnlessPrivate(recordPath(paths));
  // A copy that was restored from a backup may lack what is never backed up.
  await disk.makePrivateDirectory(join(paths.data, 'locks'));
  const keyring = await Keyring.open(disk, keysDirectory(paths));
  const database = new Database(recordPath(paths), tracing(options));
  try {
    await migrate(database, disk);
    return {
      dataDirectory: paths.data,
      clock: options.clock,
      disk,
      database,
      keyring,
      reader: new LedgerReader(database),
      blobs: new BlobStore(paths.blobs ?? join(paths.data, 'blobs'), disk),
      lifetimes: requireLifetimes(options.lifetimes ?? DEFAULT_LIFETIMES),
      writerOptions: writerOptions(paths, options, disk),
    };
  } catch (error) {
    database.close();
    keyring.close();
    throw error;
  }
}

/** A second connection for reading only, as the serving side has it. */
export async function openReader(paths: DataPaths): Promise<LedgerReader> {
  const database = new Database(recordPath(paths));
  await requireCurrentSchema(database, new Disk());
  return new LedgerReader(database);
}

export function closeMirror(mirror: Mirror): void {
  mirror.database.close();
  mirror.keyring.close();
}

function recordPath(paths: DataPaths): string {
  return join(paths.data, 'record.sqlite');
}

function headPath(paths: DataPaths): string {
  return paths.headFile ?? join(paths.data, 'head.json');
}

function tracing({ before }: OpenOptions): { before?: (operation: string) => void } {
  return before ? { before } : {};
}

function writerOptions(paths: DataPaths, options: OpenOptions, disk: Disk): WriterOptions {
  return {
    lockDirectory: join(paths.data, 'locks'),
    headFile: new HeadFile(headPath(paths), disk),
    clock: options.clock,
    holder: options.holder,
    waitMs: options.waitMs ?? 10_000,
    maxClockJumpDays: options.maxClockJumpDays ?? 400,
  };
}
