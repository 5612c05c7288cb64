/** `countersign audit unapproved`: what fewer people agreed to than were asked. */
import { Option } from 'commander';
import { inquire } from '../../audit/inquiry.ts';
import { unapproved, type UnapprovedAnswer } from '../../audit/questions/unapproved.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { wholeNumber } from '../options.ts';
import { plural } from '../words.ts';
import { importLines, publicationLines } from './audit-lines.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly id?: string;
  readonly min?: number;
}

export const auditUnapprovedCommand = defineCommand<Given>({
  name: 'unapproved',
  summary: 'list publications and imports with fewer people than were asked; exit 1 when one was published without',
  details:
    'Without --min: fewer than the policy asked at that moment. Each publication is judged again by the rules as they ' +
    'were at its entry. Emergencies (break-glass) are listed for ever, and publications that the policy asked nobody for ' +
    '(solo) say so; without --min neither makes the exit code 1.',
  arguments: [['[id]', 'only this repository']],
  options: [
    new Option('--min <n>', 'fewer than so many different people, whatever the policy asked').argParser(wholeNumber),
  ],
  examples: ['countersign audit unapproved', 'countersign audit unapproved sigstore --min 2'],
  changesSomething: false,
  perform: (invocation, given) =>
    withRecord(invocation, (record) => {
      const repository = given.id === undefined ? undefined : record.reader.enrolment(repositoryId(given.id)).id;
      const answer = unapproved(inquire(record), { repository, min: given.min, now: invocation.clock.now() });
      return { lines: describe(answer), document: answer, isNo: !answer.ok };
    }),
});

function describe({ publications, imports }: UnapprovedAnswer): string[] {
  const shown = publications.flatMap((one) => [...publicationLines(one), `  why        ${one.why}`]);
  const waiting = imports.flatMap((one) => [
    ...importLines(one),
    `  ${one.state}: ${one.count} of ${plural(one.asked, 'person').replace('persons', 'people')} agreed; not published`,
  ]);
  return [
    publications.length === 0 ? 'Nothing was published with fewer people than were asked.' : 'Published:',
    ...shown,
    ...(imports.length === 0 ? [] : ['Not published:', ...waiting]),
  ];
}
