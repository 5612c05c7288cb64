/** `countersign audit approvers`: who could have approved at a time, and by which policy. */
import { Option } from 'commander';
import { inquire } from '../../audit/inquiry.ts';
import { approversAt, type ApproversAnswer } from '../../audit/questions/approvers.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { time } from '../options.ts';
import { shownPerson } from './audit-lines.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly id?: string;
  readonly at?: Date;
}

export const auditApproversCommand = defineCommand<Given>({
  name: 'approvers',
  summary: 'say who could have approved at a time, with which keys, and what the policy asked',
  details: 'An importer is not left out, because that depends on the import. Without --at: now.',
  arguments: [['[id]', 'only this repository']],
  options: [new Option('--at <time>', 'at this time').argParser(time)],
  examples: ['countersign audit approvers sigstore --at 2026-12-24'],
  changesSomething: false,
  perform: (invocation, given) =>
    withRecord(invocation, (record) => {
      const repository = given.id === undefined ? undefined : record.reader.enrolment(repositoryId(given.id)).id;
      const answer = approversAt(inquire(record), given.at ?? invocation.clock.now(), repository);
      return { lines: describe(answer), document: answer };
    }),
});

function describe({ at, repositories }: ApproversAnswer): string[] {
  return repositories.flatMap(({ repository, policy, people }) => [
    `${repository} at ${at}: the policy asked ${policy.document.min_approvers} (${policy.sha256.slice(0, 12)}, ${policy.set ? `entry ${policy.set.entry}` : 'never set'})`,
    ...(people.length === 0 ? ['  nobody could approve'] : []),
    ...people.map(({ person, roles, keys }) => `  ${shownPerson(person)}: ${roles.join(', ')}; ${keys.join(', ')}`),
  ]);
}
