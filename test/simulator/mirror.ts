/**
 * A whole mirror over a real temporary data directory, with a clock that is moved by hand. Repositories are enrolled to
 * simulated upstreams; several fit into one mirror, so that a file of tests needs only one directory.
 *
 *   const mirrored = await mirrorOf(context, upstream);
 *   await mirrored.importNow();
 *   await mirrored.importRefused('TRUST_ROLLBACK');
 *
 * After every import everything published is verified again as clients would; after every refusal the stored state is
 * compared with what it was.
 */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIFETIMES } from '../../src/publish/lifetimes.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror, createDataDirectory, openMirror, type DataPaths, type OpenOptions } from '../../src/open.ts';
import { Disk } from '../../src/platform/disk.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { DEFAULT_MAX_UPSTREAM_AGE_DAYS } from '../../src/verify/policy.ts';
import type { Selection } from '../../src/verify/selection.ts';
import { FakeClock } from './clock.ts';
import { drawFrom } from './keys.ts';
import { MirroredRepository } from './mirrored.ts';
import { SimulatedUpstream } from './upstream.ts';

/** A test’s context, or `{ after }` of node:test for a whole file. */
export interface Scope {
  after(cleanUp: () => Promise<void>): void;
}

export interface MirrorOptions {
  /** Online is a trial’s way: roots are signed at once. */
  readonly rootKeys?: 'offline' | 'online';
  readonly now?: Date;
  /** A log of its own, where a test compares two; otherwise all of a process begin with the same first leaf. */
  readonly hasOwnLog?: boolean;
}

export interface EnrolmentOptions {
  readonly id?: string;
  readonly selection?: Selection;
  readonly limits?: Partial<Limits>;
  readonly maxUpstreamAgeDays?: number;
}

export class TestMirror {
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  #enrolled = 0;

  private constructor(mirror: Mirror, clock: FakeClock) {
    this.mirror = mirror;
    this.clock = clock;
  }

  static async open(
    scope: Scope,
    { rootKeys = 'online', now, hasOwnLog = false }: MirrorOptions = {},
  ): Promise<TestMirror> {
    const clock = new FakeClock(now);
    const parent = await mkdtemp(join(tmpdir(), 'countersign-mirror-'));
    const paths: DataPaths = { data: join(parent, 'mirror') };
    const options: OpenOptions = { clock, holder: 'test', lifetimes: DEFAULT_LIFETIMES };
    if (hasOwnLog) await makeEmptyMirror(paths.data, rootKeys, clock.now());
    else await cp(await emptyMirror(rootKeys, clock.now()), paths.data, { recursive: true });
    const mirror = await openMirror(paths, options);
    scope.after(async () => {
      closeMirror(mirror);
      await rm(parent, { recursive: true, force: true });
    });
    return new TestMirror(mirror, clock);
  }

  /** The upstream must have published its first root. */
  async enrol(upstream: SimulatedUpstream, options: EnrolmentOptions = {}): Promise<MirroredRepository> {
    const id = repositoryId(options.id ?? `repository-${String(++this.#enrolled)}`);
    const root = upstream.firstRoot;
    const enrolment = {
      id,
      upstream: upstream.description,
      rootSha256: sha256(root),
      selection: options.selection ?? ({ kind: 'all' } as const),
      maxUpstreamAgeDays: options.maxUpstreamAgeDays ?? DEFAULT_MAX_UPSTREAM_AGE_DAYS,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      enrolledAt: this.clock.now(),
    };
    await withWriter(this.mirror, (writer) => writer.enrol(enrolment, root, { ...options.limits }));
    return new MirroredRepository(this.mirror, this.clock, id, upstream);
  }
}

/** One data directory of each kind is made in a process, and copied: one log, which ends after its first leaf. */
function emptyMirror(rootKeys: 'offline' | 'online', now: Date): Promise<string> {
  const kind = `${rootKeys}-${String(now.getTime())}`;
  let made = emptyMirrors.get(kind);
  if (!made) emptyMirrors.set(kind, (made = toCopy(rootKeys, now)));
  return made;
}

const emptyMirrors = new Map<string, Promise<string>>();

async function toCopy(rootKeys: 'offline' | 'online', now: Date): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'countersign-empty-'));
  process.once('exit', () => rmSync(parent, { recursive: true, force: true }));
  const data = join(parent, 'mirror');
  await makeEmptyMirror(data, rootKeys, now);
  return data;
}

async function makeEmptyMirror(data: string, rootKeys: 'offline' | 'online', now: Date): Promise<void> {
  await createKeyring(new Disk(), join(data, 'keys'), drawFrom('mirror'), { withRootOnline: rootKeys === 'online' });
  const options = { clock: new FakeClock(now), holder: 'test', lifetimes: DEFAULT_LIFETIMES };
  await createDataDirectory({ data }, options, rootKeys);
}

/** One mirror with one repository, for the length of one test. */
export async function mirrorOf(
  scope: Scope,
  upstream: SimulatedUpstream = new SimulatedUpstream(),
  options: MirrorOptions & EnrolmentOptions = {},
): Promise<MirroredRepository> {
  if (upstream.author.root.version === 0) upstream.publish();
  return (await TestMirror.open(scope, options)).enrol(upstream, options);
}
