/** `countersign status`: as-of and horizon first, because they are what no mirror can change. */
import { Option } from 'commander';
import { type RepositoryStatus, type StatusDocument, statusOf } from '../../status.ts';
import { repositoryId } from '../../tuf/names.ts';
import { defineCommand } from '../command.ts';
import { time } from '../options.ts';
import { statusDocument } from '../status-document.ts';
import { relativeTo } from '../words.ts';

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
      const status = statusOf(mirror, now, given.id === undefined ? undefined : repositoryId(given.id));
      return { lines: describe(status, now), document: statusDocument(status), isNo: !status.ok };
    }),
});

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
  const { id, asOf, horizon, versions, mirrorExpires, excluded, problems } = repository;
  const when = (text: string): string => `${text} (${relativeTo(now, new Date(text))})`;
  return [
    `${id}: ${verdict(repository)}`,
    ...(asOf === undefined ? [] : [`  as-of      ${when(asOf)}: until then upstream vouched for what is carried`]),
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
