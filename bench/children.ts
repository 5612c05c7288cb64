/**
 * Children of the bench: modules run in a process of their own, so that memory and CPU are theirs alone. A child answers
 * with one message; what it prints goes to stderr.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts the module; Node’s own options (a TypeScript loader) are inherited. */
function start(module: string, words: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url));
  return fork(path, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
}

/** Runs the module to its end. @returns its answer */
export async function run(module: string, ...words: string[]): Promise<unknown> {
  const child = start(module, words);
  const answers: unknown[] = [];
  child.on('message', (message) => answers.push(message));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0 || answers.length === 0) throw new Error(`${module} failed (exit code ${String(code)})`);
  return answers[0];
}

/** Asks a program to end, and waits until it has. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Called in a child: the answer to whoever started it. */
export function answer(message: object): void {
  process.send?.(message);
}
