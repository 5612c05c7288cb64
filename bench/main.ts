/**
 * `npm run bench`: what the mirror costs, measured in one run and printed side by side. Nothing is asserted: the machine
 * may be shared, so only ratios within one run mean much. docs/design/performance.md says how to read it.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { measureCollections } from './collections.ts';
import { measureGuard } from './guard.ts';
import { measureImport } from './import.ts';
import { lookAround } from './machine.ts';
import { measureLedger } from './ledger.ts';
import { measureParsing } from './parsing.ts';
import { measureRenewals } from './renewals.ts';
import { format, type Table } from './report.ts';
import { measureServing } from './serving.ts';
import { measureSwaps } from './swaps.ts';

const BENCHES: Readonly<Record<string, (bench: Bench) => Promise<Table>>> = {
  serving: measureServing,
  import: measureImport,
  renewals: measureRenewals,
  collections: measureCollections,
  swaps: measureSwaps,
  parsing: measureParsing,
  guard: measureGuard,
  ledger: measureLedger,
};

const USAGE = `npm run bench -- [--only ${Object.keys(BENCHES).join('|')}]… [--quick] [--work DIR]

  --only NAME   this part only; can be given several times
  --quick       small sizes and one round: a trial of the bench itself
  --work DIR    keeps what is generated (about 400 MB) for the next run
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: Object.keys(BENCHES) },
    quick: { type: 'boolean', default: false },
    work: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = values.only.find((name) => !(name in BENCHES));
if (values.help || unknown !== undefined) {
  process.stderr.write(unknown === undefined ? USAGE : `There is no bench “${unknown}”.\n\n${USAGE}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const work = values.work === undefined ? await mkdtemp(join(tmpdir(), 'countersign-bench-')) : resolve(values.work);
  await mkdir(work, { recursive: true });
  try {
    const machine = lookAround();
    console.log(`Countersign bench${values.quick ? ', quick: sizes too small to mean anything' : ''}\n`);
    console.log(`${machine.description.join('\n')}\n`);
    for (const [name, measure] of Object.entries(BENCHES)) {
      if (values.only.includes(name)) console.log(format(await measure({ machine, isQuick: values.quick, work })));
    }
  } finally {
    if (values.work === undefined) await rm(work, { recursive: true, force: true });
  }
}
