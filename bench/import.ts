/** How long one import of a very large upstream takes, by stage, and how much memory it needs at most. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './children.ts';
import type { ImportAnswer } from './import-child.ts';
import type { Bench } from './bench.ts';
import { fixed, mebibytes, met, type Table, whole } from './report.ts';

const AIM_SECONDS = 60;
const AIM_BYTES = 2 ** 30;
const FULL = { bitLength: 14, targets: 1_000_000 };
const QUICK = { bitLength: 8, targets: 15_000 };

export async function measureImport({ isQuick, work }: Bench): Promise<Table> {
  const { bitLength, targets } = isQuick ? QUICK : FULL;
  const upstream = join(work, `upstream-${String(bitLength)}-${String(targets)}`);
  const bytes = await generate(upstream, bitLength, targets);
  const place = await mkdtemp(join(work, 'import-'));
  const { first, again, peakBytes } = (await run('./import-child.ts', upstream, place)) as ImportAnswer;
  await rm(place, { recursive: true });
  const stages = [...first.stages, { ...first, name: 'the whole import', residentBytes: peakBytes }];
  return {
    title: `import: ${whole(2 ** bitLength)} bins, ${whole(targets)} targets, ${mebibytes(bytes)} of metadata, none of the targets carried`,
    columns: ['stage', 'seconds', 'of the whole', 'resident'],
    rows: [
      ...stages.map(({ name, seconds, residentBytes }) => [
        name,
        fixed(seconds),
        `${fixed((100 * seconds) / first.seconds, 1)} %`,
        mebibytes(residentBytes),
      ]),
      ['the same import again, nothing new', fixed(again.seconds), '', ''],
    ],
    notes: [
      `Read from a directory; ${fixed(first.cpuSeconds, 1)} s of CPU. “resident” is at the end of the stage, and the peak in the line of the whole.`,
      `aim: under ${String(AIM_SECONDS)} s (${met(first.seconds < AIM_SECONDS)}) and 1 GiB (${met(peakBytes < AIM_BYTES)})`,
    ],
  };
}

/** Writes the upstream unless an earlier run has left it whole. @returns its size */
async function generate(directory: string, bitLength: number, targets: number): Promise<number> {
  const marker = join(directory, 'bytes');
  const known = await readFile(marker, 'utf8').catch(() => undefined);
  if (known !== undefined) return Number(known);
  await mkdir(directory, { recursive: true });
  const { bytes } = (await run('./upstream-child.ts', directory, String(bitLength), String(targets))) as {
    bytes: number;
  };
  await writeFile(marker, String(bytes));
  return bytes;
}
