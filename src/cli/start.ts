/**
 * `npm start`: the first experience. In a new ./data it sets up a trial: keys, the root key among them, in ./keys; a sample
 * upstream that it writes itself; its import. Then it serves. Every step is the ordinary command, run in this process, so
 * nothing here can do what the command line cannot. Later starts go on with what is there.
 */
import { join } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { Disk } from '../platform/disk.ts';
import { type Surroundings, ownProcess, setUpProcess } from '../platform/process.ts';
import { randomSecret } from '../platform/random.ts';
import { renewSampleUpstream, writeSampleUpstream } from '../sample/upstream.ts';
import { ONLINE_SECRET } from '../sign/secret-file.ts';
import type { StatusDocument } from '../status.ts';
import { sha256 } from '../tuf/digest.ts';
import { DAY_MS } from '../verify/policy.ts';
import { exitCodeOf } from './exit.ts';
import { Output } from './output.ts';
import { type RunOptions, runCommandLine } from './run.ts';

/** The sample is brought up to date when as-of or horizon is nearer than this. */
const NEAR_DAYS = 7;
const SAMPLE = 'sample';

/** @param project the top-level folder @returns the exit code */
export async function start(project: string): Promise<number> {
  setUpProcess((error) => {
    new Output(ownProcess, false).failure(error);
    return exitCodeOf(error);
  });
  const environment = {
    ...ownProcess.environment,
    COUNTERSIGN_DATA: ownProcess.environment['COUNTERSIGN_DATA'] ?? join(project, 'data'),
    COUNTERSIGN_KEYS: ownProcess.environment['COUNTERSIGN_KEYS'] ?? join(project, 'keys'),
  };
  const { words } = ownProcess;
  const isCommand = words[0] !== undefined && !words[0].startsWith('-');
  return isCommand
    ? runCommandLine({ ...ownProcess, environment })
    : new Trial(ownProcess, environment, environment.COUNTERSIGN_DATA, environment.COUNTERSIGN_KEYS).serve(words);
}

class Trial {
  readonly #surroundings: Surroundings;
  readonly #data: string;
  readonly #keys: string;
  readonly #disk = new Disk();

  constructor(surroundings: Surroundings, environment: Surroundings['environment'], data: string, keys: string) {
    this.#surroundings = { ...surroundings, environment };
    this.#data = data;
    this.#keys = keys;
  }

  async serve(options: readonly string[]): Promise<number> {
    const isNew = !(await this.#disk.exists(join(this.#data, 'record.sqlite')));
    const exitCode = isNew ? await this.#setUp() : 0;
    if (exitCode !== 0) return exitCode;
    if (!isNew) await this.#refreshSample();
    return this.#run(['serve', ...options], {
      onReport: ({ document }) => this.#showWays(document as { public: string; admin: string; repositories: string[] }),
    });
  }

  async #setUp(): Promise<number> {
    const hasKeys = await this.#disk.exists(join(this.#keys, ONLINE_SECRET.file));
    const exitCode = await this.#run(['init', ...(hasKeys ? ['--use-existing-keys'] : ['--root-online'])]);
    if (exitCode !== 0) return exitCode;
    const { directory, root, rootPath } = await writeSampleUpstream({ ...this.#place(), draw: randomSecret });
    const enrolment = ['--upstream', directory, '--root', rootPath, '--root-sha256', sha256(root)];
    return (await this.#run(['repo', 'add', SAMPLE, ...enrolment])) || (await this.#run(['import', SAMPLE]));
  }

  /** The sample’s upstream is here, so here it must be renewed. Serving goes on whether that works or not. */
  async #refreshSample(): Promise<void> {
    const place = this.#place();
    if (!(await this.#disk.exists(place.privateDirectory))) return;
    let status: StatusDocument | undefined;
    await this.#run(['status', SAMPLE], { onReport: ({ document }) => (status = document as StatusDocument) }, true);
    const [sample] = status?.repositories ?? [];
    const dates = [sample?.asOf, sample?.horizon?.expires].map((text) => (text === undefined ? 0 : Date.parse(text)));
    if (!sample || Math.min(...dates) - place.now.getTime() > NEAR_DAYS * DAY_MS) return;
    await renewSampleUpstream(place);
    await this.#run(['import', SAMPLE]);
  }

  #place(): { directory: string; privateDirectory: string; disk: Disk; now: Date } {
    return {
      directory: join(this.#data, 'sample-upstream'),
      privateDirectory: join(this.#data, 'sample-private'),
      disk: this.#disk,
      now: systemClock.now(),
    };
  }

  #run(words: readonly string[], options: RunOptions = {}, isSilent = false): Promise<number> {
    const silence = { write: () => undefined };
    const streams = isSilent ? { out: silence, err: silence } : {};
    if (!isSilent) this.#surroundings.err.write(`\n$ countersign ${words.join(' ')}\n`);
    return runCommandLine({ ...this.#surroundings, ...streams, words }, options);
  }

  #showWays({ public: address, repositories }: { public: string; admin: string; repositories: string[] }): void {
    const example = repositories.includes(SAMPLE)
      ? [
          `  curl ${address}/${SAMPLE}/targets/welcome.txt`,
          '      fetches a target: the bytes that upstream signed.',
          '',
        ]
      : [];
    const lines = [
      '',
      'Three things to try, in another terminal:',
      '',
      ...example,
      '  npm start --silent -- status',
      '      says how fresh everything is, and who must act before clients fail.',
      '',
      '  npm start --silent -- demo',
      '      tries to cheat it: attacks by a mirror whose keys were stolen, on a stock client and on guards.',
      '',
      `TUF clients start from ${address}/${SAMPLE}/metadata/1.root.json. Ctrl-C stops the server; ./data keeps everything.`,
      '',
    ];
    for (const line of lines) this.#surroundings.err.write(`${line}\n`);
  }
}
