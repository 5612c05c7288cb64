import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientResult } from './stock-client.ts';

type Answer = ClientResult & { stdout: string };

const runLimitMs = 120_000;

/** Only this much of our environment reaches a client, so that no proxy, cache or trust setting of the machine's does. */
function environment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === 'PATH' || name === 'LD_PRELOAD' || name.startsWith('FAKETIME'),
  );
  return { ...Object.fromEntries(kept), HOME: home, TMPDIR: home, LANG: 'C.UTF-8' };
}

export function run(
  program: string,
  args: string[],
  home: string,
  settings: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: home,
      env: { ...environment(home), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runLimitMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ ok: false, said: error.message, stdout }));
    child.on('close', (code, signal) => {
      const killed = signal === null ? '' : `ended by ${signal}\n`;
      resolve({ ok: code === 0, said: (killed + stderr).trim(), stdout });
    });
  });
}

/** A new folder for each download, so that a file of an earlier one is never taken for an answer. */
export function downloadFolder(workDir: string): Promise<string> {
  return mkdtemp(join(workDir, 'download-'));
}
