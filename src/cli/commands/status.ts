/** `countersign status`: as-of and horizon first, because they are what no mirror can change. */
import { Option } from 'commander';
import { officeOf, type Office } from '../../decide/office.ts';
import type { Mirror } from '../../mirror.ts';
import { type RepositoryStatus, type StatusDocument, statusOf } from '../../status.ts';
import { formatDate } from '../../tuf/dates.ts';
import { repositoryId } from '../../tuf/names.ts';
import { inNames } from '../changed.ts';
import { defineCommand } from '../command.ts';
import { time } from '../options.ts';
import { policyWords } from '../policy-words.ts';
import { statusDocument } from '../status-document.ts';
import { plural, relativeTo } from '../words.ts';
import { pendingLines } from './operator.ts';

interface Given {
  readonly id?: string;
  readonly at?: Date;
}

export const statusCommand = defineCommand<Given>({
  name: 'status',
  summary: 'say how fresh everything is and who must act; exit 1 when a client would fail',
  arguments: [['[id]', 'only this repository']],
  options: [new Option('--at <time>', 'as if it were this time').argParser(time)],
  examples: ['countersign status', 'countersign status sigstore --at 2027-01-01'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror((mirror) => {
      const now = given.at ?? invocation.clock.now();
      const office = officeOf(mirror, now);
      const asked = { reader: mirror.reader, keyring: mirror.keyring, office };
      const status = statusOf(asked, now, given.id === undefined ? undefined : repositoryId(given.id));
      const lines = inNames(mirror, [...describe(status, now), ...officeLines(mirror, office, now)]);
      return { lines, document: statusDocument(status), isNo: !status.ok };
    }),
});

/** Who decides, and what waits for whom beside the repositories’ own affairs. */
function officeLines(mirror: Mirror, { mode, people, emergencies, changes, ledger }: Office, now: Date): string[] {
  const { operators, approvers, importers } = people;
  return [
    mode === 'solo'
      ? 'Solo mode: nobody is recorded, so the account of this machine imports and publishes alone.'
      : `${plural(operators, 'operator')}, of whom ${approvers} can approve and ${importers} can import.`,
    ...emergencies.map(({ repository, import: number, openedAt, reviewBy }) => {
      const due = reviewBy < now ? 'IS OVERDUE since' : 'is due by';
      return `EMERGENCY of import ${number} of ${repository}, opened ${formatDate(openedAt)}: its review ${due} ${formatDate(reviewBy)}; must act: approvers (countersign review ${number})`;
    }),
    ...pendingLines(mirror, changes),
    ...(ledger.released < ledger.size
      ? [
          `${ledger.size - ledger.released} of ${plural(ledger.size, 'ledger entry')} are shown to nobody yet: they wait for witnesses, or for the next command that writes.`,
        ]
      : []),
  ];
}

function describe({ rootKeyOnline, repositories }: StatusDocument, now: Date): string[] {
  return [
    ...(rootKeyOnline
      ? ['ROOT KEY ONLINE: trial mode. Whoever takes this machine takes the mirror’s root as well.']
      : []),
    ...(repositories.length === 0 ? ['Nothing is enrolled yet.'] : []),
    ...repositories.flatMap((repository) => describeRepository(repository, now)),
  ];
}

function describeRepository(repository: RepositoryStatus, now: Date): string[] {
  const { id, asOf, retiredAt, horizon, versions, mirrorExpires, excluded, policy, problems } = repository;
  const when = (text: string): string => `${text} (${relativeTo(now, new Date(text))})`;
  return [
    `${id}: ${verdict(repository)}`,
    ...(asOf === undefined ? [] : [`  as-of      ${when(asOf)}: until then upstream vouched for what is carried`]),
    ...(retiredAt === undefined
      ? []
      : [`  retired    ${when(retiredAt)}: upstream will never answer again; this is its end`]),
    ...(horizon
      ? [`  horizon    ${when(horizon.expires)}: ${horizon.role} expires first of what upstream authored`]
      : []),
    ...(versions
      ? [
          `  serving    generation ${String(repository.generation)} of import ${String(repository.import)}: root ${String(versions.root)}, snapshot ${String(versions.snapshot)}, timestamp ${String(versions.timestamp)}, targets ${String(versions.targets)}`,
        ]
      : []),
    ...(mirrorExpires
      ? [
          `  renewed    timestamp until ${when(mirrorExpires.timestamp)}, snapshot until ${mirrorExpires.snapshot}, root until ${mirrorExpires.root}`,
        ]
      : []),
    ...(policy?.set ? [`  policy     ${policyWords(policy.policy)}`] : []),
    ...excluded.map(({ role, reason }) => `  excluded   ${role}: ${reason}`),
    ...problems.flatMap(({ kind, text, fails, whoActs, canMirrorHelp }) => [
      `  ${kind}: ${text}`,
      `    fails: ${fails}; must act: ${whoActs}; the mirror ${canMirrorHelp ? 'can' : 'cannot'} help`,
    ]),
  ];
}

function verdict({ problems }: RepositoryStatus): string {
  const failing = problems.find(({ fails }) => fails !== 'nobody yet');
  if (failing) return failing.fails === 'every client' ? 'CLIENTS FAIL' : 'SOME CLIENTS FAIL';
  return problems.length > 0 ? 'ok, with warnings' : 'ok';
}
