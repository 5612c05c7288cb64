/** What it costs the server to go over to a new state: a thousand collections, all of them or one of them changed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './children.ts';
import type { Bench } from './bench.ts';
import { fixed, median, mebibytes, type Table, whole } from './report.ts';
import type { SwapAnswer } from './swap-child.ts';

export async function measureSwaps({ isQuick, work }: Bench): Promise<Table> {
  const collections = isQuick ? 20 : 1000;
  const rounds = isQuick ? 2 : 12;
  const place = await mkdtemp(join(work, 'swaps-'));
  const { first, all, one, hot, old, heapBytes } = (await run(
    './swap-child.ts',
    ...[place, String(collections), String(rounds)],
  )) as SwapAnswer;
  await rm(place, { recursive: true });
  const row = (name: string, milliseconds: readonly number[]): string[] => [name, fixed(median(milliseconds), 3)];
  return {
    title: `swaps: ${whole(collections)} collections, each with ${whole(rounds)} snapshots and more`,
    columns: ['what', 'milliseconds, median'],
    rows: [
      row('the first look of a server', [first]),
      row('every timestamp was renewed', all),
      row('one timestamp was renewed', one),
      row('then timestamp.json of one collection, found', hot),
      row('and an old snapshot by its digest, found', old),
    ],
    notes: [`What all collections keep in memory: ${mebibytes(heapBytes)}.`],
  };
}
