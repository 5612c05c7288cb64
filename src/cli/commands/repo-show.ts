/** `countersign repo show`: one repository’s enrolment, what is published of it, and which stock clients will read it. */
import { authoredRoles, importContent } from '../../ledger/import-content.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Enrolment } from '../../ledger/records.ts';
import { formatDate } from '../../tuf/dates.ts';
import { printable, repositoryId } from '../../tuf/names.ts';
import { type Compatibility, compatibilityOf } from '../../verify/compatibility.ts';
import { collectionWords } from '../collections.ts';
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
      const { id, upstream, collection, rootSha256, selection, maxUpstreamAgeDays } = enrolment;
      const accepted = reader.lastAccepted(id);
      const current = reader.current(id);
      const clients = accepted ? judgeClients(reader, accepted.number, clock.now()) : [];
      return {
        lines: [...describe(enrolment), ...(collection ? [] : describeClients(clients))],
        document: {
          id,
          upstream,
          collection: collectionWords(collection),
          retiredAt: enrolment.retired && formatDate(enrolment.retired.at),
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
  return content.dialect === 'tuf' ? compatibilityOf(content.root, authoredRoles(content), now) : [];
}

function describe(enrolment: Enrolment): string[] {
  const { id, upstream, collection, enrolledAt, rootSha256, selection, maxUpstreamAgeDays, retired } = enrolment;
  return [
    id,
    `  upstream         ${upstream}`,
    ...(collection ? [`  collection       ${printable(collection.name, 255)}`] : []),
    `  enrolled         ${formatDate(enrolledAt)} with the root sha256:${rootSha256}`,
    collection
      ? '  targets          names and digests only: what they name lies in a registry'
      : `  targets          ${selectionWords(selection).join(' ')}`,
    retired
      ? `  retired          ${formatDate(retired.at)}: import ${String(retired.import)} is upstream’s end, and is renewed without its word`
      : `  renewal stops    ${String(maxUpstreamAgeDays)} days after as-of`,
    // Predictions are about stock clients of TUF, and those cannot read a collection.
    ...(collection
      ? [`  clients          of Notary v1: docker and notary, for ${printable(collection.servedAs, 255)}`]
      : []),
  ];
}

function describeClients(clients: readonly Compatibility[]): string[] {
  if (clients.length === 0) return ['  clients          known after the first import'];
  return clients.flatMap(({ client, verdict, reasons }) => [
    `  ${client.padEnd(16)} ${verdict}`,
    ...reasons.map((reason) => `${' '.repeat(19)}${reason}`),
  ]);
}
