/**
 * A guard’s memory in a folder: `state/<number>.json`, the highest number counts, and `files/<sha256>`. Any number of
 * processes may use it at once, and be killed at any moment: what is found is the old or the new, never a part of one,
 * and no lock is left behind. Needs a POSIX file system with hard links.
 */
import { createHash } from 'node:crypto';
import { rename, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isSha256, type Sha256 } from '../../tuf/names.ts';
import type { Store, StoredState } from '../remember/store.ts';
import * as states from './folder-states.ts';
import {
  chunksOf,
  create,
  isPrivate,
  isTemporary,
  makePrivate,
  namesIn,
  onDisk,
  openPlain,
  statOf,
  syncFolder,
  temporaryName,
  timeIn,
  unlessAbsent,
} from './private-folder.ts';

/** Younger files may belong to somebody who has not committed yet, milliseconds. */
const MOMENT_MS = 3_600_000;

/**
 * Touches nothing yet; `commit` and `write` make the folder (mode 0700) when there is none.
 *
 * Every operation throws STATE_PERMISSIONS when the folder is a link, another account’s, or open to others (S-09), and
 * STATE_DISK when the disk is full, read-only or failing, or has no hard links; STATE_CACHE when something else than a
 * file lies in a file’s place. What `read` returns holds a file open until it was iterated to its end or left.
 */
export function folderStore(folder: string): Store {
  // Absolute, so that a later change of the working directory does not move it; and without a slash at its end, which
  // would follow a link.
  return new FolderStore(resolve(folder));
}

class FolderStore implements Store {
  readonly description: string;
  readonly #states: string;
  readonly #files: string;
  /** Found private since the state was read last, which begins every operation: not looked at again for each file. */
  #areFilesPrivate = false;

  constructor(folder: string) {
    this.description = folder;
    this.#states = join(folder, 'state');
    this.#files = join(folder, 'files');
  }

  async state(): Promise<StoredState | undefined> {
    this.#areFilesPrivate = false;
    return (await this.#has(this.#states)) ? states.newest(this.#states) : undefined;
  }

  async commit(previous: number, bytes: Uint8Array): Promise<boolean> {
    await this.#make(this.#states);
    return states.follow(this.#states, previous, bytes);
  }

  async read(digest: Sha256): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (!isSha256(digest)) throw new TypeError('a file is named by its digest and nothing else');
    this.#areFilesPrivate ||= await this.#has(this.#files);
    if (!this.#areFilesPrivate) return undefined;
    const path = join(this.#files, digest);
    // Opened now and not by the first read: whoever removes it meanwhile takes the name only.
    const file = await openPlain(path);
    return file && chunksOf(path, file);
  }

  async write(content: AsyncIterable<Uint8Array>): Promise<Sha256> {
    await this.#make(this.#files);
    const hash = createHash('sha256');
    const temporary = join(this.#files, temporaryName());
    await create(temporary, content, (chunk) => hash.update(chunk));
    const digest = hash.digest('hex') as Sha256;
    // Also when it is there already: it may be damaged (W-10), and it must not look old to somebody who tidies up.
    try {
      await onDisk(temporary, () => rename(temporary, join(this.#files, digest)));
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncFolder(this.#files);
    return digest;
  }

  async keepOnly(digests: ReadonlySet<Sha256>): Promise<void> {
    for (const folder of [this.#files, this.#states]) {
      if (!(await this.#has(folder))) continue;
      const names = (await namesIn(folder)).filter((name) => (isSha256(name) ? !digests.has(name) : isTemporary(name)));
      if (names.length === 0) continue;
      // The file system’s own time: it may be another machine’s, or this process’s clock wrong, and a file that was
      // written a moment ago must not look old for that. Tests make files old with utimes.
      const before = (await timeIn(folder)) - MOMENT_MS;
      for (const name of names) await removeIfOlder(folder, name, before);
    }
  }

  async #has(folder: string): Promise<boolean> {
    return (await isPrivate(this.description)) && (await isPrivate(folder));
  }

  async #make(folder: string): Promise<void> {
    await makePrivate(this.description);
    await makePrivate(folder);
  }
}

/**
 * Somebody may replace the file by a new one after we looked at it. So it is moved aside first: what is looked at then
 * cannot change any more, and goes back when it is young after all.
 */
async function removeIfOlder(folder: string, name: string, beforeMs: number): Promise<void> {
  const path = join(folder, name);
  if (!((await statOf(path))?.isFile() === true && (await isOlder(path, beforeMs)))) return;
  const aside = join(folder, temporaryName());
  await unlessAbsent(path, () => rename(path, aside));
  const goes = await isOlder(aside, beforeMs);
  await unlessAbsent(aside, () => (goes ? unlink(aside) : rename(aside, path)));
}

async function isOlder(path: string, beforeMs: number): Promise<boolean> {
  const stats = await statOf(path);
  return stats !== undefined && stats.mtimeMs < beforeMs;
}
