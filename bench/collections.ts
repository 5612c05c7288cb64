/** What it costs to rescue a thousand Notary collections of one server, and to renew them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './children.ts';
import type { Bench } from './bench.ts';
import type { CollectionsAnswer, Round } from './collections-child.ts';
import { fixed, median, met, type Table, whole } from './report.ts';

const AIM_CPU_SECONDS = 1;

export async function measureCollections({ isQuick, work }: Bench): Promise<Table> {
  const amount = isQuick ? 20 : 1000;
  const place = await mkdtemp(join(work, 'collections-'));
  const answer = await run('./collections-child.ts', place, String(amount), String(isQuick ? 1 : 5));
  await rm(place, { recursive: true });
  const { rescued, again, renewals, idle } = answer as CollectionsAnswer;
  const cpu = median(renewals.map(({ cpuSeconds }) => cpuSeconds));
  const row = (name: string, { done, cpuSeconds, seconds }: Round): string[] => [
    ...[name, whole(done), fixed(cpuSeconds, 3), fixed(seconds, 3)],
    ...[fixed((1000 * cpuSeconds) / amount, 2), fixed((1000 * seconds) / amount, 2)],
  ];
  const renewed = {
    ...{ done: renewals[0]?.done ?? 0, cpuSeconds: cpu },
    seconds: median(renewals.map(({ seconds }) => seconds)),
  };
  return {
    title: `collections: ${whole(amount)} of one upstream, two roles and 20 tags each, from memory`,
    columns: ['what', 'collections', 'CPU seconds', 'seconds', 'CPU ms each', 'ms each'],
    rows: [
      row('rescued: originals kept, verified, roots made, published', rescued),
      row('rescued again, nothing new', again),
      row(`all timestamps renewed, median of ${String(renewals.length)}`, renewed),
      row('a look that finds nothing due', idle),
    ],
    notes: [`aim of a renewal: under ${String(AIM_CPU_SECONDS)} s of CPU (${met(cpu < AIM_CPU_SECONDS)})`],
  };
}
