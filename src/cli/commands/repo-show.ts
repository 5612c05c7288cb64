/** `countersign repo show`: one repository’s enrolment, what is published of it, and which stock clients will read it. */
import { importContent } from '../../ledger/import-content.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Enrolment } from '../../ledger/records.ts';
import { formatDate } from '../../tuf/dates.ts';
import { repositoryId } from '../../tuf/names.ts';
import { type Compatibility, compatibilityOf } from '../../verify/compatibility.ts';
import { defineCommand } from '../command.ts';
import { selectionWords } from '../words.ts';

export const repoShowCommand = defineCommand<{ readonly id: string }>({
  name: 'show',
  summary: 'show one repository, and which stock clients can read it',
  arguments: [['<id>', 'the repository']],
  examples: ['countersign repo show sigstore'],
  changesSomething: false,
  perform: (invocation, given) =>
    invocation.withMirror(({ reader, clock }) => {
      const enrolment = reader.enrolment(repositoryId(given.id));
      const { id, upstream, rootSha256, selection, maxUpstreamAgeDays } = enrolment;
      const accepted = reader.lastAccepted(id);
      const current = reader.current(id);
      const clients = accepted ? judgeClients(reader, accepted.number, clock.now()) : [];
      return {
        lines: [...describe(enrolment), ...describeClients(clients)],
        document: {
          id,
          upstream,
          enrolledAt: formatDate(enrolment.enrolledAt),
          rootSha256,
          targets: selectionWords(selection),
          maxUpstreamAgeDays,
          current: current && {
            generation: current.generation,
            import: reader.importOfGeneration(id, current.generation),
            rootVersion: current.rootVersion,
            snapshotVersion: current.snapshotVersion,
            timestampVersion: current.timestampVersion,
          },
          lastAcceptedImport: accepted?.number,
          carriedTargets: accepted ? reader.importTargets(accepted.number).length : 0,
          clients,
        },
      };
    }),
});

function judgeClients(reader: LedgerReader, number: number, now: Date): Compatibility[] {
  const content = importContent(reader, number);
  return compatibilityOf(content.root, content.roles(), now);
}

function describe({ id, upstream, enrolledAt, rootSha256, selection, maxUpstreamAgeDays }: Enrolment): string[] {
  return [
    id,
    `  upstream         ${upstream}`,
    `  enrolled         ${formatDate(enrolledAt)} with the root sha256:${rootSha256}`,
    `  targets          ${selectionWords(selection).join(' ')}`,
    `  renewal stops    ${String(maxUpstreamAgeDays)} days after as-of`,
  ];
}

function describeClients(clients: readonly Compatibility[]): string[] {
  if (clients.length === 0) return ['  clients          known after the first import'];
  return clients.flatMap(({ client, verdict, reasons }) => [
    `  ${client.padEnd(16)} ${verdict}`,
    ...reasons.map((reason) => `${' '.repeat(19)}${reason}`),
  ]);
}
