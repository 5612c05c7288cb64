/**
 * New timestamps, and when their half life is over new snapshots and (in a trial) roots, for what is published now.
 *
 * Renewing vouches for nothing new: it signs only the current generation and never moves as-of (F-04). It stops when
 * upstream has been silent for longer than maxUpstreamAge: the dead-man stop (docs/design/trust-rules.md). Many repositories share two
 * commits, one that reserves versions before anything is signed and one that publishes.
 */
import { Refusal, isRefusal } from '../errors.ts';
import type { Current, Enrolment, IssuedFile, Served } from '../ledger/records.ts';
import type { Publication, SignedFile } from '../ledger/record-publication.ts';
import type { LedgerWriter } from '../ledger/writer.ts';
import type { MirrorRole, RepositoryId } from '../tuf/names.ts';
import { requireAsPublished } from './authority.ts';
import { requireRecentUpstream } from './dead-man.ts';
import type { Composer } from './generation.ts';
import type { Statement } from './issue.ts';
import { issuingOf } from './issuing.ts';
import { expiryAfter, isHalfOver, snapshotDays } from './lifetimes.ts';
import { requireOwnKeys } from './own-keys.ts';
import { canSignRoot, makeOnlineRoot } from './root.ts';
import { standingDecisions } from './standing-decisions.ts';

export interface RenewalOutcome {
  readonly repository: RepositoryId;
  readonly outcome: 'renewed' | 'not-due' | 'stopped' | 'failed';
  /** `timestamp@29700000`, …: what was issued. */
  readonly issued: readonly string[];
  readonly code?: string;
  readonly what?: string;
}

export interface RenewalRequest {
  /** Renew the timestamp whether it is due or not. */
  readonly force?: boolean;
  readonly only?: RepositoryId;
  /** Renew what becomes due within this time: spreads the work of many repositories. */
  readonly earlierMs?: number;
}

type OnlineRole = Exclude<MirrorRole, 'root'>;

/** What one repository’s renewal starts from. */
interface Due {
  readonly current: Served;
  readonly enrolment: Enrolment;
  readonly statement: Statement;
  readonly timestamp: IssuedFile;
  readonly snapshot: IssuedFile;
  readonly roles: readonly MirrorRole[];
}

export async function renewDue(
  composer: Composer,
  writer: LedgerWriter,
  request: RenewalRequest = {},
): Promise<RenewalOutcome[]> {
  const now = composer.clock.now();
  const outcomes: RenewalOutcome[] = [];
  const due: Due[] = [];
  for (const current of composer.reader.currents(request.only)) {
    const { repository } = current;
    try {
      const found = findDue(composer, current, now, request);
      if (found) due.push(found);
      else outcomes.push({ repository, outcome: 'not-due', issued: [] });
    } catch (error) {
      outcomes.push(asFailure(repository, error));
    }
  }
  if (due.length === 0) return outcomes;
  const reserved = await reserveAll(writer, due);
  const publications: Publication[] = [];
  for (const one of due) {
    const { repository } = one.current;
    try {
      const { publication, trouble } = renew(composer, one, now, (role) => reserved(repository, role));
      publications.push(publication);
      const issued = publication.issued.map(({ role, version }) => `${role}@${version}`);
      outcomes.push({
        repository,
        outcome: 'renewed',
        issued,
        ...(trouble && { code: trouble.code, what: trouble.what }),
      });
    } catch (error) {
      outcomes.push(asFailure(repository, error));
    }
  }
  await writer.commit({ publications });
  return outcomes;
}

/** Versions of everything that is due, in one commit. A root’s version is its place in the chain: it is not reserved. */
async function reserveAll(
  writer: LedgerWriter,
  due: readonly Due[],
): Promise<(repository: RepositoryId, role: OnlineRole) => number> {
  const requests = due.flatMap(({ current, roles }) =>
    roles
      .filter((role) => role !== 'root')
      .map((role) => ({ repository: current.repository, role, epoch: current.onlineEpoch })),
  );
  const versions = await writer.reserve(requests);
  const reserved = new Map(requests.map(({ repository, role }, index) => [`${repository} ${role}`, versions[index]]));
  return (repository, role) => {
    const version = reserved.get(`${repository} ${role}`);
    if (version instanceof Refusal) throw version;
    return version ?? 0;
  };
}

