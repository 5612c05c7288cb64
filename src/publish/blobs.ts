/**
 * Target files by content: `blobs/sha256/<aa>/<hex>`. Names never touch the disk (P-02). A blob is written once, under a
 * temporary name, with length and every listed hash checked before it takes its place; it is checked again before it is
 * handed out for the first time by a process, so that a flipped bit is an error and never a download (W-10).
 */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import type { Disk } from '../platform/disk.ts';
import { KNOWN_ALGORITHMS } from '../tuf/digest.ts';
import { type Sha256, printable } from '../tuf/names.ts';
import type { SelectedTarget } from '../verify/candidate.ts';

/** Keep this much free, so that the record and renewals go on when targets fill the disk. */
const RESERVE_BYTES = 64_000_000;

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

export class BlobStore {
  readonly #directory: string;
  readonly #disk: Disk;
  /** Blobs whose content this process has hashed, by what the file looked like then. */
  readonly #checked = new Map<Sha256, string>();

  constructor(directory: string, disk: Disk) {
    this.#directory = directory;
    this.#disk = disk;
  }

  path(digest: Sha256): string {
    return join(this.#directory, 'sha256', digest.slice(0, 2), digest);
  }

  async has(digest: Sha256, length: number): Promise<boolean> {
    return (await this.#disk.stat(this.path(digest)))?.size === length;
  }

  /**
   * Streams one target to its place.
   * @throws TRUST_TARGET when length or a listed hash differs, STATE_DISK when there is no room
   */
  async store(target: SelectedTarget, bytes: AsyncIterable<Uint8Array>): Promise<Sha256> {
    const incoming = join(this.#directory, 'incoming');
    await this.#disk.makePrivateDirectory(incoming);
    if ((await this.#disk.freeBytes(incoming)) < target.length + RESERVE_BYTES) {
      throw new Refusal(
        'STATE_DISK',
        `There is no room for ${printable(target.path)} (${String(target.length)} bytes) with the reserve kept free.`,
      );
    }
    const hashers = new Map(KNOWN_ALGORITHMS.map((algorithm) => [algorithm, createHash(algorithm)]));
    const staged = await this.#disk.stage(incoming);
    try {
      let length = 0;
      for await (const chunk of bytes) {
        length += chunk.length;
        if (length > target.length)
          throw new Refusal(
            'TRUST_TARGET',
            `${printable(target.path)} is longer than the ${String(target.length)} bytes that ${printable(target.role)} lists.`,
            { details: { target: target.path, role: target.role } },
          );
        for (const hasher of hashers.values()) hasher.update(chunk);
        await staged.append(chunk);
      }
      if (length !== target.length)
        throw new Refusal(
          'TRUST_TARGET',
          `${printable(target.path)} is ${String(length)} bytes long and ${printable(target.role)} lists ${String(target.length)}.`,
          { details: { target: target.path, role: target.role } },
        );
      const digests = new Map([...hashers].map(([algorithm, hasher]) => [algorithm, hasher.digest('hex')]));
      for (const [algorithm, digest] of digests) {
        const expected = target.hashes.get(algorithm);
        if (expected !== undefined && expected !== digest)
          throw new Refusal(
            'TRUST_TARGET',
            `${printable(target.path)} does not have the ${algorithm} that ${printable(target.role)} lists.`,
            { details: { target: target.path, role: target.role } },
          );
      }
      const digest = digests.get('sha256') as Sha256;
      await this.#disk.makePrivateDirectory(join(this.#directory, 'sha256', digest.slice(0, 2)));
      await staged.place(this.path(digest));
      return digest;
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }

  /**
   * The blob’s bytes, after its content was compared with its name.
   * @throws STATE_DAMAGED
   */
  async open(digest: Sha256, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    await this.check(digest);
    return createReadStream(this.path(digest), range ? { start: range.start, end: range.end } : {});
  }

  /** Hashes the blob unless this process already has, and the file has not changed since. @throws STATE_DAMAGED */
  async check(digest: Sha256, afresh = false): Promise<void> {
    const stats = await this.#disk.stat(this.path(digest));
    if (!stats?.isFile())
      throw new Refusal('STATE_DAMAGED', `The blob ${digest} is missing.`, { details: { sha256: digest } });
    const look = looks(stats);
    if (!afresh && this.#checked.get(digest) === look) return;
    const hasher = createHash('sha256');
    for await (const chunk of createReadStream(this.path(digest))) hasher.update(chunk as Uint8Array);
    if (hasher.digest('hex') !== digest)
      throw new Refusal('STATE_DAMAGED', `The blob ${digest} is not what it was.`, { details: { sha256: digest } });
    this.#checked.set(digest, look);
  }
}

function looks({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(' ');
}
