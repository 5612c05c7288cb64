/**
 * When renewals run: once before the first answer (wake-up), then at short intervals that look for what is due, spread
 * by jitter so that many mirrors do not sign at the same second. On the injected clock; it never sleeps through a
 * lifetime, because each look is independent of the one before.
 */
import type { Clock } from '../platform/clock.ts';
import type { RenewalOutcome } from './renew.ts';

export interface ScheduleOptions {
  readonly clock: Clock;
  /** A number in [0, 1) for the jitter. */
  readonly random: () => number;
  /** Looks for due renewals this often, ± a quarter. */
  readonly intervalMs: number;
  readonly run: () => Promise<RenewalOutcome[]>;
  readonly onOutcomes: (outcomes: readonly RenewalOutcome[]) => void;
  readonly onTrouble: (error: unknown) => void;
}

export class RenewalLoop {
  readonly #options: ScheduleOptions;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Resolves after the first look: only then may the server answer. */
  async start(): Promise<void> {
    await this.#look();
    this.#schedule();
  }

  /** Lets a look that is under way finish. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { clock, intervalMs, random } = this.#options;
    this.#cancel = clock.after(intervalMs * (0.75 + random() / 2), () => {
      this.#running = this.#look().then(() => this.#schedule());
    });
  }

  /** Trouble is told and tried again next time: half of a lifetime is the margin for that. */
  async #look(): Promise<void> {
    try {
      this.#options.onOutcomes(await this.#options.run());
    } catch (error) {
      this.#options.onTrouble(error);
    }
  }
}
