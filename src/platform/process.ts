/**
 * This process as a door: what it was started with, where it writes, whom it can ask, and how it ends. Commands see only
 * this, so that a test can run one without a process of its own.
 */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface TextOut {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Surroundings {
  /** What was typed after the program’s name. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly processId: number;
  /** For answers. */
  readonly out: TextOut;
  /** For everything else that is said to people. */
  readonly err: TextOut;
  /** Bytes as the answer, in place of text; resolves when all of them are handed on. @throws as the content does */
  pour(content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Asks the person at the terminal; undefined when there is none, or no answer. */
  ask(question: string): Promise<string | undefined>;
  /** Resolves with the signal’s name when this process is asked to stop; a second one ends it at once. */
  untilAskedToStop(): Promise<string>;
}

/** `v24.21.0`: what runs this program. */
export const NODE_VERSION = process.version;

export const ownProcess: Surroundings = {
  words: process.argv.slice(2),
  environment: process.env,
  workingDirectory: process.cwd(),
  processId: process.pid,
  out: process.stdout,
  err: process.stderr,
  pour: (content) => pipeline(Readable.from(content, { objectMode: false }), process.stdout, { end: false }),
  ask,
  untilAskedToStop,
};

/**
 * Everything that this process creates is its owner’s alone (S-09), and a closed pipe (`| head`) ends it quietly.
 * @param onBug told of what nobody caught; the process ends with its answer as exit code
 */
export function setUpProcess(onBug: (error: unknown) => number): void {
  process.umask(0o077);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      process.exit(onBug(error));
    });
  }
}

/** The exit code for when nothing is left to do; ending at once could cut off what is being written. */
export function endWith(exitCode: number): void {
  process.exitCode = exitCode;
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('close', () => resolve(undefined));
      lines.question(question, resolve);
    });
  } finally {
    lines.close();
  }
}

/** A terminal and npm may both pass on one Ctrl-C; so soon after the first it is the same one. */
const SAME_MS = 1000;

function untilAskedToStop(): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const [signal, number] of [
      ['SIGINT', 2],
      ['SIGTERM', 15],
    ] as const) {
      process.on(signal, () => {
        if (firstMs === undefined) resolve(signal);
        else if (performance.now() - firstMs > SAME_MS) process.exit(128 + number);
        firstMs ??= performance.now();
      });
    }
  });
}
