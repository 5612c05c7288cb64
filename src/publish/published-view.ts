/** What the mirror answers, read from the record: the view that readyz and fsck give to a client. */
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Current } from '../ledger/records.ts';
import { type RepositoryId, ROOT, type Sha256, metadataFileName, printable } from '../tuf/names.ts';
import {
  type ClientResult,
  type ClientRules,
  type ClientView,
  answering,
  refreshAsClient,
} from '../verify/as-client.ts';
import { excludedRoles } from '../verify/decisions.ts';
import { type CollectionView, refreshAsCollection } from '../verify/notary/as-client.ts';
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

/** The same of a collection. */
export function publishedCollection(reader: LedgerReader, current: Current, gun: string): CollectionView {
  const { repository } = current;
  const roots = reader.issued(repository, 'root');
  const now = new Map<string, Sha256>([
    ['root', reader.issuedVersion(repository, 'root', current.rootVersion).fileSha256],
    ['snapshot', reader.issuedVersion(repository, 'snapshot', current.snapshotVersion, current.onlineEpoch).fileSha256],
    [
      'timestamp',
      reader.issuedVersion(repository, 'timestamp', current.timestampVersion, current.onlineEpoch).fileSha256,
    ],
    ...reader
      .generationRoles(repository, current.generation)
      .map((one): [string, Sha256] => [one.role, one.fileSha256]),
  ]);
  const answer = (digest: Sha256 | undefined, what: string): Promise<Uint8Array> =>
    digest === undefined
      ? Promise.reject(new Refusal('SOURCE_NOT_FOUND', `${printable(what)} is not published.`))
      : Promise.resolve(reader.bytes(digest));
  return {
    gun,
    current: (role) => answer(now.get(role), role),
    byHash: (role, digest) => answer(now.get(role) === digest ? digest : undefined, `${role}.${digest}`),
    byVersion: (role, version) =>
      answer(
        role === ROOT ? roots.find((root) => root.version === version)?.fileSha256 : undefined,
        `${String(version)}.${role}`,
      ),
  };
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
  const { limits, collection } = reader.enrolment(repository);
  const { decisions } = reader.import(reader.importOfGeneration(repository, current.generation));
  const rules = { now, limits, depth, excluded: excludedRoles(decisions) };
  return collection
    ? refreshAsCollection(publishedCollection(reader, current, collection.servedAs), { root }, rules)
    : refreshAsClient(publishedView(reader, current), { root }, rules);
}
