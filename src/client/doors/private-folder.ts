/**
 * A folder that belongs to one account: made, looked at, written durably. The pin and the marks of a guard lie in it, so
 * whoever else could write or read it could decide what is believed (S-09).
 *
 * An error of the disk becomes a refusal here and nowhere else; one from fsync is never tried again (S-08).
 */
import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Code, Refusal } from '../../errors.ts';

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const CHUNK_BYTES = 65_536;

/** A name under which a file is written until it is whole; `owner` says for what. */
export function temporaryName(owner = ''): string {
  return `.${owner}${owner === '' ? '' : '.'}${randomUUID()}.tmp`;
}

export function isTemporary(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp');
}

/** Makes the folder and those above it that do not exist, durably. @throws STATE_PERMISSIONS, STATE_DISK */
export async function makePrivate(path: string): Promise<void> {
  if (await isPrivate(path)) return;
  const made = await onDisk(path, () => mkdir(path, { recursive: true, mode: PRIVATE_FOLDER }));
  // A folder that a power cut takes away takes along what is in it (S-03).
  for (let at = path; made !== undefined && at.length >= made.length; at = dirname(at)) await syncFolder(dirname(at));
  if (!(await isPrivate(path))) throw new Refusal('STATE_DISK', `${path} vanished as soon as it was made.`);
}

/**
 * @returns false when there is nothing of that name
 * @throws STATE_PERMISSIONS when a link or file is in its place, when it is another account’s, or open to others
 */
export async function isPrivate(path: string): Promise<boolean> {
  const stats = await statOf(path);
  if (stats === undefined) return false;
  if (!stats.isDirectory()) {
    throw new Refusal('STATE_PERMISSIONS', `${path} is ${stats.isSymbolicLink() ? 'a symbolic link' : 'no folder'}.`);
  }
  // Whoever may write the folder above could have put one of their own in its place.
  if (stats.uid !== process.getuid?.()) {
    throw new Refusal('STATE_PERMISSIONS', `${path} belongs to another account (uid ${stats.uid}).`);
  }
  if ((stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(3, '0');
    throw new Refusal('STATE_PERMISSIONS', `${path} is open to others (mode ${mode}).`);
  }
  return true;
}

export async function namesIn(folder: string): Promise<string[]> {
  return onDisk(folder, () => readdir(folder));
}

/** Of the path itself, links not followed; undefined when there is nothing. */
export async function statOf(path: string): Promise<Stats | undefined> {
  return unlessAbsent(path, () => lstat(path));
}

/** An open file, and how long it was when it was opened. */
export interface PlainFile {
  readonly handle: FileHandle;
  readonly size: number;
}

/**
 * Opens a regular file for reading; undefined when there is nothing.
 * @throws STATE_PERMISSIONS for a link (P-05), STATE_CACHE for anything else that is no file
 */
export async function openPlain(path: string): Promise<PlainFile | undefined> {
  // O_NONBLOCK: opening a pipe that somebody put in the file’s place must not hang.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await unlessAbsent(path, () => open(path, flags));
  if (handle === undefined) return undefined;
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, size: stats.size };
  await handle.close();
  throw new Refusal('STATE_CACHE', `${path} is not a regular file.`);
}

/** The file in chunks; closes it. @throws STATE_DISK while it is read */
export async function* chunksOf(path: string, { handle, size }: PlainFile): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (let read = 0; ;) {
      // A new buffer each time: the reader may keep what it was given. One byte more than the rest, so that most files
      // are read to their end, and known to be, in one go.
      const room = Math.min(Math.max(size - read, 0) + 1, CHUNK_BYTES);
      const { bytesRead, buffer } = await onDisk(path, () => handle.read(Buffer.allocUnsafe(room)));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      read += bytesRead;
      if (bytesRead < room && read >= size) return;
    }
  } finally {
    await handle.close();
  }
}

/** A new file of mode 0600, whole and durable when this returns; removed again when reading `content` throws. */
export async function create(
  path: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  seen: (chunk: Uint8Array) => void = () => undefined,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await onDisk(path, () => open(path, flags, PRIVATE_FILE));
  try {
    for await (const chunk of content) {
      seen(chunk);
      // Goes on where the last one ended, until all of the chunk is written.
      await onDisk(path, () => handle.writeFile(chunk));
    }
    await onDisk(path, () => handle.sync());
    await onDisk(path, () => handle.close());
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

/** Makes names in the folder durable: new ones, and those that are gone. */
export async function syncFolder(path: string): Promise<void> {
  await onDisk(path, async () => {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** The time of the file system, milliseconds since 1970: what a file gets that is written to the folder now. */
export async function timeIn(folder: string): Promise<number> {
  const probe = join(folder, temporaryName());
  await create(probe, []);
  const stats = await statOf(probe);
  await unlessAbsent(probe, () => unlink(probe));
  if (stats === undefined) throw new Refusal('STATE_DISK', `${folder} lost a file as soon as it was written.`);
  return stats.mtimeMs;
}

/** As `onDisk`, and undefined when there is nothing of that name. */
export async function unlessAbsent<T>(path: string, operation: () => Promise<T>): Promise<T | undefined> {
  return onDisk(path, async () => {
    try {
      return await operation();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  });
}

/** Names the path and the reason when the disk says no. @throws STATE_PERMISSIONS, STATE_DISK; a bug stays one */
export async function onDisk<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const reason = errorCode(error);
    if (error instanceof Refusal || reason === undefined || reason.startsWith('ERR_')) throw error;
    const code: Code = ['EACCES', 'EPERM', 'ELOOP'].includes(reason) ? 'STATE_PERMISSIONS' : 'STATE_DISK';
    const what = reason === 'ELOOP' ? `${path} is a symbolic link.` : `${path} cannot be used (${reason}).`;
    throw new Refusal(code, what, { details: { file: path, reason }, cause: error });
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
