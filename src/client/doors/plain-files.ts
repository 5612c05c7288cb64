/**
 * Regular files below a folder that somebody else filled. Nothing below it is followed or waited for: a link could lead
 * to anything this account can read (P-05), a FIFO would block for ever, and a file may change while it is read (B-04).
 *
 * Node cannot open relative to an open folder. So every component is looked at before the file is opened and again
 * after, and what was opened must be what was looked at: whoever swaps a folder for a link meanwhile is noticed.
 */
import { type BigIntStats, constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Code, type Details, Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';

const CHUNK_BYTES = 65_536;

/** Something on disk, as it was when it was looked at. */
interface Seen {
  readonly path: string;
  readonly stats: BigIntStats;
}

/** A regular file and the folders on the way to it. Nothing is open until it is read. */
export interface PlainFile extends Seen {
  readonly way: readonly Seen[];
}

/**
 * @param base a folder that exists, links in it resolved
 * @param components per component the file names to try, in this order; each one name, never a path
 * @returns undefined when there is nothing of these names
 * @throws SOURCE_UNREADABLE for links, devices, FIFOs, folders in the place of files, and failing disks
 */
export async function findPlainFile(
  base: string,
  components: readonly (readonly string[])[],
): Promise<PlainFile | undefined> {
  const way: Seen[] = [];
  let path = base;
  for (const [index, names] of components.entries()) {
    const found = await firstOf(path, names);
    if (found === undefined) return undefined;
    ({ path } = found);
    const { stats } = found;
    if (index === components.length - 1) {
      if (!stats.isFile()) throw unreadable(path, `it is ${kindOf(stats)}, not a regular file`);
      return { ...found, way };
    }
    // Below a plain file there is nothing.
    if (stats.isFile()) return undefined;
    if (!stats.isDirectory()) throw unreadable(path, `it is ${kindOf(stats)}, not a folder`);
    way.push(found);
  }
  return undefined;
}

/** The whole file in chunks. @throws SOURCE_TOO_LARGE, SOURCE_TRUNCATED, SOURCE_UNREADABLE while it is read */
export async function* readPlainFile(file: PlainFile, maxBytes: number): AsyncGenerator<Uint8Array, void, void> {
  const { path } = file;
  // O_NOFOLLOW and O_NONBLOCK: a link or FIFO put in the file’s place since we looked is neither followed nor waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const opened = await handle.stat({ bigint: true });
    if (!isSame(opened, file.stats) || !(await isStillThere(file.way))) {
      throw unreadable(path, 'it was replaced while it was being opened');
    }
    refuseLarger(path, opened, maxBytes);
    let received = 0;
    for (;;) {
      // A new buffer each time: the reader may keep what it was given. Its size never comes from the file.
      const { bytesRead, buffer } = await handle
        .read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null)
        .catch((error: unknown) => {
          throw unreadable(path, error);
        });
      if (bytesRead === 0) break;
      received += bytesRead;
      // The file may grow under our hands, so its size proves nothing.
      if (received > maxBytes) throw tooLarge(path, maxBytes);
      yield buffer.subarray(0, bytesRead);
    }
    if (received < opened.size) {
      throw refusal('SOURCE_TRUNCATED', path, `shrank to ${received} bytes while it was being read`, { received });
    }
  } finally {
    await handle.close();
  }
}

/** @throws SOURCE_TOO_LARGE */
export function refuseLarger(path: string, stats: BigIntStats, maxBytes: number): void {
  if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
}

/** Of the path itself, links not followed; undefined when there is nothing. @throws SOURCE_UNREADABLE */
export async function look(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw unreadable(path, error);
  }
}

/** A name too long for this file system cannot exist on it, and below a file there is nothing. */
export function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error) ?? '');
}

/** The refusal for a path that cannot be read; an error that is not the disk’s doing is a bug and stays one. */
export function unreadable(path: string, reason: unknown): unknown {
  const text = typeof reason === 'string' ? reason : codeOf(reason);
  if (text === undefined || reason instanceof Refusal) return reason;
  return refusal('SOURCE_UNREADABLE', path, `cannot be read: ${text}`, { reason: text });
}

/** File names of others are hostile text, too. No cause is kept: it would repeat the raw name. */
export function refusal(code: Code, path: string, what: string, facts: Details = {}, next?: string): Refusal {
  const shown = printable(path, 500);
  return new Refusal(code, `${shown} ${what}.`, {
    details: { file: shown, ...facts },
    ...(next === undefined ? {} : { next }),
  });
}

async function firstOf(folder: string, names: readonly string[]): Promise<Seen | undefined> {
  for (const name of names) {
    const path = join(folder, name);
    const stats = await look(path);
    if (stats !== undefined) return { path, stats };
  }
  return undefined;
}

async function isStillThere(way: readonly Seen[]): Promise<boolean> {
  for (const { path, stats } of way) {
    const now = await look(path);
    if (now === undefined || !isSame(now, stats)) return false;
  }
  return true;
}

/** An inode keeps its kind, so the same one is still a file, or still a folder and no link. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.mode >> 12n === other.mode >> 12n;
}

function tooLarge(path: string, limit: number): Refusal {
  return refusal('SOURCE_TOO_LARGE', path, `is larger than ${limit} bytes`, { limit });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a file' : 'a device';
}
