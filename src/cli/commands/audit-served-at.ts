/** `countersign audit served-at`: what clients were given at a moment of the past. */
import { inquire } from '../../audit/inquiry.ts';
import { servedAt, type ServedThen } from '../../audit/questions/served-at.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { time } from '../options.ts';
import { withRecord } from './audit-opening.ts';
import { publicationLines, timesLine } from './audit-lines.ts';
import { pointInTime } from './audit-options.ts';

interface Given {
  readonly time: string;
  readonly id?: string;
}

export const auditServedAtCommand = defineCommand<Given>({
  name: 'served-at',
  summary: 'say what was being served at a time, with the digest of every file',
  details: 'By the times of the ledger’s leaves, which are this mirror’s own; witnessed_at is beside each.',
  arguments: [
    ['<time>', 'such as 2026-12-24 or 2026-12-24T18:00:00Z'],
    ['[id]', 'only this repository'],
  ],
  examples: ['countersign audit served-at 2026-12-24T18:00:00Z sigstore'],
  changesSomething: false,
  perform: (invocation, given) =>
    withRecord(invocation, (record) => {
      const at = pointInTime(given.time, time);
      const id = given.id === undefined ? undefined : record.reader.enrolment(repositoryId(given.id)).id;
      const answer = servedAt(inquire(record), at, id);
      return { lines: answer.repositories.flatMap((one) => describe(one, answer.at)), document: answer };
    }),
});

function describe(
  { repository, generation, entry, times, released_at, expired, files, publication }: ServedThen,
  at: string,
): string[] {
  if (generation === undefined || !times) return [`${repository}: nothing was served at ${at}.`];
  return [
    `${repository} at ${at}: generation ${generation}${expired === true ? ', EXPIRED: clients refused it' : ''}`,
    `  timestamp  entry ${String(entry)}; ${timesLine(times)}`,
    `  shown      ${released_at === undefined ? 'never: no checkpoint is over it' : `from ${released_at} (received)`}`,
    ...(publication ? publicationLines(publication).map((line) => `  ${line}`) : []),
    ...files.map(
      ({ role, version, sha256, expires }) => `  ${sha256}  ${String(version)}.${role}.json, expires ${expires}`,
    ),
  ];
}
