/** From what was typed to an exit code. Nothing escapes: what is not a refusal is a bug, and is said to be one. */
import { CommanderError } from 'commander';
import { asDiskRefusal } from '../platform/disk.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { Surroundings } from '../platform/process.ts';
import { exitCodeAfter, exitCodeOf } from './exit.ts';
import { Invocation } from './invocation.ts';
import { Output, type Report } from './output.ts';
import { buildProgram } from './program.ts';
import { ownVersion } from '../platform/own-version.ts';

export interface RunOptions {
  readonly clock?: Clock;
  /** Told of the answer, after it was said. */
  readonly onReport?: (report: Report) => void;
}

/** Runs one command line and returns its exit code. */
export async function runCommandLine(
  surroundings: Surroundings,
  { clock = systemClock, onReport = () => undefined }: RunOptions = {},
): Promise<number> {
  const output = new Output(surroundings, asksForJson(surroundings.words));
  let exitCode = exitCodeAfter({});
  try {
    const program = buildProgram(surroundings, await ownVersion(), async (definition, path, given) => {
      const invocation = new Invocation(path, given, { surroundings, clock, onReport });
      try {
        const report = await definition.perform(invocation, given);
        if (report) invocation.announce(report);
        exitCode = exitCodeAfter(report ?? {});
      } finally {
        invocation.progress.clear();
      }
    });
    await program.parseAsync(surroundings.words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return exitCode;
    // A full disk or a forbidden directory is the operator’s to mend, wherever it was noticed.
    const known = asDiskRefusal(error, 'what this command needs');
    output.failure(known);
    return exitCodeOf(known);
  }
}

/** Known before the words are understood: a refusal of the words themselves is JSON as well. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end === -1 ? words : words.slice(0, end)).includes('--json');
}
