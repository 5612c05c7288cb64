/**
 * How long a guard waits for a server. Whoever drips bytes, or sends none, cannot hold it: every wait has an end,
 * and a body must keep a minimum pace. No timer outlives the wait that it is for.
 *
 * Time is the process’s own monotonic one: a wall clock that is corrected in the middle of a download must not look like
 * a slow server. Only time spent waiting counts; what the reader does between two chunks is not the server’s fault.
 */
import { Refusal } from '../../errors.ts';

export interface Patience {
  /** From the request to the end of the answer’s headers, connecting included, milliseconds. */
  readonly headersMs: number;
  /** Between two arrivals of body bytes, milliseconds. */
  readonly idleMs: number;
  /** Slowest acceptable pace of a body, bytes per second, over each `windowMs` of waiting. 0 switches this bound off. */
  readonly minBytesPerSecond: number;
  /** The pace is judged whenever this much time was waited, milliseconds. */
  readonly windowMs: number;
}

export const DEFAULT_PATIENCE: Patience = {
  headersMs: 30_000,
  idleMs: 30_000,
  minBytesPerSecond: 1024,
  windowMs: 30_000,
};

/** The longest time that a timer of Node can take, milliseconds; about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;
const LATE = Symbol('late');

/** @throws SOURCE_SLOW when the answer is not there after `patience.headersMs`; whatever `answer` throws */
export async function withinHeaders<T>(answer: Promise<T>, patience: Patience, file: string): Promise<T> {
  const arrived = await withinMs(answer, patience.headersMs);
  if (arrived !== LATE) return arrived;
  throw slow(file, `did not answer within ${seconds(patience.headersMs)}`, { limitMs: patience.headersMs });
}

/** The pace of one body. */
export class Pace {
  readonly #patience: Patience;
  readonly #file: string;
  #waitedMs = 0;
  #bytes = 0;

  /** @param file how messages name it: host and path */
  constructor(patience: Patience, file: string) {
    this.#patience = patience;
    this.#file = file;
  }

  /**
   * Waits for the next chunk; undefined is the end of the body.
   * @throws SOURCE_SLOW when nothing comes for too long, or too little; whatever `chunk` throws
   */
  async keep(chunk: Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    const { idleMs, windowMs } = this.#patience;
    for (let quietMs = 0; ;) {
      const limitMs = Math.min(idleMs - quietMs, windowMs - this.#waitedMs);
      const began = performance.now();
      const arrived = await withinMs(chunk, limitMs);
      // A timer may fire a fraction early; then the limit itself was waited.
      const elapsedMs = Math.max(performance.now() - began, arrived === LATE ? limitMs : 0);
      this.#waitedMs += elapsedMs;
      quietMs += elapsedMs;
      if (arrived === undefined) return undefined;
      if (arrived !== LATE) this.#bytes += arrived.length;
      else if (quietMs >= idleMs) throw slow(this.#file, `sent nothing for ${seconds(idleMs)}`, { limitMs: idleMs });
      if (this.#waitedMs >= windowMs) this.#judge();
      if (arrived !== LATE) return arrived;
    }
  }

  /** A window begins where the last one ended, so a fast start does not buy the right to drip. */
  #judge(): void {
    const bytesPerSecond = Math.floor((this.#bytes * 1000) / this.#waitedMs);
    const limit = this.#patience.minBytesPerSecond;
    if (bytesPerSecond < limit) {
      const what = `arrives at ${bytesPerSecond} bytes per second, below the minimum of ${limit}`;
      throw slow(this.#file, what, { bytesPerSecond, limit });
    }
    this.#waitedMs = 0;
    this.#bytes = 0;
  }
}

/** Its own timer ends with it, whichever comes first; an attempt that fails later is nobody’s unhandled rejection. */
async function withinMs<T>(attempt: Promise<T>, limitMs: number): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), Math.min(limitMs, LONGEST_MS));
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}

function slow(file: string, what: string, numbers: Readonly<Record<string, number>>): Refusal {
  return new Refusal('SOURCE_SLOW', `${file} ${what}.`, { details: { file, ...numbers } });
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

const LONGEST_STAGGER_MS = 32;

/** Waits a random while, longer after each vain try: processes that got in each other’s way must not do so in step. */
export function stagger(tries: number): Promise<void> {
  const most = Math.min(2 ** tries, LONGEST_STAGGER_MS);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}
