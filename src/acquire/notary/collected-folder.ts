/**
 * The folder that `collect` fills, `DIR/<GUN>/tuf/`. Each file appears whole or not at all. What has its digest or version in
 * its name is written once: other bytes under the same name are a finding, and both are kept for whoever looks into it. Only
 * the plain names of current files move on.
 */
import { join } from 'node:path';
import { Refusal } from '../../errors.ts';
import { asDiskRefusal, Disk } from '../../platform/disk.ts';
import { printable, unsafeFileName } from '../../tuf/names.ts';
import { pathOf } from './collection-name.ts';

/** What became of one file. */
export type Fate = 'new' | 'same' | 'replaced';

export class CollectedFolder {
  /** Where the collection's files lie. */
  readonly path: string;
  readonly #disk: Disk;
  readonly #base: string;
  readonly #folder: readonly string[];

  /** @param base may be a link: the operator named it. @throws USAGE_OPTION for a name that cannot be a path */
  constructor(disk: Disk, base: string, gun: string) {
    this.#disk = disk;
    this.#base = base;
    this.#folder = [...pathOf(gun), 'tuf'];
    this.path = join(base, ...this.#folder);
  }

  /** Of a name that always means the same bytes. @throws USAGE_FILE when other bytes have it; STATE_DISK, STATE_PERMISSIONS */
  async keep(name: string, bytes: Uint8Array): Promise<Fate> {
    const fate = await this.#put(name, bytes, false);
    if (fate !== 'replaced') return fate;
    throw new Refusal('USAGE_FILE', `${this.#shown(name)} is there with other bytes, and was not overwritten.`, {
      details: { file: printable(name) },
      next: 'Keep both: find out which of them is right before anything is collected into this directory.',
    });
  }

  /** Of a current file, whose bytes must be kept under another name as well. @throws as `keep`, except for other bytes */
  replace(name: string, bytes: Uint8Array): Promise<Fate> {
    return this.#put(name, bytes, true);
  }

  async #put(name: string, bytes: Uint8Array, mayReplace: boolean): Promise<Fate> {
    const danger = unsafeFileName(name);
    if (danger !== undefined) throw this.#unusable(name, danger);
    try {
      const segments = [...this.#folder, ...name.split('/')];
      await this.#makeFolders(segments.slice(0, -1));
      const path = join(this.#base, ...segments);
      const old = await this.#old(name, path, bytes.length);
      if (old?.equals(bytes) === true) return 'same';
      if (old === undefined || mayReplace) await this.#disk.write(path, bytes);
      return old === undefined ? 'new' : 'replaced';
    } catch (error) {
      throw asDiskRefusal(error, `the writing of ${printable(name)}`);
    }
  }

  /** A link on a courier's disk could lead to files of ours (P-05): every folder below the base is a folder of its own. */
  async #makeFolders(segments: readonly string[]): Promise<void> {
    let path = this.#base;
    for (const segment of segments) {
      path = join(path, segment);
      const stats = await this.#disk.stat(path);
      if (stats === undefined) await this.#disk.makePrivateDirectory(path);
      else if (!stats.isDirectory()) throw this.#unusable(segment, 'a link or a file is where a folder should be');
    }
  }

  /** What is there; of another length nothing is read, and the answer is unequal to everything. */
  async #old(name: string, path: string, length: number): Promise<Buffer | undefined> {
    const stats = await this.#disk.stat(path);
    if (stats === undefined) return undefined;
    if (!stats.isFile()) throw this.#unusable(name, 'a link or a folder is where the file should be');
    return stats.size === length ? this.#disk.read(path, length) : Buffer.alloc(length === 0 ? 1 : 0);
  }

  #shown(name: string): string {
    return `${printable(this.path)}/${printable(name)}`;
  }

  #unusable(name: string, reason: string): Refusal {
    return new Refusal('USAGE_FILE', `${this.#shown(name)} cannot be written: ${reason}.`, {
      details: { file: printable(name), reason },
      next: 'Collect into an empty directory.',
    });
  }
}
