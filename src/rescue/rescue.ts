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
import { type Validity, validityOf } from './validity.ts';
import { idFor, type Wanted } from './wanted.ts';

export interface Rescue extends Grounds {
  /** Where the collections are, as it goes into the record. */
  readonly location: string;
  readonly open: (gun: string) => CollectionSource | Promise<CollectionSource>;
  /** The directory above all collections. */
  readonly into: string;
  /** The name under which clients will find it. @throws USAGE_OPTION for one that nobody could ask for */
  readonly servedAs: (gun: string) => string;
  readonly maxUpstreamAgeDays: number;
  readonly claim: Claim;
  readonly importer?: Person;
  readonly onProgress?: (step: string) => void;
}

/** What came of one collection: as far as it got, and why no further. */
export interface Rescued {
  readonly collection: Collection;
  /** Its originals; absent where they could not be had. */
  readonly kept?: Collected;
  /** Digest of the newest root there. */
  readonly rootSha256?: Sha256;
  readonly repository?: RepositoryId;
  /** Why its first root is believed; absent where nothing says so. */
  readonly ground?: Ground | 'enrolled';
  readonly imported?: Imported;
  readonly refusal?: Refusal;
}

export interface Imported {
  readonly outcome: ImportResult['outcome'];
  readonly import: number | undefined;
  readonly validity: Validity;
}

/** Taken home at the same time. More would hurt the server, fewer would wait for its answers. */
const AT_ONCE = 4;

/** In the order in which they are wanted, each as soon as it is settled. @throws STATE_*: nothing here is as it should be */
export async function* rescue(mirror: Mirror, wanted: readonly Wanted[], task: Rescue): AsyncGenerator<Rescued> {
  // Read once: to decode a thousand enrolments for each of a thousand collections would take longer than anything else.
  const known = [...mirror.reader.enrolments()];
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const some = wanted.slice(start, start + AT_ONCE);
    const taken = await Promise.all(some.map((one) => attempt(() => takeHome(mirror, one, task))));
    for (const [index, one] of some.entries()) {
      task.onProgress?.(`${start + index + 1} of ${wanted.length}: ${one.gun}`);
      const kept = taken[index];
      if (kept instanceof Refusal) yield { collection: await nameOf(one, task), refusal: kept };
      else if (kept) yield await settle(mirror, one, kept, { task, known });
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

async function nameOf({ gun }: Wanted, { servedAs }: Rescue): Promise<Collection> {
  const name = await attempt(() => Promise.resolve(servedAs(gun)));
  return { name: gun, servedAs: name instanceof Refusal ? gun : name };
}

interface Run {
  readonly task: Rescue;
  /** What is enrolled, what this run enrolled included. */
  readonly known: Pick<Enrolment, 'id' | 'collection' | 'rootSha256'>[];
}

async function settle(mirror: Mirror, wanted: Wanted, kept: Collected, run: Run): Promise<Rescued> {
  const { into } = run.task;
  const originals = await openDirectoryCollection(into, wanted.gun);
  const rootSha256 = sha256(await originals.current(ROOT, DEFAULT_LIMITS.rootBytes));
  const found = { collection: await nameOf(wanted, run.task), kept, rootSha256 };
  const home = { originals, roots: kept.roots };
  const enrolled = await attempt(() => enrol(mirror, wanted, found.collection, home, run));
  if (enrolled instanceof Refusal) return { ...found, refusal: enrolled };
  const result = await attempt(() => bringIn(mirror, enrolled, wanted.gun, run.task));
  if (result instanceof Refusal) return { ...found, ...enrolled, refusal: result };
  const { outcome, candidate } = result;
  const number = 'import' in result ? result.import : undefined;
  const validity = validityOf(candidate, mirror.clock.now());
  return { ...found, ...enrolled, imported: { outcome, import: number, validity } };
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
  { task, known }: Run,
): Promise<Enrolled> {
  const before = known.find((one) => one.collection?.servedAs === collection.servedAs);
  if (before?.collection?.name === collection.name) {
    await requireSameChain(originals, roots, wanted, mirror.reader.bytes(before.rootSha256), DEFAULT_LIMITS);
    return { repository: before.id, ground: 'enrolled' };
  }
  // What is believed at first use stands in the claim: nobody enrols on that ground who cannot make one.
  requireMayImport(mirror, task);
  const first = await findFirstRoot(originals, roots, wanted, task, DEFAULT_LIMITS);
  if (!first) throw await unconfirmed(wanted, originals);
  firstRoot(first.bytes, collection.name, DEFAULT_LIMITS);
  const enrolment: Enrolment = {
    id: idFor(wanted.gun, (id) => known.some((one) => one.id === id)),
    upstream: task.location,
    collection,
    rootSha256: sha256(first.bytes),
    selection: { kind: 'none' },
    maxUpstreamAgeDays: task.maxUpstreamAgeDays,
    limits: DEFAULT_LIMITS,
    enrolledAt: mirror.clock.now(),
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, first.bytes, {}));
  known.push(enrolment);
  return { repository: enrolment.id, ground: first.ground };
}

async function unconfirmed({ gun }: Wanted, originals: CollectionSource): Promise<Refusal> {
  const digest = sha256(await originals.current(ROOT, DEFAULT_LIMITS.rootBytes));
  return new Refusal('TRUST_ROOT_DIGEST', `Nothing says that the root of ${printable(gun)} is right.`, {
    details: { collection: printable(gun), actual: digest },
    next: `Its newest has the SHA-256 ${digest}: compare it with one obtained elsewhere and put it behind the name in the list, name a client’s cache that knows it (--trust), or decide for all that is unknown: --first-use --reason "…".`,
  });
}

function bringIn(mirror: Mirror, { repository, ground }: Enrolled, gun: string, task: Rescue): Promise<ImportResult> {
  const { location, into, claim, importer } = task;
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
