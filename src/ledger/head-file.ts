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

export class HeadFile {
  readonly path: string;
  readonly #disk: Disk;

  constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
  }

  async read(): Promise<Head | undefined> {
    if (!(await this.#disk.exists(this.path))) return undefined;
    const value = parseJson(await this.#disk.read(this.path, 4096), 'the head file');
    const size = value instanceof Map ? value.get('events') : undefined;
    const digest = value instanceof Map ? value.get('sha256') : undefined;
    if (typeof size !== 'number' || typeof digest !== 'string' || !isSha256(digest)) {
      throw new Refusal('STATE_DAMAGED', `The head file ${this.path} is not one that this program writes.`);
    }
    return { size, sha256: digest };
  }

  async write(head: Head): Promise<void> {
    await this.#disk.write(
      this.path,
      Buffer.from(`${stringifyJson(jsonObject({ events: head.size, sha256: head.sha256 }))}\n`),
    );
  }

  /** How many events the head file remembers beyond the record. */
  async eventsLost(database: Database): Promise<number> {
    return Math.max(0, ((await this.read())?.size ?? 0) - readHead(database).size);
  }

  /** @throws STATE_RESTORED when the record lacks, or contradicts, what the head file remembers */
  async refuseRestored(database: Database): Promise<void> {
    const remembered = await this.read();
    if (!remembered) return;
    const { size } = readHead(database);
    if (size < remembered.size) {
      throw new Refusal(
        'STATE_RESTORED',
        `The record holds ${String(size)} events, and it held ${String(remembered.size)} before.`,
        {
          details: { events: size, remembered: remembered.size },
        },
      );
    }
    const row = database.one('SELECT sha256 FROM event WHERE idx = ?', remembered.size - 1);
    if (row?.['sha256'] !== remembered.sha256) {
      throw new Refusal(
        'STATE_RESTORED',
        `The record’s event ${String(remembered.size - 1)} is not the one that was there before.`,
        {
          details: { event: remembered.size - 1 },
        },
      );
    }
  }
}
