/**
 * The files of one operation: those that the store holds, and those that were accepted and will be kept when, and only
 * when, everything was good (W-02). A held file whose bytes are not those of its digest is as good as absent.
 */
import { sha256 } from '../../tuf/digest.ts';
import type { Sha256 } from '../../tuf/names.ts';
import type { Store } from './store.ts';

export class Cache {
  readonly #store: Store;
  readonly #accepted = new Map<Sha256, Uint8Array>();
  readonly #damaged = new Set<Sha256>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Held files that were found altered: they are fetched again, and whoever asks is told. */
  get damaged(): ReadonlySet<Sha256> {
    return this.#damaged;
  }

  /** @param maxBytes of a file of its kind: what somebody put in its place may be endless */
  async read(digest: Sha256 | undefined, maxBytes: number): Promise<Uint8Array | undefined> {
    if (digest === undefined) return undefined;
    const accepted = this.#accepted.get(digest);
    if (accepted) return accepted;
    const bytes = await this.#readStored(digest, maxBytes);
    if (bytes && sha256(bytes) === digest) return bytes;
    this.#damaged.add(digest);
    return undefined;
  }

  /** @returns what is there of them, in order; one at a time, so that their bound is the bound */
  async readAll(digests: readonly Sha256[], maxBytes: number): Promise<Uint8Array[]> {
    const all: Uint8Array[] = [];
    for (const digest of digests) {
      const bytes = await this.read(digest, maxBytes);
      if (bytes) all.push(bytes);
    }
    return all;
  }

  keep(bytes: Uint8Array, digest = sha256(bytes)): Sha256 {
    this.#accepted.set(digest, bytes);
    return digest;
  }

  /** Writes what was kept and is not held yet. Nothing names these files until the state is committed. */
  async flush(held: ReadonlySet<Sha256>): Promise<void> {
    for (const [digest, bytes] of this.#accepted) {
      if (!held.has(digest) || this.#damaged.has(digest)) await this.#store.write(once(bytes));
    }
  }

  async #readStored(digest: Sha256, maxBytes: number): Promise<Uint8Array | undefined> {
    const content = await this.#store.read(digest);
    if (!content) return undefined;
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of content) {
      length += chunk.length;
      if (length > maxBytes) return undefined;
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
