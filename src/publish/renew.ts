/**
 * New timestamps, and when their half life is over new snapshots and (in a trial) roots, for what is published now.
 *
 * Renewing vouches for nothing new: it signs only the current generation and never moves as-of (F-04). It stops when
 * upstream has been silent for longer than maxUpstreamAge: the dead-man stop (trust.md 4.8). Many repositories share two
 * commits, one that reserves versions before anything is signed and one that publishes.
 */
import { type Refusal, isRefusal } from '../errors.ts';
import type { Current, Enrolment, IssuedFile } from '../ledger/records.ts';
import type { LedgerWriter, Publication, SignedFile } from '../ledger/writer.ts';
import type { MirrorRole, RepositoryId } from '../tuf/names.ts';
import { DAY_MS } from '../verify/policy.ts';
import type { Composer } from './generation.ts';
import { issueSnapshot, issueTimestamp, type Statement } from './issue.ts';
import { expiryAfter, isHalfOver } from './lifetimes.ts';
import { requireOwnKeys } from './own-keys.ts';
import { makeOnlineRoot } from './root.ts';

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

/** What one repository’s renewal starts from. */
interface Due {
  readonly current: Current;
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
      if (!found) outcomes.push({ repository, outcome: 'not-due', issued: [] });
      else if ('what' in found) outcomes.push({ repository, outcome: 'stopped', issued: [], ...found });
      else due.push(found);
    } catch (error) {
      outcomes.push(asFailure(repository, error));
    }
  }
  if (due.length === 0) return outcomes;
  // The root’s version is its place in the chain; only the online roles take reserved ones.
  const requests = due.flatMap(({ current, roles }) =>
    roles.filter((role) => role !== 'root').map((role) => ({ repository: current.repository, role })),
  );
  const versions = await writer.reserve(requests);
  const reserved = new Map(
    requests.map(({ repository, role }, index) => [`${repository} ${role}`, versions[index] ?? 0]),
  );
  const publications: Publication[] = [];
  for (const one of due) {
    const { repository } = one.current;
    try {
      const publication = renew(composer, one, now, (role) => reserved.get(`${repository} ${role}`) ?? 0);
      publications.push(publication);
      outcomes.push({
        repository,
        outcome: 'renewed',
        issued: publication.issued.map(({ role, version }) => `${role}@${String(version)}`),
      });
    } catch (error) {
      outcomes.push(asFailure(repository, error));
    }
  }
  await writer.commit({ publications });
  return outcomes;
}

/** Which roles of a repository are due; undefined for none; the reason when renewal must stop. */
function findDue(
  composer: Composer,
  current: Current,
  now: Date,
  { force = false, earlierMs = 0 }: RenewalRequest,
): Due | Pick<Refusal, 'code' | 'what'> | undefined {
  const { reader, keyring } = composer;
  const { repository, generation } = current;
  const issuedFile = (role: MirrorRole, version: number): IssuedFile => reader.issuedVersion(repository, role, version);
  const timestamp = issuedFile('timestamp', current.timestampVersion);
  const snapshot = issuedFile('snapshot', current.snapshotVersion);
  const root = issuedFile('root', current.rootVersion);
  const isDue = (file: IssuedFile): boolean => isHalfOver(file.at, file.expires, now, earlierMs);
  const roles: MirrorRole[] = [];
  if (keyring.hasRootOnline && isDue(root)) roles.push('root');
  if (isDue(snapshot)) roles.push('snapshot');
  if (roles.length > 0 || force || isDue(timestamp)) roles.push('timestamp');
  if (roles.length === 0) return undefined;

  const enrolment = reader.enrolment(repository);
  const number = reader.importOfGeneration(repository, generation);
  const { asOf, decisions } = reader.import(number);
  if (!asOf) throw new TypeError(`import ${String(number)} was published without an as-of`);
  const silentDays = (now.getTime() - asOf.timestampExpires.getTime()) / DAY_MS;
  if (silentDays > enrolment.maxUpstreamAgeDays) {
    return {
      code: 'POLICY_UPSTREAM_AGE',
      what: `Renewal of ${repository} has stopped: upstream last vouched for it until ${asOf.timestampExpires.toISOString()}, more than ${String(enrolment.maxUpstreamAgeDays)} days ago.`,
    };
  }
  return {
    current,
    enrolment,
    timestamp,
    snapshot,
    roles,
    statement: { repository, generation, import: number, asOf, decisions },
  };
}

function renew(
  composer: Composer,
  { current, enrolment, statement, snapshot, roles }: Due,
  now: Date,
  version: (role: MirrorRole) => number,
): Publication {
  const { reader, keyring, lifetimes } = composer;
  const { repository, onlineEpoch } = current;
  const issued: SignedFile[] = [];
  const rootBytes = reader.bytes(reader.issuedVersion(repository, 'root', current.rootVersion).fileSha256);
  if (roles.includes('root')) {
    const upstreamRoot = newestUpstreamRoot(composer, statement.import);
    const made = makeOnlineRoot(composer, { repository, upstreamRoot, previous: rootBytes, onlineEpoch, now });
    issued.push({ role: 'root', version: current.rootVersion + 1, ...made });
  }
  const signers = {
    snapshot: keyring.signerFor(repository, 'snapshot', onlineEpoch),
    timestamp: keyring.signerFor(repository, 'timestamp', onlineEpoch),
  };
  requireOwnKeys(rootBytes, enrolment, signers);
  let newSnapshot: SignedFile = {
    role: 'snapshot',
    version: snapshot.version,
    bytes: reader.bytes(snapshot.fileSha256),
    expires: snapshot.expires,
  };
  if (roles.includes('snapshot')) {
    const listed = reader.generationRoles(repository, current.generation);
    newSnapshot = issueSnapshot(
      version('snapshot'),
      expiryAfter(now, lifetimes.snapshot),
      listed,
      statement,
      signers.snapshot,
    );
    issued.push(newSnapshot);
  }
  const timestamp = issueTimestamp(
    version('timestamp'),
    expiryAfter(now, lifetimes.timestamp),
    newSnapshot,
    statement,
    signers.timestamp,
  );
  issued.push(timestamp);
  const next: Current = {
    ...current,
    rootVersion: current.rootVersion + (roles.includes('root') ? 1 : 0),
    snapshotVersion: newSnapshot.version,
    timestampVersion: timestamp.version,
  };
  return { expected: current, next, issued };
}

/** The newest upstream root of an import, from the record. */
export function newestUpstreamRoot({ reader }: Pick<Composer, 'reader'>, number: number): Uint8Array {
  const roots = reader.importFiles(number).filter(({ kind }) => kind === 'root');
  const newest = roots.reduce((a, b) => ((a.version ?? 0) > (b.version ?? 0) ? a : b));
  return reader.bytes(newest.fileSha256);
}

function asFailure(repository: RepositoryId, error: unknown): RenewalOutcome {
  // One damaged repository must not keep the others from renewing.
  if (isRefusal(error)) return { repository, outcome: 'failed', issued: [], code: error.code, what: error.what };
  throw error;
}
