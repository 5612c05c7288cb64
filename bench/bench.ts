/** What every part of the bench is given. */
import type { Machine } from './machine.ts';

export interface Bench {
  readonly machine: Machine;
  /** Smaller sizes and fewer rounds: shows that everything works, not how fast it is. */
  readonly isQuick: boolean;
  /** A directory of the bench’s own, outside the project. */
  readonly work: string;
}
