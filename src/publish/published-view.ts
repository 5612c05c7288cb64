/** What the mirror answers, read from the record: the view that readyz and fsck give to a client. */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Current } from '../ledger/records.ts';
import { type RepositoryId, type Sha256, metadataFileName } from '../tuf/names.ts';
import {
  type ClientResult,
  type ClientRules,
  type ClientView,
  answering,
  refreshAsClient,
} from '../verify/as-client.ts';
import { excludedRoles } from '../verify/decisions.ts';
import { issuedRoots } from './generation.ts';

export function publishedView(reader: LedgerReader, current: Current): ClientView {
  const { repository } = current;
  const names = new Map<string, Sha256>();
  for (const { version, fileSha256 } of reader.issued(repository, 'root'))
    names.set(`${version}.root.json`, fileSha256);
  const snapshot = reader.issuedVersion(repository, 'snapshot', current.snapshotVersion);
  names.set(`${snapshot.version}.snapshot.json`, snapshot.fileSha256);
  names.set('timestamp.json', reader.issuedVersion(repository, 'timestamp', current.timestampVersion).fileSha256);
  for (const { role, version, fileSha256 } of reader.generationRoles(repository, current.generation))
    names.set(metadataFileName({ role, version }), fileSha256);
  return { metadata: answering(new Map([...names].map(([name, digest]) => [name, () => reader.bytes(digest)]))) };
}

/**
 * One client’s first use of a repository, against the record.
 * @throws STATE_NOTHING_PUBLISHED, or the refusal that would stop the client
 */
export async function verifyPublished(
  reader: LedgerReader,
  repository: RepositoryId,
  now: Date,
  depth: ClientRules['depth'],
): Promise<ClientResult> {
  const current = reader.current(repository);
  const [root] = issuedRoots(reader, repository);
  if (!current || !root) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has nothing published.`);
  const { limits } = reader.enrolment(repository);
  const { decisions } = reader.import(reader.importOfGeneration(repository, current.generation));
  return refreshAsClient(
    publishedView(reader, current),
    { root },
    { now, limits, depth, excluded: excludedRoles(decisions) },
  );
}
