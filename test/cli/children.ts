/** The program as a process of its own, for what only a process shows: streams, signals, locks, what others see of it. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeWords } from '../simulator/programs.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Settings and switches of whoever runs the tests are no settings of the program under test. */
const OUTSIDE = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COUNTERSIGN_')));

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  #out = '';
  #err = '';

  constructor(context: TestContext, directory: string, words: readonly string[], options: ChildOptions = {}) {
    const { environment = {}, stdio = ['ignore', 'pipe', 'pipe'], program = PROGRAM } = options;
    this.process = spawn(process.execPath, [...nodeWords(program), ...words], {
      cwd: directory,
      env: { ...OUTSIDE, ...environment },
      stdio,
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.#out += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.#err += chunk.toString()));
    this.ended = once(this.process, 'close').then(([exitCode, signal]) => ({
      exitCode: exitCode as number | null,
      signal: signal as string | null,
      out: this.#out,
      err: this.#err,
    }));
    context.after(() => void this.process.kill('SIGKILL'));
  }

  /** The first match of `pattern` in what was said so far, on either stream. @throws when the process ends without it */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#out) ?? pattern.exec(this.#err);
      if (match) return match;
      if (this.process.exitCode !== null)
        throw new Error(`ended without saying ${String(pattern)}: ${this.#out}${this.#err}`);
      await Promise.race([this.ended, ...this.#streams().map((stream) => once(stream, 'data'))]);
    }
  }

  #streams(): NonNullable<ChildProcess['stdout']>[] {
    return [this.process.stdout, this.process.stderr].filter((stream) => stream !== null);
  }
}

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
  /** Another program than `countersign`. */
  readonly program?: string;
}
