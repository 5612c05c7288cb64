/**
 * What is published, read with the guard’s own code: as one that was enrolled at upstream’s first root and the mirror’s
 * first root (of a collection, at the mirror’s newest), has no memory, and demands everything that a guard can demand but freshness, which is status’s matter. It
 * finds what a stock client cannot: evidence that is missing or false, and roles that upstream never published together.
 */
import { CollectionGuard } from '../client/collection-guard.ts';
import { memoryStore } from '../client/doors/memory-store.ts';
import { Guard } from '../client/guard.ts';
import type { Place } from '../client/fetch/place.ts';
import { NO_FLOOR, type Pin } from '../client/pin/pin.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Collection } from '../ledger/records.ts';
import { parseNotaryRoot } from '../notary/metadata.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { type RepositoryId, ROOT, type Sha256, isSha256, parseMetadataFileName, roleName } from '../tuf/names.ts';
import type { CollectionView } from '../verify/notary/as-client.ts';
import { publishedCollection, publishedView } from './published-view.ts';
import { issuedRoots } from './generation.ts';

/** Longer than anything lasts: how old upstream’s word is, is not the question here. */
const FOR_EVER_MS = 36_500 * 86_400_000;
/** The record’s own files are as large as they were when they were read within bounds. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** @throws the refusal that would stop the guard; STATE_NOTHING_PUBLISHED */
export async function verifyAsGuard(reader: LedgerReader, repository: RepositoryId, now: Date): Promise<void> {
  const current = reader.current(repository);
  const roots = issuedRoots(reader, repository);
  const [first] = roots;
  if (!current || !first) throw new Refusal('STATE_NOTHING_PUBLISHED', `${repository} has nothing published.`);
  const { limits, collection } = reader.enrolment(repository);
  const roles = reader.generationRoles(repository, current.generation).map(({ role }) => role);
  const common = {
    repository,
    location: { base: new URL('record:/'), metadata: undefined, targets: undefined },
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
  const options = { store: memoryStore(), clock: { now: () => now }, limits };
  if (collection) {
    // Enrolled today: an upstream that rotated its targets keys needs a new pin, with the root that has them.
    const pin = collectionPin(common, roots.at(-1) ?? first, collection);
    const place = collectionPlace(publishedCollection(reader, current, collection.servedAs));
    await new CollectionGuard({ ...options, pin, openPlace: () => place }).refresh();
    return;
  }
  const upstreamRoots = new Map(
    reader
      .importFiles(reader.importOfGeneration(repository, current.generation))
      .flatMap(({ kind, version, fileSha256 }): [number, Sha256][] =>
        kind === 'root' && version !== undefined ? [[version, fileSha256]] : [],
      ),
  );
  const upstreamRoot = reader.bytes(reader.enrolment(repository).rootSha256);
  const place = recordPlace(reader, publishedView(reader, current), upstreamRoots);
  const guard = new Guard({ ...options, pin: { ...common, mirrorRoot: first, upstreamRoot }, openPlace: () => place });
  await guard.refresh({ everyRole: true });
}

function collectionPin(
  common: Omit<Pin, 'mirrorRoot' | 'upstreamRoot'>,
  mirrorRoot: Uint8Array,
  { servedAs }: Collection,
): Pin {
  const { targets } = parseNotaryRoot(mirrorRoot, 'the mirror’s root', DEFAULT_LIMITS).payload.roles;
  return { ...common, mirrorRoot, upstreamRoot: undefined, collection: { servedAs, targets } };
}

/** The names of a collection’s files, answered from the record. */
function collectionPlace(view: CollectionView): Place {
  const answer = (name: string): Promise<Uint8Array> => {
    const [, role, digest = ''] = /^(.+)\.([0-9a-f]{64})\.json$/.exec(name) ?? [];
    if (role !== undefined && isSha256(digest)) return view.byHash(roleName(role), digest, NO_BOUND);
    const file = parseMetadataFileName(name);
    const { role: plain = ROOT, version } = file?.versioned ?? file?.plain ?? {};
    return version === undefined ? view.current(plain, NO_BOUND) : view.byVersion(plain, version, NO_BOUND);
  };
  return {
    description: 'the record',
    async read(segments) {
      return whole(await answer(segments.slice(segments.lastIndexOf('tuf') + 1).join('/')));
    },
  };
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
