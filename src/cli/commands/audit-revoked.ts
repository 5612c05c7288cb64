/** `countersign audit revoked`: approvals by keys that were revoked since. */
import { inquire } from '../../audit/inquiry.ts';
import { approvalsByRevokedKeys } from '../../audit/questions/revoked.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { shownPerson, timesLine } from './audit-lines.ts';
import { withRecord } from './audit-opening.ts';

interface Given {
  readonly id?: string;
}

export const auditRevokedCommand = defineCommand<Given>({
  name: 'revoked',
  summary:
    'list approvals that were given with keys revoked since, and what was published on them; exit 1 if there are',
  details: 'They counted when they were given, and count no more. What rests on them is worth a second look.',
  arguments: [['[id]', 'only this repository']],
  examples: ['countersign audit revoked'],
  changesSomething: false,
  perform: (invocation, given) =>
    withRecord(invocation, (record) => {
      const repository = given.id === undefined ? undefined : record.reader.enrolment(repositoryId(given.id)).id;
      const answer = approvalsByRevokedKeys(inquire(record), repository);
      const lines = answer.approvals.flatMap((one) => [
        `${one.decision} of import ${one.import} of ${one.repository} by ${shownPerson(one.person)}, entry ${one.entry}`,
        `  given      ${timesLine(one.times)}`,
        `  revoked    ${timesLine(one.revoked.times)}; entry ${one.revoked.entry}, ${one.key}`,
        `  published  ${one.generations.length === 0 ? 'nothing' : `generation ${one.generations.join(', ')}`}`,
      ]);
      const isNone = answer.approvals.length === 0;
      return {
        lines: isNone ? ['No approval was given with a key that was revoked since.'] : lines,
        document: answer,
        isNo: !isNone,
      };
    }),
});
