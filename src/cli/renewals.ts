/** The renewal loop of the server: looks often, takes the writer’s lock only when something is due, and counts. */
import type { RenewalOutcome } from '../publish/renew.ts';
import { isRefusal, type Refusal } from '../errors.ts';
import { type Mirror, withWriter } from '../mirror.ts';
import type { Log } from '../platform/log.ts';
import { jitter } from '../platform/random.ts';
import { renewDue } from '../publish/renew.ts';
import { RenewalLoop } from '../publish/schedule.ts';
import type { RepositoryId } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';
import { hasUnshown } from '../witness/standing.ts';
import { dueRoles } from './due.ts';

/** So many looks per timestamp lifetime, within bounds. */
const LOOKS = 48;
const SHORTEST_MS = 1000;
const LONGEST_MS = 60_000;

export class Renewals {
  readonly #mirror: Mirror;
  readonly #log: Log;
  readonly #loop: RenewalLoop;
  readonly #troubled = new Map<RepositoryId | undefined, string>();
  #succeeded = 0;
  #failed = 0;
  /** Too few witnesses had seen what is shown, or would be, when they were asked last. */
  #isUnseen = false;

  constructor(mirror: Mirror, log: Log) {
    this.#mirror = mirror;
    this.#log = log;
    const lookMs = (mirror.lifetimes.timestamp * DAY_MS) / LOOKS;
    this.#loop = new RenewalLoop({
      clock: mirror.clock,
      random: jitter,
      intervalMs: Math.min(Math.max(lookMs, SHORTEST_MS), LONGEST_MS),
      run: () => this.#renew(),
      onOutcomes: (outcomes) => outcomes.forEach((outcome) => this.#note(outcome)),
      onTrouble: (error) => this.#noteTrouble(error),
    });
  }

  get counts(): { readonly succeeded: number; readonly failed: number } {
    return { succeeded: this.#succeeded, failed: this.#failed };
  }

  /** Resolves after the first look. Never rejects: a mirror that cannot sign still serves. */
  start(): Promise<void> {
    return this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #renew(): Promise<RenewalOutcome[]> {
    const { reader, clock } = this.#mirror;
    const isDue = reader
      .currents()
      .some(({ repository }) => dueRoles(this.#mirror, repository, clock.now()).length > 0);
    // What waits for witnesses must not wait for a renewal, which may be half a day away: opening a writer asks them.
    if (!isDue && !this.#isUnseen && !hasUnshown(this.#mirror)) return [];
    return withWriter(this.#mirror, async (writer) => {
      try {
        return isDue ? await renewDue(this.#mirror, writer) : [];
      } finally {
        this.#noteWitnesses(writer.witnessTrouble);
      }
    });
  }

  /** Said once, and once that it is over. */
  #noteWitnesses(trouble: Refusal | undefined): void {
    if (trouble && !this.#isUnseen) this.#log.error('too few witnesses', { code: trouble.code, what: trouble.what });
    if (!trouble && this.#isUnseen) this.#log.info('witnesses have seen everything');
    this.#isUnseen = trouble !== undefined;
  }

  #note({ repository, outcome, issued, code, what }: RenewalOutcome): void {
    // Whoever could write has no trouble with the record as a whole.
    this.#troubled.delete(undefined);
    if (outcome === 'renewed') {
      this.#succeeded++;
      this.#log.info('renewed', { repository, issued: issued.join(' ') });
    }
    if (outcome === 'renewed' || outcome === 'not-due') this.#troubled.delete(repository);
    else this.#sayOnce(repository, String(code), String(what));
  }

  #noteTrouble(error: unknown): void {
    if (isRefusal(error)) this.#sayOnce(undefined, error.code, error.what);
    else this.#sayOnce(undefined, 'BUG', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** Tried again at every look and counted each time, but said once until it changes. */
  #sayOnce(repository: RepositoryId | undefined, code: string, what: string): void {
    this.#failed++;
    if (this.#troubled.get(repository) === code) return;
    this.#troubled.set(repository, code);
    this.#log.error('renewal failed', { repository, code, what });
  }
}
