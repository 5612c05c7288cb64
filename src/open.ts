/**
 * A data directory: made once, opened by every command. Layout (all of it private to its owner, S-09):
 *
 *   record.sqlite   the ledger and its tables (migrations/)   blobs/    target files by digest
 *   sealed.sqlite   names, reasons, people's keys: erasable   locks/    who is writing
 *   head.json       the last signed checkpoint                keys/     unless named elsewhere
 */
import { join } from 'node:path';
import { Refusal } from './errors.ts';
import { RULES } from './gate/fold.ts';
import type { Rules } from './gate/rules.ts';
import { HeadFile } from './ledger/head-file.ts';
import { ledgerKeys, type LedgerKeys } from './ledger/keys.ts';
import { migrate, requireCurrentSchema } from './ledger/migrate.ts';
import { isPlainRecord, translatePlainRecord, type Translating } from './ledger/plain-record.ts';
import { LedgerReader } from './ledger/reader.ts';
import { SealedStore } from './ledger/sealed.ts';
import { VerifiedLog } from './ledger/verified-log.ts';
import { LedgerWriter, type WriterOptions } from './ledger/writer.ts';
import type { Mirror } from './mirror.ts';
import type { Clock } from './platform/clock.ts';
import { Database } from './platform/database.ts';
import { Disk } from './platform/disk.ts';
import { ownVersion } from './platform/own-version.ts';
import { randomName } from './platform/random.ts';
import { BlobStore } from './publish/blobs.ts';
import { DEFAULT_LIFETIMES, requireLifetimes, type Lifetimes } from './publish/lifetimes.ts';
import { Keyring } from './sign/keyring.ts';
import { NetworkWitnesses } from './witness/network-witnesses.ts';

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
  logOrigin?: string,
): Promise<void> {
  const disk = new Disk(options.before);
  await refuseExisting(paths);
  for (const directory of [paths.data, join(paths.data, 'locks'), paths.blobs ?? join(paths.data, 'blobs')])
    await disk.makePrivateDirectory(directory);
  await disk.refuseUnlessPrivate(paths.data);
  // SQLite gives its own files the mode of the record, which it would otherwise create readable by others.
  await disk.create(recordPath(paths), new Uint8Array());
  const keyring = await Keyring.open(disk, keysDirectory(paths));
  const database = new Database(recordPath(paths), tracing(options));
  try {
    await migrate(database, disk);
    const sealed = await SealedStore.open(sealedPath(paths), disk, tracing(options));
    try {
      const parts = { log: newLog(), keys: keysOf(keyring), sealed, software: await ownVersion() };
      const writer = await LedgerWriter.open(database, writerOptions(paths, options, disk, parts));
      try {
        const installation = randomName();
        await writer.recordGenesis(installation, logOrigin ?? defaultOrigin(installation), rootKeys);
      } finally {
        writer.close();
      }
    } finally {
      sealed.close();
    }
  } finally {
    database.close();
    keyring.close();
  }
}

/** A log’s name is never used twice: without a host name of its own, the installation’s random one makes it unique. */
export function defaultOrigin(installation: string): string {
  return `countersign-${installation.slice(0, 12)}/log`;
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
  let sealed: SealedStore | undefined;
  try {
    sealed = await SealedStore.open(sealedPath(paths), disk, tracing(options));
    const store = sealed;
    const parts = { log: newLog(), keys: keysOf(keyring), sealed, software: await ownVersion() };
    await migrateRecord(database, paths, disk, { ...parts, origin: defaultOrigin });
    return {
      dataDirectory: paths.data,
      clock: options.clock,
      disk,
      database,
      keyring,
      reader: new LedgerReader(database, (digest) => store.open(digest)?.value),
      log: parts.log,
      sealed,
      blobs: new BlobStore(paths.blobs ?? join(paths.data, 'blobs'), disk),
      lifetimes: requireLifetimes(options.lifetimes ?? DEFAULT_LIFETIMES),
      writerOptions: writerOptions(paths, options, disk, parts),
    };
  } catch (error) {
    sealed?.close();
    database.close();
    keyring.close();
    throw error;
  }
}

/** To this version’s schema; a record from before the ledger becomes one. */
async function migrateRecord(
  database: Database,
  paths: DataPaths,
  disk: Disk,
  translating: Translating,
): Promise<void> {
  const isPlain = isPlainRecord(database);
  if (isPlain) await new HeadFile(headPath(paths), disk).followPlainRecord(database);
  await migrate(database, disk, (plain) => {
    translatePlainRecord(plain, translating);
  });
  if (!isPlain) return;
  // What was told in plain words is sealed now; the file must not keep the words in pages that nothing refers to.
  database.run('VACUUM');
  database.one('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** A second connection for reading only, as the serving side has it. */
export async function openReader(paths: DataPaths): Promise<LedgerReader> {
  const database = new Database(recordPath(paths));
  await requireCurrentSchema(database, new Disk());
  return new LedgerReader(database);
}

export function closeMirror(mirror: Mirror): void {
  mirror.sealed.close();
  mirror.database.close();
  mirror.keyring.close();
}

function recordPath(paths: DataPaths): string {
  return join(paths.data, 'record.sqlite');
}

function sealedPath(paths: DataPaths): string {
  return join(paths.data, 'sealed.sqlite');
}

/** The ledger, read and folded into the rules as far as it was verified. */
function newLog(): VerifiedLog<Rules> {
  return new VerifiedLog(RULES);
}

function keysOf(keyring: Keyring): LedgerKeys {
  return ledgerKeys(keyring.checkpointSigner(), keyring.attestationSigner());
}

function headPath(paths: DataPaths): string {
  return paths.headFile ?? join(paths.data, 'head.json');
}

function tracing({ before }: OpenOptions): { before?: (operation: string) => void } {
  return before ? { before } : {};
}

type Parts = Pick<WriterOptions, 'keys' | 'sealed' | 'software'> & { readonly log: VerifiedLog<Rules> };

function writerOptions(paths: DataPaths, options: OpenOptions, disk: Disk, parts: Parts): WriterOptions {
  return {
    ...parts,
    lockDirectory: join(paths.data, 'locks'),
    headFile: new HeadFile(headPath(paths), disk),
    clock: options.clock,
    holder: options.holder,
    waitMs: options.waitMs ?? 10_000,
    maxClockJumpDays: options.maxClockJumpDays ?? 400,
    witnesses: new NetworkWitnesses(options.clock),
  };
}
