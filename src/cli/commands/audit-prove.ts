/** `countersign audit prove`: one entry with the proof that it is in the log, as one file. */
import { Option } from 'commander';
import { describe, inWords } from '../../audit/describe.ts';
import { inquire, timesAt } from '../../audit/inquiry.ts';
import { entryOf, proveEntry, type Wanted } from '../../audit/proofs/prove.ts';
import { claimedAt } from '../../audit/times.ts';
import { Refusal } from '../../errors.ts';
import { writeNamedFile } from '../../platform/named-file.ts';
import { defineCommand } from '../command.ts';
import type { CommonOptions } from '../invocation.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { timesLine } from './audit-lines.ts';
import { withRecord } from './audit-opening.ts';

interface Given extends CommonOptions {
  readonly entry?: string;
  readonly import?: number;
  readonly claim?: number;
  readonly approval?: number;
  readonly publication?: number;
  readonly person?: string;
  readonly output?: string;
}

export const auditProveCommand = defineCommand<Given>({
  name: 'prove',
  summary: 'write the proof that an entry is in the log, with the entry in it, as one .tlog-proof file',
  details:
    'Anybody can verify it offline: `countersign audit check`, or any implementation of C2SP tlog-proof. Without -o it ' +
    'goes to standard output.',
  arguments: [['[entry]', 'its number, as `countersign audit timeline` shows it']],
  options: [
    new Option('--import <n>', 'what this mirror saw of import N').argParser(positiveNumber),
    new Option('--claim <n>', 'what was claimed for import N').argParser(positiveNumber),
    new Option('--approval <n>', 'what a person last said about import N').argParser(positiveNumber),
    new Option('--publication <n>', 'the last publication of import N').argParser(positiveNumber),
    new Option('--person <name>', 'with --approval, where several people said something: a name or a pseudonym'),
    new Option('-o, --output <file>', 'write it here'),
  ],
  examples: [
    'countersign audit prove 42 -o 42.tlog-proof',
    'countersign audit prove --approval 7 --person alice -o alice.tlog-proof',
  ],
  changesSomething: false,
  perform: async (invocation, given) => {
    const answer = await withRecord(invocation, (record) => {
      const inquiry = inquire(record);
      const { size } = inquiry.chronicle;
      const proven = proveEntry(record.database, entryOf(inquiry, wantedOf(given)), size);
      const times = timesAt(inquiry, { ...proven.leaf, at: proven.event.at }, claimedAt(proven.event));
      return { proven, times, what: inWords(describe(proven.event), (actor) => inquiry.names.shown(actor)) };
    });
    const { proven, times, what } = answer;
    const { output, json } = given;
    if (output !== undefined) await writeNamedFile(output, proven.proof, false);
    else if (json !== true) {
      await invocation.surroundings.pour(once(proven.proof));
      return undefined;
    }
    return {
      lines: [
        `Entry ${proven.leaf.index} (${proven.event.type}) is under the checkpoint of ${proven.checkpoint_size} entries: ${what}`,
        `  ${timesLine(times)}`,
      ],
      document: {
        entry: proven.leaf.index,
        leaf_hash: proven.leaf.hash,
        type: proven.event.type,
        ...{ times, what, checkpoint_size: proven.checkpoint_size, file: output },
        proof: output === undefined ? proven.proof : undefined,
      },
    };
  },
});

function wantedOf(given: Given): Wanted {
  const wanted: Wanted[] = [
    ...(given.entry === undefined ? [] : [{ entry: numbered(given.entry) }]),
    ...(given.import === undefined ? [] : [{ import: given.import, part: 'observation' as const }]),
    ...(given.claim === undefined ? [] : [{ import: given.claim, part: 'claim' as const }]),
    ...(given.publication === undefined ? [] : [{ import: given.publication, part: 'publication' as const }]),
    ...(given.approval === undefined
      ? []
      : [{ import: given.approval, part: 'approval' as const, person: given.person }]),
  ];
  const [only, second] = wanted;
  if (only && !second) return only;
  throw new Refusal(
    'USAGE_OPTION',
    'Which entry? Give its number, or one of --import, --claim, --approval, --publication.',
  );
}

function numbered(text: string): number {
  try {
    return wholeNumber(text);
  } catch (cause) {
    throw new Refusal('USAGE_OPTION', 'An entry is named by its number.', { cause });
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text, 'utf8'));
}
