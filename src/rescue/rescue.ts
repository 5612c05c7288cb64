/**
 * Collections brought to safety before their server goes: the originals are taken home whole, then enrolled, verified and
 * imported from that copy, so that what is published and what lies in evidence are the same bytes.
 *
 * One collection that cannot be had keeps no other from being rescued. Taking home comes before any judgement: what is
 * refused today can be looked into as long as it is there, and the server will not be.
 */
import type { Collected } from '../acquire/notary/collect.ts';
import type { CollectionSource } from '../acquire/notary/collection-source.ts';
import { openDirectoryCollection } from '../acquire/notary/directory-collection.ts';
import { isRefusal, Refusal } from '../errors.ts';
import type { Claim, Collection, Enrolment } from '../ledger/records.ts';
import {
  importUpstream,
  type ImportResult,
  type Mirror,
  type Person,
  requireMayImport,
  withWriter,
} from '../mirror.ts';
import { sha256 } from '../tuf/digest.ts';
import { DEFAULT_LIMITS } from '../tuf/limits.ts';
import { printable, type RepositoryId, ROOT, type Sha256 } from '../tuf/names.ts';
import { firstRoot } from '../verify/dialects.ts';
import { findFirstRoot, type Ground, type Grounds, requireSameChain } from './first-root.ts';
import { keepOriginals } from './originals.ts';
import { idFor, type Wanted } from './wanted.ts';

export interface Rescue extends Grounds {
  /** Where the collections are, as it goes into the record. */
  readonly location: string;
  readonly open: (gun: string) => CollectionSource | Promise<CollectionSource>;
  /** The directory above all collections. */
  readonly into: string;
  readonly servedAs: (gun: string) => string;
  readonly maxUpstreamAgeDays: number;
  readonly claim: Claim;
  readonly importer?: Person;
  readonly onProgress?: (step: string) => void;
}

export interface Rescued {
  readonly collection: Collection;
  /** Its originals; undefined where they could not be had. */
  readonly kept: Collected | undefined;
  /** Digest of the newest root there. */
  readonly rootSha256: Sha256 | undefined;
  readonly repository: RepositoryId | undefined;
  /** Why its first root is believed; undefined where nothing says so. */
  readonly ground: Ground | 'enrolled' | undefined;
  readonly result: ImportResult | undefined;
  /** Why it was not imported. */
  readonly refusal: Refusal | undefined;
}

/** Taken home at the same time. More would hurt the server, fewer would wait for its answers. */
const AT_ONCE = 4;

/** In the order in which they are wanted, each as soon as it is settled. @throws STATE_*: nothing here is as it should be */
export async function* rescue(mirror: Mirror, wanted: readonly Wanted[], rescue: Rescue): AsyncGenerator<Rescued> {
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const some = wanted.slice(start, start + AT_ONCE);
    const taken = await Promise.all(some.map((one) => attempt(() => takeHome(mirror, one, rescue))));
    for (const [index, one] of some.entries()) {
      rescue.onProgress?.(`${start + index + 1} of ${wanted.length}: ${one.gun}`);
      const kept = taken[index];
      if (kept) yield await settle(mirror, one, kept, rescue);
    }
  }
}

async function takeHome(mirror: Mirror, { gun }: Wanted, { open, into, servedAs }: Rescue): Promise<Collected> {
  // Names that cannot be served are refused before a server is asked for them.
  servedAs(gun);
  const source = await open(gun);
  try {
    return await keepOriginals(source, { disk: mirror.disk, into, limits: DEFAULT_LIMITS });
  } finally {
    await source.close();
  }
}

