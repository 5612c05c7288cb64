/** `countersign audit contradictions`: where upstream said two things under one version. */
import { inquire } from '../../audit/inquiry.ts';
import { type Contradiction, contradictions } from '../../audit/questions/contradictions.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { importLines, timesLine } from './audit-lines.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly id?: string;
}

export const auditContradictionsCommand = defineCommand<Given>({
  name: 'contradictions',
  summary: 'list where upstream signed two contents under one role and version; exit 1 if there are any',
  arguments: [['[id]', 'only this repository']],
  examples: ['countersign audit contradictions sigstore'],
  changesSomething: false,
  perform: (invocation, given) =>
    withRecord(invocation, (record) => {
      const repository = given.id === undefined ? undefined : record.reader.enrolment(repositoryId(given.id)).id;
      const answer = contradictions(inquire(record), repository);
      const isNone = answer.contradictions.length === 0;
      return {
        lines: isNone ? ['Upstream never contradicted itself here.'] : answer.contradictions.flatMap(describe),
        document: answer,
        isNo: !isNone,
      };
    }),
});

function describe(one: Contradiction): string[] {
  return [
    `${one.repository}: ${one.files.join(', ')} (entry ${one.entry}; ${one.files_count} files)`,
    `  times      ${timesLine(one.times)}`,
    ...(one.import ? importLines(one.import).map((line) => `  ${line}`) : []),
    ...one.contents.map(({ file, sha256, first_import }) => `  ${sha256}  ${file}, first in import ${first_import}`),
    ...one.accepted_by.map((by) => `  accepted by import ${by.import}: ${by.file}, ${by.reason}`),
  ];
}
