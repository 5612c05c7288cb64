/**
 * What is published, read with the guard’s own code: as one that was enrolled at upstream’s first root and the mirror’s
 * first root, has no memory, and demands everything that a guard can demand but freshness, which is status’s matter. It
 * finds what a stock client cannot: evidence that is missing or false, and roles that upstream never published together.
 */
import { memoryStore } from '../client/doors/memory-store.ts';
import { Guard } from '../client/guard.ts';
import type { Place } from '../client/fetch/place.ts';
import { NO_FLOOR, type Pin } from '../client/pin/pin.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { type RepositoryId, ROOT, type Sha256, isSha256, parseMetadataFileName } from '../tuf/names.ts';
import { publishedView } from './published-view.ts';
import { issuedRoots } from './generation.ts';

/** Longer than anything lasts: how old upstream’s word is, is not the question here. */
const FOR_EVER_MS = 36_500 * 86_400_000;

/** @throws the refusal that would stop the guard; STATE_NOTHING_PUBLISHED */
export async function verifyAsGuard(reader: LedgerReader, repository: RepositoryId, now: Date): Promise<void> {
  const current = reader.current(repository);
  const [mirrorRoot] = issuedRoots(reader, repository);
  if (!current || !mirrorRoot) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has nothing published.`);
  const enrolment = reader.enrolment(repository);
  const number = reader.importOfGeneration(repository, current.generation);
  const upstreamRoots = new Map(
    reader
      .importFiles(number)
      .flatMap(({ kind, version, fileSha256 }): [number, Sha256][] =>
        kind === 'root' && version !== undefined ? [[version, fileSha256]] : [],
      ),
  );
  const roles = reader.generationRoles(repository, current.generation).map(({ role }) => role);
  const pin: Pin = {
    repository,
    location: { base: new URL('record:/'), metadata: undefined, targets: undefined },
    mirrorRoot,
    upstreamRoot: reader.bytes(enrolment.rootSha256),
    targets: undefined,
    floor: NO_FLOOR,
    policy: {
      maxUpstreamAge: FOR_EVER_MS,
      maxOffline: 0,
      warnBefore: 0,
      // A dead horizon is carried and reported; here the question is whether the bytes are right.
      grace: new Map(roles.map((role) => [role, { period: FOR_EVER_MS, until: undefined, reason: undefined }])),
    },
    expires: undefined,
  };
  const place = recordPlace(reader, publishedView(reader, current), upstreamRoots);
  const options = { pin, store: memoryStore(), clock: { now: () => now }, limits: enrolment.limits };
  await new Guard({ ...options, openPlace: () => place }).refresh({ everyRole: true });
}

/** The public paths that a guard asks for, answered from the record. */
function recordPlace(
  reader: LedgerReader,
  view: ReturnType<typeof publishedView>,
  upstreamRoots: ReadonlyMap<number, Sha256>,
): Place {
  const answer = async (segments: readonly string[], maxBytes: number): Promise<Uint8Array> => {
    const name = segments.at(-1) ?? '';
    const folder = segments.slice(0, -1).join('/');
    if (folder === 'upstream/sha256' && isSha256(name)) return reader.bytes(name);
    const file = parseMetadataFileName(name);
    if (folder === 'metadata' && file) return view.metadata(file.versioned ?? file.plain, maxBytes);
    const root = folder === 'upstream/metadata' ? file?.versioned : undefined;
    const digest = root?.role === ROOT ? upstreamRoots.get(root.version ?? 0) : undefined;
    if (digest) return reader.bytes(digest);
    throw new Refusal('SOURCE_NOT_FOUND', `${name} is not published.`);
  };
  return {
    description: 'the record',
    async read(segments, { maxBytes }) {
      return whole(await answer(segments, maxBytes));
    },
  };
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
