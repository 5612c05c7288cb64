/** The clock as a door: production has one, tests have one that they move by hand. */
export interface Clock {
  now(): Date;
  /** Runs `task` once after `milliseconds`, unless the returned function is called first. */
  after(milliseconds: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  after(milliseconds, task) {
    // setTimeout overflows above 2^31−1 ms and would fire at once: a renewal loop must not spin because of that.
    const timer = setTimeout(task, Math.min(milliseconds, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
