/** A clock that stands still until a test moves it; what falls due on the way is run, in the order of its time. */
import type { Clock } from '../../src/platform/clock.ts';

/** When simulated time begins. */
export const NOW = new Date('2026-11-23T03:00:00Z');
export const MINUTE = 60_000;
export const DAY = 86_400_000;

export class FakeClock implements Clock {
  #now: number;
  readonly #pending = new Set<{ readonly due: number; readonly task: () => void }>();

  constructor(now: Date = NOW) {
    this.#now = now.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  after(milliseconds: number, task: () => void): () => void {
    const entry = { due: this.#now + milliseconds, task };
    this.#pending.add(entry);
    return () => void this.#pending.delete(entry);
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#pending].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#pending.delete(next);
      this.#now = next.due;
      next.task();
    }
    this.#now = end;
  }

  /** A step of the clock itself, in either direction, as an operator or a dead battery makes it: nothing is run. */
  step(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
