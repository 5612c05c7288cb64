/** `countersign audit export`: entries, a table for people, or statements for policy engines; and the entry that says so. */
import { Option } from 'commander';
import { csvLines, jsonLines } from '../../audit/exports/json-lines.ts';
import { inTotoLines } from '../../audit/exports/in-toto.ts';
import { type Stretch, stretchOf } from '../../audit/exports/stretch.ts';
import { placeFor, type Taken, takeToFile } from '../../audit/exports/take.ts';
import { inquire, type Inquiry } from '../../audit/inquiry.ts';
import { consistently } from '../../audit/record.ts';
import { attesting } from '../../audit/attesting.ts';
import type { Mirror } from '../../mirror.ts';
import { defineCommand } from '../command.ts';
import { time } from '../options.ts';
import { appending, recordOf } from './audit-opening.ts';

interface Given {
  readonly format: Format;
  readonly from?: Date;
  readonly to?: Date;
  readonly names?: boolean;
  readonly output?: string;
}

type Format = 'jsonl' | 'csv' | 'intoto';

const EXTENSIONS: Readonly<Record<Format, string>> = { jsonl: 'jsonl', csv: 'csv', intoto: 'intoto.jsonl' };

export const auditExportCommand = defineCommand<Given>({
  name: 'export',
  summary: 'write entries, a table for people, or in-toto statements to a file; the export is itself an entry',
  details:
    'jsonl is authoritative: the exact text of each entry. csv is for spreadsheets, and starts no formula. intoto has two ' +
    'signed statements for each publication. Beside the file lies the proof of the entry that says what was taken. ' +
    '--names opens names in csv: then the file holds personal data, and the entry says so.',
  options: [
    new Option('--format <format>', 'what to write').choices(Object.keys(EXTENSIONS)).makeOptionMandatory(),
    new Option('--from <time>', 'from the first entry at or after this time').argParser(time),
    new Option('--to <time>', 'up to the last entry before this time').argParser(time),
    new Option('--names', 'with csv: the names of people, as far as they were not erased'),
    new Option('-o, --output <place>', 'this file, or a name of its own in this folder').default('.'),
  ],
  examples: [
    'countersign audit export --format jsonl -o ledger.jsonl',
    'countersign audit export --format csv --from 2026-01-01 --to 2027-01-01 -o /srv/audit',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const now = invocation.clock.now();
      const record = recordOf(mirror);
      const inquiry = await consistently(record, () => inquire(record));
      const stretch = stretchOf(record.database, given);
      const kind = given.format === 'csv' && given.names === true ? 'csv-names' : given.format;
      const path = await placeFor(
        mirror.disk,
        given.output ?? '.',
        `countersign-audit-${stretch.from}-${stretch.to}.${EXTENSIONS[given.format]}`,
      );
      const pieces = piecesOf(mirror, inquiry, stretch, { ...given, now });
      const { from, to } = stretch;
      const taken = invocation.isRehearsal
        ? undefined
        : await takeToFile(record, path, { kind, from, to, pieces }, appending(mirror));
      return {
        lines: describe(path, stretch, taken),
        document: {
          ...{ format: given.format, from, to, checkpoint_size: stretch.checkpoint.size, file: path },
          ...{ bytes: taken?.bytes, sha256: taken?.sha256, entry: taken?.leaf.index, proof_file: taken?.proofFile },
          dryRun: invocation.isRehearsal,
        },
      };
    }),
});

function piecesOf(
  mirror: Mirror,
  inquiry: Inquiry,
  stretch: Stretch,
  { format, names, now }: { readonly format: Format; readonly names?: boolean; readonly now: Date },
): Iterable<string> {
  switch (format) {
    case 'jsonl':
      return jsonLines(inquiry, stretch, now);
    case 'csv':
      return csvLines(inquiry, stretch, now, names === true);
    case 'intoto':
      return inTotoLines(inquiry, stretch, now, attesting(mirror.writerOptions.keys));
  }
}

function describe(path: string, { from, to, checkpoint }: Stretch, taken: Taken | undefined): string[] {
  const what = `entries ${from} to ${to - 1} of ${checkpoint.size}`;
  if (!taken) return [`Would write ${what} to ${path}.`];
  const proof = taken.proofFile ?? 'not yet: no checkpoint is over it (audit prove, later)';
  return [
    `Wrote ${what} to ${path} (${taken.bytes} bytes, sha256 ${taken.sha256}).`,
    `  entry      ${taken.leaf.index} says so; its proof: ${proof}`,
  ];
}
