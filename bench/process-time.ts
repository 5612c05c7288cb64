/** CPU time of another process and its children, where the kernel tells it: steadier than requests per second. */
import { readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU since its start; undefined where there is no /proc. */
export function cpuSecondsOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
      .trim()
      .split(' ');
    const inherited = children.filter(Boolean).map((child) => cpuSecondsOf(Number(child)) ?? 0);
    // Behind the program’s name, which may hold anything: user time is field 14 of the whole line, system time 15.
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const own = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return inherited.reduce((sum, seconds) => sum + seconds, own);
  } catch {
    return undefined;
  }
}
