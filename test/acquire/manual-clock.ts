/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/platform/clock.ts';

export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #pending = new Set<{ due: number; task: () => void }>();

  now(): Date {
    return new Date(this.#now);
  }

  after(milliseconds: number, task: () => void): () => void {
    const entry = { due: this.#now + milliseconds, task };
    this.#pending.add(entry);
    return () => this.#pending.delete(entry);
  }

  /** Moves on, running everything that falls due on the way, in order of its time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#pending].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#pending.delete(next);
      this.#now = next.due;
      next.task();
    }
    this.#now = end;
  }

  /** How many tasks wait: none may be left when a download is over. */
  get waiting(): number {
    return this.#pending.size;
  }
}
