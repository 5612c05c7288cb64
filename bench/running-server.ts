/** Servers under load, each a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end } from './children.ts';

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts a module of this project that prints, as JSON, the address at which it is public. */
export async function startModule(
  module: string,
  words: readonly string[],
  pin: readonly string[],
): Promise<RunningServer> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const [program = '', ...rest] = [...pin, process.execPath, ...process.execArgv, path, ...words];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let answered = '';
  for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    answered += text;
    const address = /"public": ?"([^"]+)"/.exec(answered)?.[1];
    if (address !== undefined) return { url: address, pid: child.pid, stop: () => end(child) };
  }
  throw new Error(`${module} did not start: ${said}`);
}

/** Settings of the machine’s own mirror must not reach this one. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COUNTERSIGN_')));
}
