/** One run of one command: its surroundings, the configuration as flags and files make it, and the opened data directory. */
import { type Loaded, loadConfiguration } from '../config/load.ts';
import type { Flags } from '../config/layers.ts';
import { type Settings } from '../config/settings.ts';
import { withNames } from '../decide/people.ts';
import { isRefusal, Refusal } from '../errors.ts';
import type { Mirror } from '../mirror.ts';
import { type OpenOptions, closeMirror, openMirror } from '../open.ts';
import type { Clock } from '../platform/clock.ts';
import { Disk } from '../platform/disk.ts';
import type { Surroundings } from '../platform/process.ts';
import { Output, type Report } from './output.ts';
import { Progress } from './progress.ts';
import { plural } from './words.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly data?: string;
  readonly keys?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface InvocationContext {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** Told of the answer, after it was said. */
  readonly onReport: (report: Report) => void;
}

export class Invocation {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly disk = new Disk();
  readonly progress: Progress;
  /** As it was typed: `import`, `root sign`. */
  readonly command: string;
  /** `--dry-run`: look at everything, change nothing. */
  readonly isRehearsal: boolean;
  readonly #output: Output;
  readonly #options: CommonOptions;
  readonly #onReport: (report: Report) => void;
  #loaded: Promise<Loaded> | undefined;

  constructor(command: string, options: CommonOptions, { surroundings, clock, onReport }: InvocationContext) {
    this.command = command;
    this.surroundings = surroundings;
    this.clock = clock;
    this.progress = new Progress(surroundings.err, clock);
    this.isRehearsal = options.dryRun === true;
    this.#output = new Output(surroundings, options.json === true);
    this.#options = options;
    this.#onReport = onReport;
  }

  /** A remark for people on the way to the answer. */
  remark(line: string): void {
    this.progress.clear();
    this.#output.remark(line);
  }

  /** The answer: at the end, or as soon as there is one. Once per command. */
  announce(report: Report): void {
    this.progress.clear();
    this.#output.report(report);
    this.#onReport(report);
  }

  /**
   * Asks at the terminal.
   * @returns undefined when nobody is there to answer
   */
  async ask(question: string): Promise<string | undefined> {
    this.progress.clear();
    return (await this.surroundings.ask(question))?.trim();
  }

  /** @param flags of this command that stand for settings; `--data` and `--keys` are known already */
  configuration(flags: Flags = {}): Promise<Loaded> {
    const { data, keys, config } = this.#options;
    this.#loaded ??= loadConfiguration(
      this.surroundings,
      { data: { flag: '--data', value: data }, keys: { flag: '--keys', value: keys }, ...flags },
      config,
    );
    return this.#loaded;
  }

  async settings(): Promise<Settings> {
    return (await this.configuration()).settings;
  }

  async openOptions(): Promise<OpenOptions> {
    const { lifetimes, maxClockJumpDays } = await this.settings();
    const holder = `${this.command} ${String(this.surroundings.processId)}`;
    return { clock: this.clock, holder, lifetimes, maxClockJumpDays };
  }

  /** Opens the data directory for the time of `work`. */
  async withMirror<Result>(work: (mirror: Mirror, settings: Settings) => Promise<Result> | Result): Promise<Result> {
    const settings = await this.settings();
    const mirror = await openMirror(settings.paths, await this.openOptions());
    const before = mirror.reader.log.size();
    try {
      const result = await work(mirror, settings);
      this.#remarkUnseen(mirror, before);
      return result;
    } catch (error) {
      throw isRefusal(error) ? inNames(mirror, error) : error;
    } finally {
      closeMirror(mirror);
    }
  }

  /** What “published” means to clients where witnesses come first: nothing yet. */
  #remarkUnseen({ reader: { log } }: Mirror, before: number): void {
    const [size, shown] = [log.size(), log.released()?.size ?? 0];
    if (size === before || size === shown) return;
    this.remark(
      `NOT SHOWN TO CLIENTS YET: ${plural(size - shown, 'ledger entry')} and what they publish wait for witnesses. ` +
        'The server and every command that writes ask them again; countersign log witnesses show tells which are missing.',
    );
  }
}

/** The ledger knows people by pseudonyms; whoever reads a refusal must know whom to ask. Its details keep them. */
function inNames({ log, sealed }: Mirror, refusal: Refusal): Refusal {
  try {
    const what = withNames({ rules: log.state, sealed }, refusal.what);
    if (what === refusal.what) return refusal;
    const { code, details, hasOwnAdvice, next } = refusal;
    return new Refusal(code, what, { details, ...(hasOwnAdvice && { next }), cause: refusal });
  } catch {
    // A sealed store that was altered must not hide what was refused.
    return refusal;
  }
}
