/**
 * Somebody’s shell: a directory, a clock, an environment, and what they type. Commands run in this process, on the same
 * surroundings that the program has, so a test costs milliseconds; children.ts starts real processes where that matters.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runCommandLine } from '../../src/cli/run.ts';
import { Disk } from '../../src/platform/disk.ts';
import type { Surroundings } from '../../src/platform/process.ts';
import { randomSecret } from '../../src/platform/random.ts';
import { createRootHolder } from '../../src/sign/root-holder.ts';
import { writeSampleUpstream } from '../../src/sample/upstream.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { FakeClock } from '../simulator/clock.ts';

/** What came of one command. */
export interface Typed {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  /** The one JSON object of `--json`. */
  readonly json: Record<string, unknown>;
}

/** The refusal in a `--json` answer. */
export interface ErrorDocument {
  readonly code: string;
  readonly family: string;
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

export class Workplace {
  readonly directory: string;
  readonly clock = new FakeClock();
  readonly environment: Record<string, string> = {};
  /** Given to questions, in order; without one there is no terminal. */
  readonly answers: string[] = [];
  isTerminal = false;
  /** How wide the terminal is, where there is one. */
  columns: number | undefined;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(context: Pick<TestContext, 'after'>): Promise<Workplace> {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
    context.after(() => rm(directory, { recursive: true, force: true }));
    return new Workplace(directory);
  }

  /** With a trial in `data`, and the sample upstream in `up`. */
  static async withTrial(context: Pick<TestContext, 'after'>): Promise<Workplace> {
    const workplace = await Workplace.open(context);
    await workplace.succeed('init --root-online');
    await workplace.enrolSample();
    return workplace;
  }

  /** A root holder’s file in a folder of that name, as `keys create-holder` makes it, but quickly opened. */
  async hasHolder(holder: string, passphrase: string): Promise<void> {
    const file = { directory: this.path(holder), holder, passphrase };
    (await createRootHolder(new Disk(), file, randomSecret, { workFactor: 10 })).close();
  }

  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  /** A line as it is typed: words between blanks, then `more` as they are. */
  async type(line: string, ...more: string[]): Promise<Typed> {
    let [out, err] = ['', ''];
    const surroundings: Surroundings = {
      words: [...line.split(' ').filter((word) => word !== ''), ...more].map((word) => this.#inDirectory(word)),
      environment: this.environment,
      workingDirectory: this.directory,
      processId: process.pid,
      out: { write: (text) => (out += text), ...(this.columns === undefined ? {} : { columns: this.columns }) },
      err: { write: (text) => (err += text), isTTY: this.isTerminal },
      pour: async (content) => {
        for await (const chunk of content) out += Buffer.from(chunk).toString('utf8');
      },
      ask: (question) => {
        err += question;
        return Promise.resolve(this.answers.shift());
      },
      untilAskedToStop: () => new Promise(() => undefined),
    };
    const exitCode = await runCommandLine(surroundings, { clock: this.clock });
    return {
      exitCode,
      out,
      err,
      get json() {
        return JSON.parse(out) as Record<string, unknown>;
      },
    };
  }

  /** The same, and it must go well. */
  async succeed(line: string, ...more: string[]): Promise<Typed> {
    const typed = await this.type(line, ...more);
    assert.equal(typed.exitCode, 0, `${line}: ${typed.err}`);
    return typed;
  }

  /** The refusal that a command ends with; its exit code is the one of its family. */
  async refused(line: string, ...more: string[]): Promise<ErrorDocument & { readonly exitCode: number }> {
    const { exitCode, json } = await this.type(`${line} --json`, ...more);
    return { exitCode, ...(json['error'] as ErrorDocument) };
  }

  async enrolSample(id = 'sample'): Promise<void> {
    const digest = await this.writeSample();
    await this.succeed(`repo add ${id} --upstream up --root @up/metadata/1.root.json --root-sha256 ${digest}`);
  }

  /** Writes the sample upstream into `up`. @returns the SHA-256 of its root */
  async writeSample(): Promise<string> {
    const place = { directory: this.path('up'), privateDirectory: this.path('up-private'), disk: new Disk() };
    return sha256((await writeSampleUpstream({ ...place, now: this.clock.now(), draw: randomSecret })).root);
  }

  /** `@name` stands for a file in this directory: the tests’ own working directory is another. */
  #inDirectory(word: string): string {
    return word.startsWith('@') ? this.path(word.slice(1)) : word;
  }
}
