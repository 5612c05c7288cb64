/**
 * Reading a directory that somebody else filled: a courier's disk, a checkout, a copy of a web tree (B-04).
 *
 * Nothing below the base is followed, executed or waited for: a link could lead to our own keys (P-05), a FIFO or device
 * would block for ever, and a file may change while it is read. So every component is looked at before it is entered, the
 * file is opened without following or blocking, and what was opened must be what was looked at. Each file is read in one
 * pass; callers hash what they were given and never read again.
 */
import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Code, type Details, Refusal } from '../errors.ts';
import { printable } from '../tuf/names.ts';

const CHUNK_BYTES = 65_536;
/** A directory with more entries than this is not listed. */
const MOST_ENTRIES = 1_000_000;

/** A regular file as it was found. Nothing is open until `read` is iterated. */
export interface ForeignFile {
  /** The whole file in chunks. @throws SOURCE_TOO_LARGE, SOURCE_TRUNCATED, SOURCE_UNREADABLE while it is read. */
  read(maxBytes: number): AsyncIterable<Uint8Array>;
}

export class ForeignTree {
  readonly #base: string;

  private constructor(base: string) {
    this.#base = base;
  }

  /**
   * The base itself may be a link: the operator named it.
   * @throws SOURCE_UNREACHABLE when there is no such directory, SOURCE_UNREADABLE when it cannot be entered.
   */
  static async open(base: string): Promise<ForeignTree> {
    let resolved: string;
    try {
      resolved = await realpath(base);
    } catch (error) {
      throw isAbsence(error) ? noDirectory(base) : unreadable(base, error);
    }
    const tree = new ForeignTree(resolved);
    await tree.#refuseUnlessThere();
    return tree;
  }

  /**
   * Finds a regular file by its path components below the base, none of which is ever split or resolved.
   * @returns undefined when there is nothing of that name.
   * @throws SOURCE_UNREADABLE for links, devices, FIFOs, directories and failing disks; SOURCE_UNREACHABLE when the base
   * itself is gone (a pulled disk must not look like “no newer file”, H-01).
   */
  async find(components: readonly string[]): Promise<ForeignFile | undefined> {
    let path = this.#base;
    for (const [index, component] of components.entries()) {
      refuseUnlessOneComponent(component);
      path = join(path, component);
      const stats = await look(path);
      if (stats === undefined) {
        await this.#refuseUnlessThere();
        return undefined;
      }
      if (index < components.length - 1) {
        // Below a plain file there is nothing.
        if (stats.isFile()) return undefined;
        if (!stats.isDirectory()) throw unreadable(path, `it is ${kindOf(stats)}, not a directory`);
      } else if (stats.isFile()) {
        return { read: (maxBytes) => readOnce(path, stats, maxBytes) };
      } else {
        throw unreadable(path, `it is ${kindOf(stats)}, not a regular file`);
      }
    }
    return undefined;
  }

  /** Names in a directory, in no order; none when it does not exist. @throws SOURCE_TOO_LARGE, SOURCE_UNREADABLE. */
  async *list(components: readonly string[]): AsyncGenerator<string, void, void> {
    components.forEach(refuseUnlessOneComponent);
    const path = join(this.#base, ...components);
    const stats = await look(path);
    if (stats === undefined) return;
    if (!stats.isDirectory()) throw unreadable(path, `it is ${kindOf(stats)}, not a directory`);
    let entries = 0;
    try {
      for await (const entry of await opendir(path)) {
        if (++entries > MOST_ENTRIES) {
          throw refusal('SOURCE_TOO_LARGE', path, `has more than ${MOST_ENTRIES} entries`, { limit: MOST_ENTRIES });
        }
        yield entry.name;
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  async #refuseUnlessThere(): Promise<void> {
    const stats = await look(this.#base);
    if (stats?.isDirectory() !== true) throw noDirectory(this.#base);
  }
}

async function* readOnce(path: string, found: BigIntStats, maxBytes: number): AsyncGenerator<Uint8Array, void, void> {
  // O_NOFOLLOW and O_NONBLOCK: a link or FIFO put in the file's place since we looked is neither followed nor waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const opened = await handle.stat({ bigint: true });
    if (!opened.isFile() || opened.ino !== found.ino || opened.dev !== found.dev) {
      throw unreadable(path, 'it was replaced while it was being opened');
    }
    if (opened.size > maxBytes) throw tooLarge(path, maxBytes);
    let received = 0;
    for (;;) {
      // A fresh buffer each time: the consumer may keep what it was given. Its size never comes from the file.
      const { bytesRead, buffer } = await handle
        .read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null)
        .catch((error: unknown) => {
          throw unreadable(path, error);
        });
      if (bytesRead === 0) break;
      received += bytesRead;
      // The file may grow under our hands, so the size above proves nothing.
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

/** A caller that joins names itself has a bug; names from outside are judged before they come here (P-01, P-02). */
function refuseUnlessOneComponent(component: string): void {
  if (component === '' || component === '.' || component === '..' || /[/\0]/.test(component)) {
    throw new Error('A path component must be one file name.');
  }
}

async function look(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw unreadable(path, error);
  }
}

/** A name too long for this file system cannot exist on it, and below a file there is nothing. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a file' : 'a device';
}

function noDirectory(path: string): Refusal {
  return refusal('SOURCE_UNREACHABLE', path, 'is not a directory that exists', {
    next: 'Check the path, and that the disk is mounted.',
  });
}

function tooLarge(path: string, limit: number): Refusal {
  return refusal('SOURCE_TOO_LARGE', path, `is larger than ${limit} bytes`, { limit });
}

function unreadable(path: string, reason: unknown): unknown {
  const text = typeof reason === 'string' ? reason : codeOf(reason);
  // No code: not the disk's doing but a bug of ours.
  if (text === undefined || reason instanceof Refusal) return reason;
  return refusal('SOURCE_UNREADABLE', path, `cannot be read: ${text}`, { reason: text });
}

/** File names on foreign media are hostile text, too. No cause is kept: it would repeat the raw name. */
function refusal(code: Code, path: string, what: string, more: Details & { next?: string }): Refusal {
  const { next, ...facts } = more;
  const shown = printable(path, 500);
  return new Refusal(code, `${shown} ${what}.`, {
    details: { file: shown, ...facts },
    ...(next === undefined ? {} : { next }),
  });
}
