/** What it costs to renew every timestamp of a thousand repositories in one record. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './children.ts';
import type { Bench } from './bench.ts';
import type { RenewalAnswer } from './renewal-child.ts';
import { fixed, median, met, type Table, whole } from './report.ts';

const AIM_CPU_SECONDS = 1;

export async function measureRenewals({ isQuick, work }: Bench): Promise<Table> {
  const repositories = isQuick ? 20 : 1000;
  const rounds = isQuick ? 1 : 5;
  const place = await mkdtemp(join(work, 'renewals-'));
  const answer = await run('./renewal-child.ts', place, String(repositories), String(rounds));
  await rm(place, { recursive: true });
  const { first, later, idle, importSeconds } = answer as RenewalAnswer;
  const cpu = median(later.map(({ cpuSeconds }) => cpuSeconds));
  const row = (name: string, renewed: number, cpuSeconds: number, seconds: number): string[] => [
    name,
    whole(renewed),
    fixed(cpuSeconds, 3),
    fixed(seconds, 3),
  ];
  return {
    title: `renewals: ${whole(repositories)} repositories, all timestamps due at once, two commits`,
    columns: ['round', 'renewed', 'CPU seconds', 'seconds'],
    rows: [
      row('the first, which derives every key', first.renewed, first.cpuSeconds, first.seconds),
      row(`median of ${String(later.length)} more`, first.renewed, cpu, median(later.map(({ seconds }) => seconds))),
      row('a look that finds nothing due', idle.renewed, idle.cpuSeconds, idle.seconds),
    ],
    notes: [
      `Before that, ${whole(repositories)} small imports took ${fixed(importSeconds, 1)} s (${fixed((1000 * importSeconds) / repositories, 0)} ms each, enrolment included).`,
      `aim: under ${String(AIM_CPU_SECONDS)} s of CPU (${met(cpu < AIM_CPU_SECONDS)})`,
    ],
  };
}
