/** Values that are worth keeping while there is room: bounded by their size, the least recently used go first. */
export class RecentlyUsed<Key, Value> {
  readonly #maxBytes: number;
  readonly #sizeOf: (value: Value) => number;
  /** Least recently used first. */
  readonly #kept = new Map<Key, Value>();
  #keptBytes = 0;

  constructor(maxBytes: number, sizeOf: (value: Value) => number) {
    this.#maxBytes = maxBytes;
    this.#sizeOf = sizeOf;
  }

  /** What is kept under the key, or what is made now. @throws what `make` throws */
  get(key: Key, make: () => Value): Value {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const made = make();
    // One large value must not push everything else out.
    if (this.#sizeOf(made) <= this.#maxBytes / 4) this.#keep(key, made);
    return made;
  }

  #keep(key: Key, value: Value): void {
    this.#kept.set(key, value);
    this.#keptBytes += this.#sizeOf(value);
    for (const [oldest, old] of this.#kept) {
      if (this.#keptBytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= this.#sizeOf(old);
    }
  }
}
