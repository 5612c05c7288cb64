/**
 * A guard’s memory that ends with its process: for embedders without a disk, and for tests. Several guards of one process
 * may share it; states move by comparison as everywhere (F-02). Without it being kept, every start believes the pin’s
 * floor only.
 */
import { createHash } from 'node:crypto';
import type { Sha256 } from '../../tuf/names.ts';
import { joined } from '../fetch/place.ts';
import type { Store, StoredState } from '../remember/store.ts';

/** An empty store. What goes in and comes out is copied. */
export function memoryStore(): Store {
  return new MemoryStore();
}

interface StoredFile {
  readonly bytes: Uint8Array;
  /** The number of the newest state when it was written. */
  readonly writtenAt: number;
}

class MemoryStore implements Store {
  readonly description = 'memory';
  readonly #files = new Map<Sha256, StoredFile>();
  #state: StoredState = { number: 0, bytes: new Uint8Array() };

  state(): Promise<StoredState | undefined> {
    const { number, bytes } = this.#state;
    return Promise.resolve(number === 0 ? undefined : { number, bytes: bytes.slice() });
  }

  commit(previous: number, bytes: Uint8Array): Promise<boolean> {
    if (previous !== this.#state.number) return Promise.resolve(false);
    this.#state = { number: previous + 1, bytes: Uint8Array.from(bytes) };
    return Promise.resolve(true);
  }

  read(digest: Sha256): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = this.#files.get(digest);
    return Promise.resolve(file === undefined ? undefined : chunksOf(file.bytes.slice()));
  }

  async write(content: AsyncIterable<Uint8Array>): Promise<Sha256> {
    const bytes = Uint8Array.from(await joined(content));
    const digest = createHash('sha256').update(bytes).digest('hex') as Sha256;
    this.#files.set(digest, { bytes, writtenAt: this.#state.number });
    return digest;
  }

  /**
   * Who wrote a file under an older state than the newest and has not committed cannot commit any more, so here “a moment
   * ago” needs no clock: it is the present state.
   */
  keepOnly(digests: ReadonlySet<Sha256>): Promise<void> {
    for (const [digest, { writtenAt }] of this.#files) {
      if (!digests.has(digest) && writtenAt < this.#state.number) this.#files.delete(digest);
    }
    return Promise.resolve();
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- only its shape is asynchronous
async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}
