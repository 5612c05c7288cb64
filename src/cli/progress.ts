/** Long work as one line that is written over, on a terminal; nothing anywhere else: a log needs no animation. */
import type { Clock } from '../platform/clock.ts';
import type { TextOut } from '../platform/process.ts';
import { printable } from '../tuf/names.ts';

/** Faster than this is a flicker. */
const MIN_INTERVAL_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  readonly #out: TextOut;
  readonly #clock: Clock;
  #lastMs = -Infinity;
  #isShown = false;

  constructor(out: TextOut, clock: Clock) {
    this.#out = out;
    this.#clock = clock;
  }

  readonly step = (text: string): void => {
    const now = this.#clock.now().getTime();
    if (this.#out.isTTY !== true || now - this.#lastMs < MIN_INTERVAL_MS) return;
    this.#lastMs = now;
    this.#isShown = true;
    this.#out.write(`${CLEAR_LINE}${printable(text, (this.#out.columns ?? 80) - 2)}`);
  };

  /** Removes the line, so that what is said next starts on a clean one. */
  clear(): void {
    if (this.#isShown) this.#out.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
