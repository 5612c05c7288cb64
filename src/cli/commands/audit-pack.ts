/** `countersign audit pack`: everything about one import, in a folder that can be verified without this program. */
import { Option } from 'commander';
import { inquire, type Inquiry } from '../../audit/inquiry.ts';
import { packContents, type PackQuestion } from '../../audit/pack/contents.ts';
import { packFiles, writePack, type WrittenPack } from '../../audit/pack/write-pack.ts';
import { digestIn, whoBroughtIn } from '../../audit/questions/who.ts';
import { consistently } from '../../audit/record.ts';
import { Refusal } from '../../errors.ts';
import { printable } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { positiveNumber } from '../options.ts';
import { appending, recordOf } from './audit-opening.ts';

interface Given {
  readonly digest?: string;
  readonly import?: number;
  readonly output: string;
  readonly withoutKeys?: boolean;
  readonly withNames?: boolean;
}

export const auditPackCommand = defineCommand<Given>({
  name: 'pack',
  summary:
    'write an evidence pack: a folder that anybody can verify with sha256sum, ssh-keygen and node; itself an entry',
  details:
    'About an import, or about the import by which a target or metadata file was first published. It holds the keys and ' +
    'signatures of people who said something about it, which are personal data: --without-keys leaves both out, and then ' +
    'nobody can verify what people signed. --with-names opens names, reasons and places as well.',
  arguments: [['[digest]', 'SHA-256 of a target, of an image that a tag means, or of a metadata file of upstream’s']],
  options: [
    new Option('--import <n>', 'about this import').argParser(positiveNumber),
    new Option('--without-keys', 'leave people’s keys and signatures out'),
    new Option('--with-names', 'open names, reasons and places, as far as they were not erased'),
    new Option('-o, --output <folder>', 'the folder to make').makeOptionMandatory(),
  ],
  examples: [
    'countersign audit pack --import 7 -o evidence-7',
    'countersign audit pack 6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66 -o evidence',
  ],
  changesSomething: true,
  perform: (invocation, given) =>
    invocation.withMirror(async (mirror) => {
      const record = recordOf(mirror);
      const { files, question, entries } = await consistently(record, () => {
        const inquiry = inquire(record);
        const asked = { ...questionOf(inquiry, given), now: invocation.clock.now() };
        const pack = packContents(inquiry, asked);
        return { question: asked, files: packFiles(inquiry, pack), entries: pack.entries.map(({ event }) => event.n) };
      });
      const stretch = { from: entries[0] ?? 0, to: (entries.at(-1) ?? 0) + 1 };
      const written = invocation.isRehearsal
        ? undefined
        : await writePack(record, given.output, files, stretch, appending(mirror));
      return {
        lines: describe(given.output, question, files.size, written),
        document: {
          ...{
            import: question.import,
            subject: question.subject,
            directory: given.output,
            files: files.size,
            entries,
          },
          ...{ with_keys: question.withKeys, with_names: question.withNames },
          ...{ sha256: written?.sha256, entry: written?.leaf.index, proof_file: written?.proofFile },
          dryRun: invocation.isRehearsal,
        },
      };
    }),
});

function questionOf(inquiry: Inquiry, given: Given): Omit<PackQuestion, 'now'> {
  const kept = { withKeys: given.withoutKeys !== true, withNames: given.withNames === true };
  const { digest, import: number } = given;
  if ((digest === undefined) === (number === undefined))
    throw new Refusal('USAGE_OPTION', 'About what? Give a SHA-256, or --import N.');
  if (digest === undefined) return { import: number ?? 0, ...kept };
  const sha256 = digestIn(digest);
  if (sha256 === undefined) throw new Refusal('USAGE_OPTION', `“${printable(digest, 80)}” is no SHA-256.`);
  const found = whoBroughtIn(inquiry, sha256).matches.filter(({ kind }) => kind !== 'issued');
  const [first, second] = found;
  if (!first?.first_import) throw new Refusal('USAGE_OPTION', 'No import brought a file with this digest.');
  if (second && found.some(({ repository }) => repository !== first.repository))
    throw new Refusal('USAGE_OPTION', 'Several repositories have a file with this digest.', {
      next: `Choose an import: ${found.map(({ repository, first_import: one }) => `${String(one?.import)} (${repository})`).join(', ')}.`,
    });
  const { kind, name, publications, first_import } = first;
  return {
    import: publications[0]?.import ?? first_import.import,
    subject: { kind: kind === 'target' ? 'target' : 'metadata', name, sha256 },
    ...kept,
  };
}

function describe(
  directory: string,
  { import: number }: Pick<PackQuestion, 'import'>,
  files: number,
  written: WrittenPack | undefined,
): string[] {
  if (!written) return [`Would write ${files} files about import ${number} to ${directory}.`];
  return [
    `Wrote ${files} files about import ${number} to ${directory}; README.md says how to verify them.`,
    `  entry      ${written.leaf.index} says so; its proof: ${written.proofFile ?? 'not yet: no checkpoint is over it (audit prove, later)'}`,
    `  sha256     ${written.sha256} (SHA256SUMS)`,
  ];
}
