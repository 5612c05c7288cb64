/** What the ledger costs when it has become large: one leaf more, a proof, and everything again from the first leaf. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { run } from './children.ts';
import type { LedgerAnswer } from './ledger-child.ts';
import { fixed, mebibytes, median, met, type Table, whole } from './report.ts';

const AIM_APPEND_MS = 10;
const AIM_PROOF_MS = 5;
const AIM_VERIFY_SECONDS = 60;

export async function measureLedger({ isQuick, work }: Bench): Promise<Table> {
  const place = await mkdtemp(join(work, 'ledger-'));
  const words = isQuick ? ['2000', '5'] : ['1000000', '200'];
  const measured = (await run('./ledger-child.ts', place, ...words)) as LedgerAnswer;
  await rm(place, { recursive: true });
  const { leaves, fillSeconds, appendMs, inclusionMs, consistencyMs, verifySeconds, bytes } = measured;
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    fixed(median(values), 2),
    fixed(Math.max(...values), 2),
  ];
  const proofs = Math.max(median(inclusionMs), median(consistencyMs));
  return {
    title: `ledger: ${whole(leaves)} leaves, ${mebibytes(bytes)}`,
    columns: ['what', 'median ms', 'slowest ms'],
    rows: [
      row('append: commit, read back, head file, checkpoint, release', appendMs),
      row('.tlog-proof of a leaf', inclusionMs),
      row('consistency proof', consistencyMs),
      row('everything again from the first leaf', [1000 * verifySeconds]),
    ],
    notes: [
      `Filled in ${fixed(fillSeconds, 0)} s. One leaf of twenty is an event that decides something; the others are renewals.`,
      `aims: append under ${String(AIM_APPEND_MS)} ms (${met(median(appendMs) < AIM_APPEND_MS)}), proof under ${String(AIM_PROOF_MS)} ms (${met(proofs < AIM_PROOF_MS)}), all of it under ${String(AIM_VERIFY_SECONDS)} s (${met(verifySeconds < AIM_VERIFY_SECONDS)})`,
    ],
  };
}
