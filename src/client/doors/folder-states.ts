/**
 * States in a folder, `<number>.json`, of which the highest counts. A state is never replaced: each is a new name, given
 * by link(2), which fails when the name exists. That is the whole comparison, and it needs no lock (F-02).
 *
 * Old states are removed, so a name could be free again for somebody who slept through several commits. That cannot
 * happen, because of the order: a committer writes its temporary file, named after the state it follows, and looks for
 * the newest state only then. Whoever removes a state lists the folder after a commit of their own, and first removes all
 * temporary files that follow a state which has a successor. So the sleeper’s file is gone, and its link fails, before
 * the name it wants is free.
 */
import { link, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../errors.ts';
import type { StoredState } from '../remember/store.ts';
import {
  create,
  errorCode,
  namesIn,
  onDisk,
  openPlain,
  syncFolder,
  temporaryName,
  unlessAbsent,
} from './private-folder.ts';

/** More is no state of ours; reading is bounded here as everywhere. */
const MOST_BYTES = 67_108_864;
/** Each attempt that fails means that two others have committed meanwhile. */
const MOST_ATTEMPTS = 100;
const DIGITS = 12;
const LAST = 10 ** DIGITS - 1;
const HAS_NO_LINKS = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/** @throws STATE_CACHE, STATE_PERMISSIONS, STATE_DISK: never an older state in the place of one that cannot be read */
export async function newest(folder: string): Promise<StoredState | undefined> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const number = await newestNumber(folder);
    // Looked at twice: “there never was one” must not come from a listing that names were changed under.
    if (number === 0 && (await newestNumber(folder)) === 0) return undefined;
    if (number === 0) continue;
    const bytes = await bytesOf(join(folder, nameOf(number)));
    if (bytes !== undefined) return { number, bytes };
  }
  throw new Refusal('STATE_CACHE', `The states in ${folder} vanish faster than they can be read.`);
}

/**
 * Makes `bytes` the state after `previous`. Between any two steps the old state counts, or the new one does.
 * @returns false when `previous` is not the newest state, before or meanwhile
 */
export async function follow(folder: string, previous: number, bytes: Uint8Array): Promise<boolean> {
  const number = previous + 1;
  if (bytes.length > MOST_BYTES) throw new RangeError(`a state has at most ${MOST_BYTES} bytes`);
  if (number > LAST) throw new Refusal('STATE_CACHE', `No state can follow number ${previous} in ${folder}.`);
  const temporary = join(folder, temporaryName(String(previous)));
  await create(temporary, [bytes]);
  // The bytes are durable and nobody sees them.
  try {
    if ((await newestNumber(folder)) !== previous || !(await isLinked(temporary, join(folder, nameOf(number))))) {
      return false;
    }
    // Everybody sees the new state; a power cut could still take it back.
    await syncFolder(folder);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  // It is there for good: the older ones may go. What stays because of an error, the next commit removes.
  await tidy(folder, number).catch(() => undefined);
  return true;
}

/** False when the name is taken, or the temporary file is gone: in both cases others have committed meanwhile. */
async function isLinked(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const reason = errorCode(error) ?? '';
    if (reason === 'EEXIST' || reason === 'ENOENT') return false;
    if (!HAS_NO_LINKS.includes(reason)) return onDisk(path, () => Promise.reject(error as Error));
    throw new Refusal('STATE_DISK', `The file system of ${path} has no hard links (${reason}).`, {
      details: { file: path, reason },
      next: 'Put the guard’s directory on a file system that has them.',
      cause: error,
    });
  }
}

/** In this order, see above. The state before the newest stays for whoever has just found it to be the newest. */
async function tidy(folder: string, committed: number): Promise<void> {
  const names = await namesIn(folder);
  const superseded = names.filter((name) => Number(/^\.([0-9]+)\..*\.tmp$/.exec(name)?.[1] ?? committed) < committed);
  const old = names.filter((name) => numberOf(name) < committed - 1 && numberOf(name) > 0).sort();
  for (const path of [...superseded, ...old].map((name) => join(folder, name))) {
    await unlessAbsent(path, () => unlink(path));
  }
}

async function newestNumber(folder: string): Promise<number> {
  return (await namesIn(folder)).reduce((highest, name) => Math.max(highest, numberOf(name)), 0);
}

/** Undefined when the file is gone. */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  const file = await openPlain(path);
  if (file === undefined) return undefined;
  const { handle, size } = file;
  try {
    if (size > MOST_BYTES) throw new Refusal('STATE_CACHE', `${path} is larger than ${MOST_BYTES} bytes.`);
    return await onDisk(path, () => handle.readFile());
  } finally {
    await handle.close();
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(DIGITS, '0')}.json`;
}

/** 0 for every name that is not a state’s: whatever else lies there counts for nothing. */
function numberOf(name: string): number {
  return /^[0-9]{12}\.json$/.test(name) ? Number(name.slice(0, DIGITS)) : 0;
}
