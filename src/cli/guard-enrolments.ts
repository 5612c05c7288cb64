/**
 * Where guards are enrolled, below the data directory and private to its owner (S-09):
 *
 *   guard/<name>/pin.json       what this guard believes; made once, replaced only by `guard pin set`
 *   guard/<name>/officer.json   who must have signed the pin, if anybody (guard-officer.ts)
 *   guard/<name>/memory/        what it has seen (src/client/doors/folder-store.ts)
 *   guard/map.json              which enrolments must agree, if any
 *
 * A folder without a pin is no enrolment: that is what is left of one that was interrupted, and it may be finished.
 */
import { join } from 'node:path';
import { isPrivate, makePrivate, openPlain } from '../client/doors/private-folder.ts';
import { folderStore } from '../client/doors/folder-store.ts';
import type { RepositoryMap } from '../client/pin/map.ts';
import { readMap } from '../client/pin/map-file.ts';
import { withoutMarks } from '../client/pin/marks-reset.ts';
import type { Pin } from '../client/pin/pin.ts';
import { readPin } from '../client/pin/pin-file.ts';
import type { Store } from '../client/remember/store.ts';
import { type Code, isRefusal, Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { type RepositoryId, type Sha256, printable, repositoryId } from '../tuf/names.ts';
import { MAX_OFFICER_BYTES, type OfficerRecord, readOfficer, readOfficersPin, writeOfficer } from './guard-officer.ts';
import type { Invocation } from './invocation.ts';

export interface GuardEnrolment {
  readonly name: RepositoryId;
  readonly pin: Pin;
  readonly store: Store;
  /** Who signed the pin, and must sign the next; undefined where nobody must. */
  readonly officer: OfficerRecord | undefined;
}

/** One whose pin may be gone: under an officer, what somebody else put in its place is no pin. */
export type ReplaceableEnrolment = Omit<GuardEnrolment, 'pin'> & { readonly pin: Pin | undefined };

const PIN_FILE = 'pin.json';
const OFFICER_FILE = 'officer.json';
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
    return this.#read(await this.#meantOne(name));
  }

  /** As `one`; without the pin when it is not the one that the officer signed, so that a signed one can be put back. */
  async toReplace(name: string | undefined): Promise<ReplaceableEnrolment> {
    const meant = await this.#meantOne(name);
    try {
      return await this.#read(meant);
    } catch (error) {
      if (!isRefusal(error, 'TRUST_SSH_SIGNATURE')) throw error;
      return { name: meant, pin: undefined, store: this.#store(meant), officer: await this.#officer(meant) };
    }
  }

  async #meantOne(name: string | undefined): Promise<RepositoryId> {
    if (name !== undefined) return enrolmentName(name);
    const names = await this.names();
    const [only] = names;
    if (only === undefined) throw this.#notEnrolled();
    if (names.length === 1) return only;
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

  /**
   * Whether a name can be taken with this officer, or without one.
   * @throws STATE_ALREADY_ENROLLED when it is taken, or when an interrupted enrolment there was under another officer
   */
  async requireFree(name: RepositoryId, officer: OfficerRecord | undefined): Promise<void> {
    if (await this.has(name)) throw alreadyEnrolled(name);
    const left = (await isPrivate(this.#folder)) ? await this.#officer(name) : undefined;
    // Removing the pin alone must not be a way around the officer.
    if (!left || left.key.line === officer?.key.line) return;
    const what = `The pin of “${name}” is gone, and its officer is not: ${left.key.fingerprint}.`;
    throw new Refusal('STATE_ALREADY_ENROLLED', what, {
      details: { name, officer: left.key.fingerprint },
      next: `Enrol it with this officer (--officer), or remove ${this.#pathOf(name, OFFICER_FILE)} after finding out who removed the pin.`,
    });
  }

  /** A new enrolment. @throws as `requireFree`; STATE_PERMISSIONS, STATE_DISK */
  async create(name: RepositoryId, pin: Uint8Array, officer: OfficerRecord | undefined): Promise<void> {
    await makePrivate(this.#folder);
    await makePrivate(join(this.#folder, name));
    await this.requireFree(name, officer);
    if (officer) await this.#writeOfficer(name, officer);
    try {
      await this.#disk.create(this.pinPath(name), pin);
    } catch (error) {
      throw isExisting(error) ? alreadyEnrolled(name) : error;
    }
  }

  /**
   * Another pin for the same memory, in one step. Under an officer its signature is there before it; afterwards it is the
   * only one, so that no earlier pin can be put back without the officer.
   * @param officer with the new signature first, and those of before
   * @returns the officer as it is recorded now
   */
  async replacePin(
    name: RepositoryId,
    pin: Uint8Array,
    officer: OfficerRecord | undefined,
  ): Promise<OfficerRecord | undefined> {
    if (officer) await this.#writeOfficer(name, officer);
    await this.#disk.write(this.pinPath(name), pin);
    if (!officer || officer.signatures.length === 1) return officer;
    const now = { ...officer, signatures: officer.signatures.slice(0, 1) };
    await this.#writeOfficer(name, now);
    return now;
  }

  /**
   * Has the marks fall as the officer’s pin says, once for each such pin: that it is done is noted before it is, with the
   * state that it follows. A process that is killed in between can be repeated; a memory that has moved on is left alone.
   * @param pin its digest, and whose memory it is
   * @returns false when it was done before
   */
  async dropMarks(
    name: RepositoryId,
    officer: OfficerRecord,
    pin: { readonly sha256: Sha256; readonly repository: RepositoryId },
  ): Promise<boolean> {
    const store = this.#store(name);
    const others = officer.resets.filter((reset) => reset.pin !== pin.sha256);
    let done = officer.resets.find((reset) => reset.pin === pin.sha256);
    for (;;) {
      const before = await store.state();
      const number = before?.number ?? 0;
      if (done && done.state !== number) return false;
      done = undefined;
      const after = before && withoutMarks(before.bytes, pin.repository);
      const noted = { ...officer, resets: [...others, { pin: pin.sha256, state: number }] };
      await this.#writeOfficer(name, noted);
      if (!after || (await store.commit(number, after))) return true;
    }
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
    return this.#pathOf(name, PIN_FILE);
  }

  #pathOf(name: RepositoryId, file: string): string {
    return join(this.#folder, name, file);
  }

  #store(name: RepositoryId): Store {
    return folderStore(join(this.#folder, name, 'memory'));
  }

  async #writeOfficer(name: RepositoryId, officer: OfficerRecord): Promise<void> {
    await this.#disk.write(this.#pathOf(name, OFFICER_FILE), writeOfficer(officer));
  }

  /** @throws CONFIG_PIN, STATE_PERMISSIONS */
  async #officer(name: RepositoryId): Promise<OfficerRecord | undefined> {
    const bytes = await readPrivate(this.#pathOf(name, OFFICER_FILE), MAX_OFFICER_BYTES, 'CONFIG_PIN');
    return bytes && readOfficer(bytes);
  }

  async #read(name: RepositoryId): Promise<GuardEnrolment> {
    const folder = join(this.#folder, name);
    if (!(await isPrivate(this.#folder)) || !(await isPrivate(folder))) throw this.#notEnrolled(name);
    const bytes = await readPrivate(this.pinPath(name), MAX_PIN_BYTES, 'CONFIG_PIN');
    if (bytes === undefined) throw this.#notEnrolled(name);
    const officer = await this.#officer(name);
    // Looked at on every use: whoever writes another pin here, and has not the officer’s key, is found out at once.
    const pin = officer ? readOfficersPin(bytes, officer).pin : readPin(bytes);
    return { name, pin, store: this.#store(name), officer };
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

function alreadyEnrolled(name: RepositoryId): Refusal {
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
