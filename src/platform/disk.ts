/**
 * The disk as a door. Every operation that can fail or be cut short is named to `before` first, so that the fault test
 * can fail it, or kill the process, at each one in turn.
 *
 * Durable write, in this order (S-03, S-08): temporary name in the same directory → write → fsync → rename → fsync of
 * the directory. Between any two of these the old file is whole; an error from fsync is never retried.
 */
import { constants, createReadStream, type Stats } from 'node:fs';
import { type FileHandle, chmod, lstat, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../errors.ts';
import { randomName } from './random.ts';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;

export class Disk {
  readonly #before: (operation: string) => void;

  constructor(before: (operation: string) => void = () => undefined) {
    this.#before = before;
  }

  async makePrivateDirectory(path: string): Promise<void> {
    this.#before(`mkdir ${basename(path)}`);
    const made = await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
    // A folder that a power cut takes away takes the durable file in it along (S-03).
    if (made !== undefined) await this.syncDirectory(dirname(made));
  }

  /** @throws STATE_PERMISSIONS when anyone but the owner has any access, or a link stands in its place (S-09, P-05). */
  async refuseUnlessPrivate(path: string): Promise<void> {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) throw new Refusal('STATE_PERMISSIONS', `${path} is a symbolic link.`);
    if ((stats.mode & 0o077) !== 0) {
      throw new Refusal(
        'STATE_PERMISSIONS',
        `${path} is open to others (mode ${(stats.mode & 0o777).toString(8).padStart(3, '0')}).`,
      );
    }
  }

  async exists(path: string): Promise<boolean> {
    return (await this.stat(path)) !== undefined;
  }

  /** Of the path itself, links not followed; undefined when there is nothing. */
  async stat(path: string): Promise<Stats | undefined> {
    try {
      return await lstat(path);
    } catch (error) {
      if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  /** Reads a regular file of at most `maxBytes`; never follows a link in its last component. */
  async read(path: string, maxBytes: number): Promise<Buffer> {
    // O_NONBLOCK: opening a pipe that somebody put in the file’s place must not hang.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
      if (stats.size > maxBytes) throw new Error(`${path} is larger than ${String(maxBytes)} bytes`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }

  /** The file’s bytes, or those from `start` to `end` (inclusive), as they are read; opened by the first read. */
  stream(path: string, range: { readonly start?: number; readonly end?: number } = {}): AsyncIterable<Uint8Array> {
    return createReadStream(path, range);
  }

  async list(path: string): Promise<string[]> {
    return (await readdir(path)).sort();
  }

  /** Creates or replaces `path` durably, with mode 0600. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const staged = await this.stage(dirname(path));
    try {
      await staged.append(bytes);
      await staged.place(path);
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }

  /** Creates `path` durably with mode 0600 and fails when it exists: keys and drafts are never overwritten. */
  async create(path: string, bytes: Uint8Array, mode = PRIVATE_FILE): Promise<void> {
    this.#before(`create ${basename(path)}`);
    const handle = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      mode,
    );
    try {
      await handle.writeFile(bytes);
      this.#before(`fsync ${basename(path)}`);
      await handle.sync();
      await handle.close();
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true });
      throw error;
    }
    await chmod(path, mode);
    await this.syncDirectory(dirname(path));
  }

  /** A new file in `directory` under a temporary name, to be filled and then placed or discarded. */
  async stage(directory: string): Promise<StagedFile> {
    this.#before('open temporary file');
    const path = join(directory, `.${randomName()}.tmp`);
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE_FILE);
    return new StagedFile(path, handle, this, this.#before);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#before('fsync directory');
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async remove(path: string): Promise<void> {
    this.#before(`remove ${basename(path)}`);
    await rm(path, { force: true });
  }

  /** Free bytes for an unprivileged writer on the file system of `path`. */
  async freeBytes(path: string): Promise<number> {
    const stats = await statfs(path);
    return stats.bavail * stats.bsize;
  }
}

export class StagedFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #disk: Disk;
  readonly #before: (operation: string) => void;

  constructor(path: string, handle: FileHandle, disk: Disk, before: (operation: string) => void) {
    this.path = path;
    this.#handle = handle;
    this.#disk = disk;
    this.#before = before;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#before('write temporary file');
    // A short write is possible when the disk fills up; only the whole of the bytes counts as written.
    for (let written = 0; written < bytes.length;) {
      written += (await this.#handle.write(bytes, written)).bytesWritten;
    }
  }

  /** Makes the content durable under its final name. */
  async place(path: string): Promise<void> {
    this.#before(`fsync ${basename(path)}`);
    await this.#handle.sync();
    await this.#handle.close();
    this.#before(`rename ${basename(path)}`);
    await rename(this.path, path);
    await this.#disk.syncDirectory(dirname(path));
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** Disk errors as refusals: full, read-only and failing disks are the operator’s to mend; others stay bugs. */
export function asDiskRefusal(error: unknown, doing: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === undefined || error instanceof Refusal) return error;
  if (
    ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'SQLITE_FULL', 'SQLITE_READONLY'].includes(code) ||
    code.startsWith('SQLITE_IOERR')
  ) {
    return new Refusal('STATE_DISK', `The disk refused ${doing} (${code}).`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'SQLITE_CANTOPEN') {
    return new Refusal('STATE_PERMISSIONS', `This account may not do ${doing} (${code}).`, {
      cause: error,
      next: 'Check who owns the data directory.',
    });
  }
  return error;
}