async function settle(mirror: Mirror, wanted: Wanted, kept: Collected | Refusal, rescue: Rescue): Promise<Rescued> {
  const nothing = { rootSha256: undefined, repository: undefined, ground: undefined, result: undefined };
  const name = { name: wanted.gun, servedAs: wanted.gun };
  if (kept instanceof Refusal) return { collection: name, kept: undefined, ...nothing, refusal: kept };
  const collection = { name: wanted.gun, servedAs: rescue.servedAs(wanted.gun) };
  const originals = await openDirectoryCollection(rescue.into, wanted.gun);
  const rootSha256 = sha256(await originals.current(ROOT, DEFAULT_LIMITS.rootBytes));
  const found = { collection, kept, rootSha256 };
  const enrolled = await attempt(() => enrol(mirror, wanted, collection, { originals, roots: kept.roots }, rescue));
  if (enrolled instanceof Refusal) return { ...nothing, ...found, refusal: enrolled };
  const { repository, ground } = enrolled;
  const result = await attempt(() => bringIn(mirror, enrolled, wanted.gun, rescue));
  if (result instanceof Refusal) return { ...found, repository, ground, result: undefined, refusal: result };
  return { ...found, repository, ground, result, refusal: undefined };
}

interface Enrolled {
  readonly repository: RepositoryId;
  readonly ground: Ground | 'enrolled';
}

async function enrol(
  mirror: Mirror,
  wanted: Wanted,
  collection: Collection,
  { originals, roots }: { readonly originals: CollectionSource; readonly roots: number },
  rescue: Rescue,
): Promise<Enrolled> {
  const known = mirror.reader.enrolments();
  const before = known.find((one) => one.collection?.servedAs === collection.servedAs);
  if (before?.collection?.name === collection.name) {
    await requireSameChain(originals, roots, wanted, mirror.reader.bytes(before.rootSha256), DEFAULT_LIMITS);
    return { repository: before.id, ground: 'enrolled' };
  }
  // What is believed at first use stands in the claim: nobody enrols on that ground who cannot make one.
  requireMayImport(mirror, rescue);
  const first = await findFirstRoot(originals, roots, wanted, rescue, DEFAULT_LIMITS);
  if (!first) {
    const digest = sha256(await originals.current(ROOT, DEFAULT_LIMITS.rootBytes));
    throw new Refusal('TRUST_ROOT_DIGEST', `Nothing says that the root of ${printable(wanted.gun)} is right.`, {
      details: { collection: printable(wanted.gun), actual: digest },
      next: `Its newest has the SHA-256 ${digest}: compare it with one obtained elsewhere and put it behind the name in the list, name a client’s cache that knows it (--trust), or decide for all that is unknown: --first-use --reason "…".`,
    });
  }
  firstRoot(first.bytes, collection.name, DEFAULT_LIMITS);
  const enrolment: Enrolment = {
    id: idFor(wanted.gun, (id) => known.some((one) => one.id === id)),
    upstream: rescue.location,
    collection,
    rootSha256: sha256(first.bytes),
    selection: { kind: 'none' },
    maxUpstreamAgeDays: rescue.maxUpstreamAgeDays,
    limits: DEFAULT_LIMITS,
    enrolledAt: mirror.clock.now(),
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, first.bytes, {}));
  return { repository: enrolment.id, ground: first.ground };
}

function bringIn(mirror: Mirror, { repository, ground }: Enrolled, gun: string, rescue: Rescue): Promise<ImportResult> {
  const { location, into, claim, importer } = rescue;
  return importUpstream(mirror, {
    repository,
    openSource: () => openDirectoryCollection(into, gun),
    location,
    decisions: [],
    claim: ground === 'first-use' ? { ...claim, reason: `First use: ${claim.reason ?? ''}` } : claim,
    ...(importer && { importer }),
  });
}

/** Of the mirror’s own state, what one collection can be the reason of. */
const OF_ONE = ['STATE_LOCKED', 'STATE_INCOMPLETE', 'STATE_SELF_CHECK', 'STATE_VERSION_AHEAD'] as const;

/** What concerns this collection alone is told of it; a full disk or a changed ledger ends everything. */
async function attempt<Result>(doing: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await doing();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const isOfOne = OF_ONE.some((code) => error.code === code);
    if (!isOfOne && (error.family === 'state' || error.family === 'config')) throw error;
    return error;
  }
}
