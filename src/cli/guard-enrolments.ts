/**
 * Where guards are enrolled, below the data directory and private to its owner (S-09):
 *
 *   guard/<name>/pin.json   what this guard believes; made once, replaced only by `guard pin set`
 *   guard/<name>/memory/    what it has seen (src/client/doors/folder-store.ts)
 *   guard/map.json          which enrolments must agree, if any
 *
 * A folder without a pin is no enrolment: that is what is left of one that was interrupted, and it may be finished.
 */
import { join } from 'node:path';
import { isPrivate, makePrivate, openPlain } from '../client/doors/private-folder.ts';
import { folderStore } from '../client/doors/folder-store.ts';
import type { RepositoryMap } from '../client/pin/map.ts';
import { readMap } from '../client/pin/map-file.ts';
import type { Pin } from '../client/pin/pin.ts';
import { readPin } from '../client/pin/pin-file.ts';
import type { Store } from '../client/remember/store.ts';
import { type Code, Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { type RepositoryId, printable, repositoryId } from '../tuf/names.ts';
import type { Invocation } from './invocation.ts';

export interface GuardEnrolment {
  readonly name: RepositoryId;
  readonly pin: Pin;
  readonly store: Store;
}

const PIN_FILE = 'pin.json';
const MAP_FILE = 'map.json';
/** What `readPin` reads at most, and more than `readMap` does. */
export const MAX_PIN_BYTES = 2_000_000;
export const MAX_MAP_BYTES = 1_000_000;

export class GuardEnrolments {
  readonly #disk: Disk;
  readonly #data: string;
  readonly #folder: string;

  private constructor(disk: Disk, data: string) {
    this.#disk = disk;
    this.#data = data;
    this.#folder = join(data, 'guard');
  }

  static async of(invocation: Invocation): Promise<GuardEnrolments> {
    const { paths } = await invocation.settings();
    return new GuardEnrolments(invocation.disk, paths.data);
  }

  /** In alphabetical order. @throws STATE_PERMISSIONS */
  async names(): Promise<RepositoryId[]> {
    if (!(await isPrivate(this.#folder))) return [];
    const names: RepositoryId[] = [];
    for (const name of await this.#disk.list(this.#folder)) {
      if (isEnrolmentName(name) && (await this.#disk.exists(this.pinPath(name)))) names.push(name);
    }
    return names;
  }

  /**
   * The named one, or the only one.
   * @throws STATE_NOT_ENROLLED; USAGE_OPTION when one of several must be named; CONFIG_PIN, STATE_PERMISSIONS
   */
  async one(name: string | undefined): Promise<GuardEnrolment> {
    if (name !== undefined) return this.#read(enrolmentName(name));
    const names = await this.names();
    const [only] = names;
    if (only === undefined) throw this.#notEnrolled();
    if (names.length === 1) return this.#read(only);
    throw new Refusal('USAGE_OPTION', `Several guards are enrolled here: ${names.join(', ')}.`, {
      next: 'Say which with --name, or which of them must agree with `countersign guard map set FILE`.',
    });
  }

  /** The names of those that are meant: the named one, or all. @throws STATE_NOT_ENROLLED when there is none */
  async meant(name: string | undefined): Promise<RepositoryId[]> {
    const names = name === undefined ? await this.names() : [enrolmentName(name)];
    if (names.length === 0) throw this.#notEnrolled();
    return names;
  }

  /** Whether a name is taken; other files of that name count as well. */
  async has(name: RepositoryId): Promise<boolean> {
    return (await isPrivate(this.#folder)) && this.#disk.exists(this.pinPath(name));
  }

  /** A new enrolment. @throws STATE_ALREADY_ENROLLED, STATE_PERMISSIONS, STATE_DISK */
  async create(name: RepositoryId, pin: Uint8Array): Promise<void> {
    await makePrivate(this.#folder);
    await makePrivate(join(this.#folder, name));
    try {
      await this.#disk.create(this.pinPath(name), pin);
    } catch (error) {
      throw isExisting(error) ? alreadyEnrolled(name) : error;
    }
  }

  /** Another pin for the same memory, in one step. */
  async replacePin(name: RepositoryId, pin: Uint8Array): Promise<void> {
    await this.#disk.write(this.pinPath(name), pin);
  }

  /** @throws CONFIG_MAP, STATE_PERMISSIONS */
  async map(): Promise<RepositoryMap | undefined> {
    if (!(await isPrivate(this.#folder))) return undefined;
    const bytes = await readPrivate(this.mapPath, MAX_MAP_BYTES, 'CONFIG_MAP');
    return bytes && readMap(bytes);
  }

  async writeMap(bytes: Uint8Array): Promise<void> {
    await makePrivate(this.#folder);
    await this.#disk.write(this.mapPath, bytes);
  }

  get mapPath(): string {
    return join(this.#folder, MAP_FILE);
  }

  pinPath(name: RepositoryId): string {
    return join(this.#folder, name, PIN_FILE);
  }

  async #read(name: RepositoryId): Promise<GuardEnrolment> {
    const folder = join(this.#folder, name);
    if (!(await isPrivate(this.#folder)) || !(await isPrivate(folder))) throw this.#notEnrolled(name);
    const bytes = await readPrivate(this.pinPath(name), MAX_PIN_BYTES, 'CONFIG_PIN');
    if (bytes === undefined) throw this.#notEnrolled(name);
    return { name, pin: readPin(bytes), store: folderStore(join(folder, 'memory')) };
  }

  #notEnrolled(name?: RepositoryId): Refusal {
    const what = name === undefined ? 'No guard is' : `The guard “${name}” is not`;
    return new Refusal('STATE_NOT_ENROLLED', `${what} enrolled in ${this.#data}.`);
  }
}

/** @throws USAGE_REPOSITORY_ID for what could not be a folder of its own beside the map */
export function enrolmentName(text: string): RepositoryId {
  const name = repositoryId(text);
  if (name !== MAP_FILE) return name;
  throw new Refusal('USAGE_REPOSITORY_ID', `“${printable(text)}” cannot be a guard’s name: the map is called so.`);
}

export function alreadyEnrolled(name: RepositoryId): Refusal {
  return new Refusal('STATE_ALREADY_ENROLLED', `A guard is enrolled as “${name}” already.`, {
    details: { name },
  });
}

function isEnrolmentName(name: string): name is RepositoryId {
  try {
    return enrolmentName(name) === name;
  } catch {
    return false;
  }
}

/** Undefined when there is none. @throws STATE_PERMISSIONS for a link; `code` for what is too large to be one */
async function readPrivate(path: string, maxBytes: number, code: Code): Promise<Uint8Array | undefined> {
  const file = await openPlain(path);
  if (file === undefined) return undefined;
  const { handle, size } = file;
  try {
    if (size > maxBytes) throw new Refusal(code, `${path} is larger than ${maxBytes} bytes.`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EEXIST';
}
