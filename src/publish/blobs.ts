/**
 * Target files by content: `blobs/sha256/<aa>/<hex>`. Names never touch the disk (P-02). A blob is written once, under a
 * temporary name, with length and every listed hash checked before it takes its place; it is checked again before it is
 * handed out for the first time by a process, so that a flipped bit is an error and never a download (W-10).
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
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
  /** What this process has measured, and what the file looked like then. */
  readonly #measured = new Map<Sha256, Digests & { readonly look: string }>();

  constructor(directory: string, disk: Disk) {
    this.#directory = directory;
    this.#disk = disk;
  }

  path(digest: Sha256): string {
    return join(this.#directory, 'sha256', digest.slice(0, 2), digest);
  }

  /**
   * Whether this blob is the target: by length and by every listed hash of its content, not by its name alone. What
   * upstream lists beside a true sha256 may be somebody else’s sha512.
   */
  async holds(digest: Sha256, target: Pick<SelectedTarget, 'length' | 'hashes'>): Promise<boolean> {
    const stats = await this.#disk.stat(this.path(digest));
    if (!stats?.isFile() || stats.size !== target.length) return false;
    const digests = await this.#measure(digest, stats, false);
    return (
      digests.sha256 === digest &&
      KNOWN_ALGORITHMS.every((algorithm) => (target.hashes.get(algorithm) ?? digests[algorithm]) === digests[algorithm])
    );
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
    return this.#disk.stream(this.path(digest), range);
  }

  /** Hashes the blob unless this process already has, and the file has not changed since. @throws STATE_DAMAGED */
  async check(digest: Sha256, afresh = false): Promise<void> {
    const stats = await this.#disk.stat(this.path(digest));
    const what = !stats?.isFile()
      ? 'missing'
      : (await this.#measure(digest, stats, afresh)).sha256 === digest
        ? undefined
        : 'not what it was';
    if (what !== undefined)
      throw new Refusal('STATE_DAMAGED', `The blob ${digest} is ${what}.`, { details: { sha256: digest } });
  }

  async #measure(digest: Sha256, stats: Stats, afresh: boolean): Promise<Digests> {
    const look = [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ');
    const known = this.#measured.get(digest);
    if (known?.look === look && !afresh) return known;
    const hashers = { sha256: createHash('sha256'), sha512: createHash('sha512') };
    for await (const chunk of this.#disk.stream(this.path(digest))) {
      hashers.sha256.update(chunk);
      hashers.sha512.update(chunk);
    }
    const measured = { look, sha256: hashers.sha256.digest('hex'), sha512: hashers.sha512.digest('hex') };
    this.#measured.set(digest, measured);
    return measured;
  }
}

/** What the content of a blob hashes to. */
type Digests = Readonly<Record<(typeof KNOWN_ALGORITHMS)[number], string>>;
