/** The clock of this machine, for guards that are not handed another. It promises nothing: the marks notice a step back. */
import type { Clock } from '../clock.ts';

/** The wall clock. */
export const systemClock: Clock = { now: () => new Date() };