/** Which roles of a repository are due; undefined for none; the reason when renewal must stop. */
function findDue(
  composer: Composer,
  current: Served,
  now: Date,
  { force = false, earlierMs = 0 }: RenewalRequest,
): Due | undefined {
  const { reader } = composer;
  const { repository, generation } = current;
  const issuedFile = (role: MirrorRole, version: number): IssuedFile => reader.issuedVersion(repository, role, version);
  const timestamp = issuedFile('timestamp', current.timestampVersion);
  const snapshot = issuedFile('snapshot', current.snapshotVersion);
  const root = issuedFile('root', current.rootVersion);
  const enrolment = reader.enrolment(repository);
  const isDue = (file: IssuedFile): boolean => isHalfOver(file.at, file.expires, now, earlierMs);
  const roles: MirrorRole[] = [];
  if (isDue(root) && canSignRoot(composer, enrolment, reader.bytes(root.fileSha256))) roles.push('root');
  // Notary’s snapshot lists the root that it is published under.
  const isListed = enrolment.collection !== undefined && roles.includes('root');
  if (isListed || isDue(snapshot)) roles.push('snapshot');
  if (roles.length > 0 || force || isDue(timestamp)) roles.push('timestamp');
  if (roles.length === 0) return undefined;

  // Rows that somebody edited must not be signed, even if each file in them is genuine (S-10, W-11).
  const published = requireAsPublished(composer, current, roles.includes('snapshot'));
  const { import: number, asOf, decisions } = published;
  const own = { repository, import: number, asOf, decisions };
  // Only a snapshot states decisions; to look for earlier ones at every timestamp would cost each of a thousand renewals.
  const stated = roles.includes('snapshot')
    ? standingDecisions(reader, { ...own, roles: reader.generationRoles(repository, generation) })
    : decisions;
  const statement = { ...own, generation, decisions: stated };
  requireRecentUpstream(composer.log.state, statement, enrolment.maxUpstreamAgeDays, now);
  return { current, enrolment, timestamp, snapshot, roles, statement };
}

function renew(
  composer: Composer,
  { current, enrolment, statement, snapshot, roles }: Due,
  now: Date,
  version: (role: OnlineRole) => number,
): { publication: Publication; trouble: Refusal | undefined } {
  const { reader, keyring, lifetimes } = composer;
  const { repository, onlineEpoch } = current;
  const rootBytes = reader.bytes(reader.issuedVersion(repository, 'root', current.rootVersion).fileSha256);
  const { root, trouble } = roles.includes('root')
    ? renewRoot(composer, enrolment, current, statement, rootBytes, now)
    : {};
  const issuing = issuingOf(keyring, enrolment, onlineEpoch);
  requireOwnKeys(rootBytes, enrolment, issuing.keys);
  const listed: SignedFile = roles.includes('snapshot')
    ? issuing.snapshot({
        ...{ version: version('snapshot'), expires: expiryAfter(now, snapshotDays(lifetimes, enrolment)), statement },
        ...{ roles: reader.generationRoles(repository, current.generation), root: root?.bytes ?? rootBytes },
      })
    : {
        role: 'snapshot',
        version: snapshot.version,
        bytes: reader.bytes(snapshot.fileSha256),
        expires: snapshot.expires,
      };
  const timestamp = issuing.timestamp({
    ...{ version: version('timestamp'), expires: expiryAfter(now, lifetimes.timestamp) },
    ...{ snapshot: listed, statement },
  });
  const next: Current = {
    ...current,
    rootVersion: root?.version ?? current.rootVersion,
    snapshotVersion: listed.version,
    timestampVersion: timestamp.version,
  };
  const issued = [...(root ? [root] : []), ...(roles.includes('snapshot') ? [listed] : []), timestamp];
  return { publication: { expected: current, next, issued }, trouble };
}

/** A root that cannot be renewed is told, and keeps nothing else from renewing: half of its life is left for a person. */
function renewRoot(
  composer: Composer,
  enrolment: Enrolment,
  { repository, rootVersion, onlineEpoch }: Current,
  statement: Statement,
  previous: Uint8Array,
  now: Date,
): { root?: SignedFile; trouble?: Refusal } {
  try {
    const upstreamRoot = newestUpstreamRoot(composer, statement.import);
    return {
      root: {
        role: 'root',
        version: rootVersion + 1,
        ...makeOnlineRoot(composer, enrolment, { repository, upstreamRoot, previous, onlineEpoch, now }),
      },
    };
  } catch (error) {
    if (isRefusal(error)) return { trouble: error };
    throw error;
  }
}

/** The newest upstream root of an import, from the record. */
export function newestUpstreamRoot({ reader }: Pick<Composer, 'reader'>, number: number): Uint8Array {
  const roots = reader.importFiles(number).filter(({ kind }) => kind === 'root');
  const newest = roots.reduce((a, b) => ((a.version ?? 0) > (b.version ?? 0) ? a : b));
  return reader.bytes(newest.fileSha256);
}

function asFailure(repository: RepositoryId, error: unknown): RenewalOutcome {
  // One damaged repository must not keep the others from renewing.
  if (!isRefusal(error)) throw error;
  const outcome = error.code === 'POLICY_UPSTREAM_AGE' ? 'stopped' : 'failed';
  return { repository, outcome, issued: [], code: error.code, what: error.what };
}
