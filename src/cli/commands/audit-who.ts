/** `countersign audit who`: who brought a target or a file in, who agreed, and when clients could receive it. */
import { Option } from 'commander';
import { inquire } from '../../audit/inquiry.ts';
import { whoBroughtIn, type WhoMatch } from '../../audit/questions/who.ts';
import { printable, repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { withRecord } from './audit-opening.ts';
import { importLines, publicationLines } from './audit-lines.ts';

interface Given {
  readonly what: string;
  readonly repository?: string;
}

export const auditWhoCommand = defineCommand<Given>({
  name: 'who',
  summary: 'say who brought a target or a file in, who agreed to it, and when clients could receive it',
  details:
    'By a target’s name, or by the SHA-256 of a target, of upstream’s metadata, or of a root, snapshot or timestamp of ' +
    'this mirror. Targets of a collection are tags, and their SHA-256 is that of the image. Exit 1 when the ledger knows ' +
    'nothing of it.',
  arguments: [['<what>', 'a target’s name or a tag, or 64 hexadecimal digits, with or without sha256: before them']],
  options: [new Option('--repository <id>', 'only of this repository')],
  examples: [
    'countersign audit who trusted_root.json',
    'countersign audit who 6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66 --json',
    'countersign audit who sha256:2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b',
  ],
  changesSomething: false,
  perform: (invocation, { what, repository }) =>
    withRecord(invocation, (record) => {
      const id = repository === undefined ? undefined : record.reader.enrolment(repositoryId(repository)).id;
      const { asked, matches } = whoBroughtIn(inquire(record), what);
      const meant = matches.filter((one) => id === undefined || one.repository === id);
      return {
        lines: meant.length === 0 ? [`The ledger knows nothing of ${asked}.`] : meant.flatMap(describe),
        document: { asked, matches: meant },
        isNo: meant.length === 0,
      };
    }),
});

function describe({
  repository,
  collection,
  kind,
  name,
  sha256,
  role,
  first_import,
  first_carried_by,
  publications,
}: WhoMatch): string[] {
  const carried =
    collection !== undefined
      ? 'what it means lies in a registry, and is not carried'
      : first_carried_by === undefined
        ? 'its bytes were never carried'
        : `first carried by import ${first_carried_by}`;
  const what =
    collection === undefined ? kind : `${kind === 'target' ? 'tag' : kind} of ${printable(collection, 255)},`;
  return [
    `${name} (${what} of ${repository}, role ${role}, sha256 ${sha256 ?? '-'})`,
    ...(first_import ? importLines(first_import).map((line) => `  ${line}`) : ['  issued by this mirror']),
    ...(kind === 'target' ? [`  ${carried}`] : []),
    ...(publications.length === 0 ? ['  never published'] : []),
    ...publications.flatMap(publicationLines).map((line) => `  ${line}`),
  ];
}
