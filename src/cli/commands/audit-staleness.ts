/** `countersign audit staleness`: how stale upstream was when each generation was published. */
import { inquire } from '../../audit/inquiry.ts';
import { staleness, type StalePublication } from '../../audit/questions/staleness.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { tableLines } from '../words.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly id?: string;
}

export const auditStalenessCommand = defineCommand<Given>({
  name: 'staleness',
  summary: 'say how stale upstream was at each publication',
  details:
    'Ages are seconds since the expiry of upstream’s own timestamp (as-of): negative while upstream still vouched for it.',
  arguments: [['[id]', 'only this repository']],
  examples: ['countersign audit staleness sigstore'],
  changesSomething: false,
  perform: (invocation, given) =>
    withRecord(invocation, (record) => {
      const repository = given.id === undefined ? undefined : record.reader.enrolment(repositoryId(given.id)).id;
      const answer = staleness(inquire(record), repository);
      const head = [
        'REPOSITORY',
        'GENERATION',
        'IMPORT',
        'RECEIVED_AT',
        'WITNESSED_AT',
        'AS-OF',
        'AT IMPORT',
        'AT PUBLISH',
      ];
      return {
        lines:
          answer.publications.length === 0
            ? ['Nothing was published.']
            : tableLines(head, answer.publications.map(row)),
        document: answer,
      };
    }),
});

function row(one: StalePublication): string[] {
  const { repository, generation, times, as_of } = one;
  return [
    ...[repository, String(generation), String(one.import), times.received_at, times.witnessed_at ?? '-', as_of],
    ...[String(one.age_at_import), String(one.age_at_publish)],
  ];
}
