/**
 * Counts work instead of time: how often the engine ran the busiest block of our code. Exact and repeatable, so that
 * a linear-time promise can be tested on a busy machine. Counting starts when this file is loaded, because the engine
 * counts blocks only of functions that it compiles afterwards: import this first.
 */
import { type Profiler, Session } from 'node:inspector';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

export function busiestBlock(work: () => void): number {
  takeCounts();
  work();
  const functions = takeCounts()
    .filter(({ url }) => url.startsWith('file:'))
    .flatMap((script) => script.functions);
  if (functions.length === 0) throw new Error('nothing of ours was run');
  return Math.max(...functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
}

/** Counts since the last call, by script. In-process sessions answer before `post` returns. */
function takeCounts(): Profiler.ScriptCoverage[] {
  let counts: Profiler.ScriptCoverage[] = [];
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    counts = result;
  });
  return counts;
}
