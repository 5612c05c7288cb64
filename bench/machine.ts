/** What the figures were measured on, and which foreign programs are at hand. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { mebibytes } from './report.ts';

export interface Machine {
  readonly nginx: string | undefined;
  readonly wrk: string | undefined;
  /** Whether processes can be bound to one core each. */
  readonly canPin: boolean;
  readonly description: readonly string[];
}

export function lookAround(): Machine {
  const nginx = firstLine('nginx', '-v')?.replace(/^nginx version: /, '');
  const wrk = firstLine('wrk', '-v')?.replace(/ \[.*$/, '');
  const canPin = availableParallelism() > 1 && firstLine('taskset', '--version') !== undefined;
  const [cpu] = cpus();
  return {
    nginx,
    wrk,
    canPin,
    description: [
      `date     ${new Date().toISOString()}`,
      `machine  ${String(availableParallelism())} × ${cpu?.model ?? 'unknown'}, ${mebibytes(totalmem())}, load ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
      `node     ${process.version} (OpenSSL ${process.versions.openssl})`,
      `nginx    ${nginx ?? 'not installed'}`,
      `load by  ${wrk ?? 'wrk is not installed: the bench’s own generator'}${canPin && wrk !== undefined ? ', one core each for server and load' : ', cores shared'}`,
    ],
  };
}

/** Some programs answer with a non-zero exit code, and some on stderr; what counts is that they answer. */
function firstLine(program: string, option: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, [option], { encoding: 'utf8' });
  return error ? undefined : `${stdout}${stderr}`.trim().split('\n', 1)[0];
}
