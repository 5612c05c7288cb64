/**
 * A small file outside the record, on another volume if configured, that holds the record’s last size and digest. A
 * record that is older than its head file was restored from a backup: signing on it could reuse versions (S-06).
 * It is written after each commit, so a crash leaves it behind the record, which is harmless.
 */
import { Refusal } from '../errors.ts';
import type { Database } from '../platform/database.ts';
import type { Disk } from '../platform/disk.ts';
import { jsonObject, parseJson, stringifyJson } from '../tuf/json.ts';
import { isSha256 } from '../tuf/names.ts';
import { readHead, type Head } from './events.ts';

/** A thousand repositories’ root versions fit many times over. */
const MOST_BYTES = 1_000_000;

export interface Remembered extends Head {
  /** Repository id → version of its newest root. */
  readonly roots: ReadonlyMap<string, number>;
}

export class HeadFile {
  readonly path: string;
  readonly #disk: Disk;

  constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
  }

  async read(): Promise<Remembered | undefined> {
    if (!(await this.#disk.exists(this.path))) return undefined;
    const value = parseJson(await this.#disk.read(this.path, MOST_BYTES), 'the head file');
    const size = value instanceof Map ? value.get('events') : undefined;
    const digest = value instanceof Map ? value.get('sha256') : undefined;
    const roots = value instanceof Map ? value.get('roots') : undefined;
    if (typeof size !== 'number' || typeof digest !== 'string' || !isSha256(digest) || !(roots instanceof Map)) {
      throw new Refusal('STATE_DAMAGED', `The head file ${this.path} is not one that this program writes.`);
    }
    return {
      size,
      sha256: digest,
      roots: new Map([...roots].map(([repository, version]) => [repository, Number(version)])),
    };
  }

  async write(head: Head, roots: ReadonlyMap<string, number>): Promise<void> {
    const text = stringifyJson(jsonObject({ events: head.size, roots: new Map(roots), sha256: head.sha256 }));
    await this.#disk.write(this.path, Buffer.from(`${text}\n`));
  }

  /** @throws STATE_RESTORED when the record lacks, or contradicts, what the head file remembers, or there is none */
  async refuseRestored(database: Database): Promise<void> {
    const { size } = readHead(database);
    const remembered = await this.read();
    if (!remembered) {
      // An unmounted volume must not look like a first start.
      if (size > 0)
        throw new Refusal(
          'STATE_RESTORED',
          `The record holds ${size} events, and its head file ${this.path} is missing.`,
        );
      return;
    }
    if (size < remembered.size) {
      throw new Refusal('STATE_RESTORED', `The record holds ${size} events, and it held ${remembered.size} before.`, {
        details: { events: size, remembered: remembered.size },
      });
    }
    const row = database.one('SELECT sha256 FROM event WHERE idx = ?', remembered.size - 1);
    if (row?.['sha256'] !== remembered.sha256) {
      throw new Refusal(
        'STATE_RESTORED',
        `The record’s event ${remembered.size - 1} is not the one that was there before.`,
        {
          details: { event: remembered.size - 1 },
        },
      );
    }
  }
}
