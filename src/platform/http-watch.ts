/**
 * How long one download may take. Four bounds and a minimum pace, all on the injected clock.
 *
 * Elapsed time is counted in ticks of the clock's timer, never by comparing dates: a wall clock that is corrected in the
 * middle of a download must not look like a slow source. Only time spent waiting for the source counts against the
 * pace; a slow disk on our side is not the source's fault.
 */
import { type Code, Refusal } from '../errors.ts';
import type { Clock } from './clock.ts';

export interface Patience {
  /** Until a connection stands (name lookup, TCP, proxy tunnel and TLS together), milliseconds. */
  readonly connectMs: number;
  /** From the request to the end of the response's headers, milliseconds. A drip of header bytes does not extend it. */
  readonly headersMs: number;
  /** Between two arrivals of body bytes, milliseconds; rounded up to whole seconds. */
  readonly idleMs: number;
  /** For one file from first to last byte, redirects and the consumer's own time included, milliseconds. */
  readonly totalMs: number;
  /** Slowest acceptable pace of a body, bytes per second, averaged over `windowMs`. 0 switches this bound off. */
  readonly minBytesPerSecond: number;
  /** The pace is averaged over this much waiting, milliseconds; rounded up to whole seconds. */
  readonly windowMs: number;
  /** The pace is not judged before this much waiting, milliseconds; rounded up to whole seconds. */
  readonly graceMs: number;
}

export const DEFAULT_PATIENCE: Patience = {
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 30_000,
  totalMs: 6 * 3_600_000,
  minBytesPerSecond: 1024,
  windowMs: 30_000,
  graceMs: 30_000,
};

const TICK_MS = 1000;

/** Watches one download from connecting to the last byte; calls `giveUp` at most once. Always `end()` it. */
export class DownloadWatch {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #file: string;
  readonly #giveUp: (refusal: Refusal) => void;
  readonly #cancelTotal: () => void;
  #cancelPhase: () => void = () => undefined;
  #hasEnded = false;

  #isWaiting = false;
  #bytesThisTick = 0;
  #quietTicks = 0;
  #waitedTicks = 0;
  readonly #recent: number[] = [];

  /** `file` is how messages name what is being fetched: host and path, no credentials. */
  constructor(clock: Clock, patience: Patience, file: string, giveUp: (refusal: Refusal) => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#file = file;
    this.#giveUp = giveUp;
    this.#cancelTotal = clock.after(patience.totalMs, () =>
      this.#refuse('SOURCE_SLOW', `${file} was not complete after ${seconds(patience.totalMs)}.`, {
        limitMs: patience.totalMs,
      }),
    );
  }

  /** A request was made; there may be no connection for it yet. */
  connecting(): void {
    this.#enterPhase(this.#patience.connectMs, 'had no working connection within');
  }

  /** The connection stands and the request is on its way. */
  asking(): void {
    this.#enterPhase(this.#patience.headersMs, 'sent no complete answer header within');
  }

  /** The headers are here. Until somebody reads the body, only the total bound counts. */
  answered(): void {
    this.#cancelPhase();
  }

  /** The body is being read: from now on the pace counts. */
  receiving(): void {
    this.#cancelPhase();
    if (!this.#hasEnded) this.#cancelPhase = this.#clock.after(TICK_MS, () => this.#tick());
  }

  /** Says whether somebody is waiting for the source right now, or is busy with what it already sent. */
  waits(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
  }

  received(bytes: number): void {
    this.#bytesThisTick += bytes;
  }

  end(): void {
    this.#hasEnded = true;
    this.#cancelPhase();
    this.#cancelTotal();
  }

  #enterPhase(limitMs: number, what: string): void {
    this.#cancelPhase();
    if (this.#hasEnded) return;
    this.#cancelPhase = this.#clock.after(limitMs, () =>
      this.#refuse('SOURCE_UNREACHABLE', `${this.#file} ${what} ${seconds(limitMs)}.`, { limitMs }),
    );
  }

  /**
   * The ticker runs through the whole body and asks at each tick whether we are waiting. Were it restarted by every
   * chunk, a drip faster than the tick would never be judged at all.
   */
  #tick(): void {
    this.receiving();
    if (!this.#isWaiting) return;
    const { idleMs, minBytesPerSecond, graceMs, windowMs } = this.#patience;
    this.#waitedTicks += 1;
    this.#quietTicks = this.#bytesThisTick === 0 ? this.#quietTicks + 1 : 0;
    this.#recent.push(this.#bytesThisTick);
    if (this.#recent.length > Math.max(1, Math.ceil(windowMs / TICK_MS))) this.#recent.shift();
    this.#bytesThisTick = 0;

    if (this.#quietTicks * TICK_MS >= idleMs) {
      this.#refuse('SOURCE_SLOW', `${this.#file} sent nothing for ${seconds(idleMs)}.`, { limitMs: idleMs });
      return;
    }
    const pace = this.#recent.reduce((sum, bytes) => sum + bytes, 0) / this.#recent.length;
    if (this.#waitedTicks * TICK_MS >= graceMs && pace < minBytesPerSecond) {
      this.#refuse(
        'SOURCE_SLOW',
        `${this.#file} arrives at ${Math.floor(pace)} bytes per second, below the minimum of ${minBytesPerSecond}.`,
        { bytesPerSecond: Math.floor(pace), limit: minBytesPerSecond },
      );
    }
  }

  #refuse(code: Code, what: string, numbers: Readonly<Record<string, number>>): void {
    if (this.#hasEnded) return;
    this.end();
    this.#giveUp(new Refusal(code, what, { details: { file: this.#file, ...numbers } }));
  }
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
