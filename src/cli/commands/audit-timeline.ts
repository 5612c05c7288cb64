/** `countersign audit timeline`: what happened, in the order of the ledger. */
import { Option } from 'commander';
import { timeline, type TimelineEntry } from '../../audit/questions/timeline.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { time } from '../options.ts';
import { timesLine } from './audit-lines.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly id?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly person?: string;
  readonly renewals?: boolean;
}

export const auditTimelineCommand = defineCommand<Given>({
  name: 'timeline',
  summary: 'list what happened, of one repository, in a period, or by and about one person',
  details:
    'Names and reasons are opened as far as they were not erased. Of a person it lists what they signed, what was done ' +
    'about them, and what the account of this machine said in their name, marked as said.',
  arguments: [['[id]', 'only this repository']],
  options: [
    new Option('--from <time>', 'not before this time').argParser(time),
    new Option('--to <time>', 'only before this time').argParser(time),
    new Option('--person <name>', 'only what this person did or what was about them: a name or a pseudonym'),
    new Option('--renewals', 'every timestamp as well'),
  ],
  examples: [
    'countersign audit timeline sigstore --from 2026-12-01',
    'countersign audit timeline --person alice --json',
  ],
  changesSomething: false,
  perform: (invocation, { id, from, to, person, renewals }) =>
    withRecord(invocation, (record) => {
      const repository = id === undefined ? undefined : record.reader.enrolment(repositoryId(id)).id;
      const answer = timeline(record, { repository, from, to, person, withRenewals: renewals });
      const left = answer.renewals_left_out;
      return {
        lines: [
          ...(answer.entries.length === 0 ? ['Nothing happened.'] : answer.entries.flatMap(describe)),
          ...(left === 0 ? [] : [`${left} timestamps are not listed (--renewals).`]),
        ],
        document: answer,
      };
    }),
});

function describe({ entry, type, times, what, ticket, reason, claimed_only }: TimelineEntry): string[] {
  const told = [
    ...(claimed_only ? ['said by the account of this machine, unsigned'] : []),
    ...(ticket === undefined ? [] : [`ticket ${ticket}`]),
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
  ];
  return [
    `${String(entry).padStart(6)}  ${type}: ${what}${told.length === 0 ? '' : ` (${told.join('; ')})`}`,
    `        ${timesLine(times)}`,
  ];
}
