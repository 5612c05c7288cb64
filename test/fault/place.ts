/**
 * A data directory with one published generation, to be copied and broken: made once of each kind, with fixed keys and
 * times, so that a child process sees the same upstream and signs the same drafts.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefusal } from '../../src/errors.ts';
import { statementDigest } from '../../src/ledger/events/leaf.ts';
import { SOLO } from '../../src/ledger/events/policy.ts';
import { importUpstream, type ImportResult, type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror, createDataDirectory, type DataPaths, openMirror } from '../../src/open.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Disk } from '../../src/platform/disk.ts';
import { acceptRoot, draftNextRoot } from '../../src/publish/ceremony.ts';
import { createKeyring } from '../../src/sign/keyring.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { RootHolder } from '../../src/sign/root-holder.ts';
import { sha256 } from '../../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { FakeClock, NOW } from '../simulator/clock.ts';
import { drawFrom, seedNamed } from '../simulator/keys.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

// As the program itself sets it. `cpSync` of Node 24 gives copied directories the default mode, not the original’s.
process.umask(0o077);

export const REPOSITORY = repositoryId('site');
/** When the tested step happens: half of a timestamp’s day is over. */
export const LATER = new Date(NOW.getTime() + 13 * 3_600_000);

/**
 * Where its root keys are, and whether publications wait: `commanded` publishes on command only; in `waiting` what upstream
 * says next has been imported and waits for that.
 */
export type PlaceKind = 'online' | 'offline' | 'commanded' | 'waiting';

/** What upstream says first, and what it says next: a new target, a changed delegation and a new targets key. */
export function upstreamAt(stage: 1 | 2): SimulatedUpstream {
  const upstream = new SimulatedUpstream({ seed: 'fault' });
  upstream.author.delegate('targets', 'team', { paths: ['team/*'] });
  upstream.add('one.txt', 'one').add('team/two.txt', 'two', 'team').publish();
  if (stage === 2) {
    upstream.author.keyholders.set('targets', { signers: [upstream.signer('next targets')], threshold: 1 });
    upstream.author.publishRoot();
    upstream.add('three.txt', 'three').add('team/two.txt', 'two again', 'team').publish('targets', 'team');
  }
  return upstream;
}

export function pathsOf(directory: string): DataPaths {
  return { data: join(directory, 'mirror'), keys: join(directory, 'keys') };
}

/** An opened mirror over such a directory; `before` is told of each operation. */
export async function open(directory: string, clock: FakeClock, before?: (operation: string) => void): Promise<Mirror> {
  return openMirror(pathsOf(directory), { clock, holder: 'test', waitMs: 0, before });
}

/** The same again until no other process has the lock, in real time: the test’s clock stands still. */
export async function whenFree<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error, 'STATE_LOCKED')) throw error;
      await new Promise<void>((resolve) => void systemClock.after(10, resolve));
    }
  }
}

export function importFrom(mirror: Mirror, upstream: SimulatedUpstream): Promise<ImportResult> {
  const openSource = (): Promise<SimulatedUpstream> => Promise.resolve(upstream);
  return importUpstream(mirror, { repository: REPOSITORY, openSource, decisions: [], claim: {} });
}

/** Two of two holders: new ones each time, because a used one is wiped. */
export function holders(): readonly [RootHolder, RootHolder] {
  return [new RootHolder('alice', seedNamed('alice')), new RootHolder('bob', seedNamed('bob'))];
}

export async function makePlace(directory: string, kind: PlaceKind): Promise<void> {
  const rootKeys = kind === 'offline' ? kind : 'online';
  const clock = new FakeClock();
  const paths = pathsOf(directory);
  const upstream = upstreamAt(1);
  mkdirSync(directory, { mode: 0o700, recursive: true });
  await createKeyring(new Disk(), join(directory, 'keys'), drawFrom('fault'), {
    withRootOnline: rootKeys === 'online',
  });
  await createDataDirectory(paths, { clock, holder: 'test' }, rootKeys);
  const mirror = await open(directory, clock);
  const root = upstream.firstRoot;
  const enrolment = {
    id: REPOSITORY,
    upstream: upstream.description,
    rootSha256: sha256(root),
    selection: { kind: 'all' } as const,
    maxUpstreamAgeDays: 90,
    limits: DEFAULT_LIMITS,
    enrolledAt: clock.now(),
  };
  await withWriter(mirror, async (writer) => {
    await writer.enrol(enrolment, root, {});
    await writer.setLimits(REPOSITORY, new Map([['versionJump', 2000]]), 'a row for every table');
  });
  const { outcome } = await importFrom(mirror, upstream);
  if (kind === 'commanded' || kind === 'waiting') await publishOnCommand(mirror);
  if (kind === 'waiting') await importFrom(mirror, upstreamAt(2));
  if (outcome === 'needs-root') {
    const all = holders();
    const rootPublics = all.map((holder) => holder.publicOf(REPOSITORY));
    let draft = await draftNextRoot(mirror, { repository: REPOSITORY, rootKeys: rootPublics, threshold: 2 });
    for (const holder of all) draft = signDraft(draft, holder.signerFor(REPOSITORY), clock.now());
    await withWriter(mirror, (writer) => acceptRoot(mirror, writer, REPOSITORY, [draft]));
  }
  closeMirror(mirror);
}

async function publishOnCommand(mirror: Mirror): Promise<void> {
  const policy = { ...SOLO, publish: 'on-command' } as const;
  const digest = statementDigest(policy);
  const body = { scope: '*', sha256: digest, policy, subject_sha256: digest, signatures: [] };
  await withWriter(mirror, (writer) => writer.commit({ events: [{ type: 'policy.set', actor: 'local', body }] }));
}

/** Places to copy from, and a room for the copies; all of it removed in the end. */
export class Places {
  readonly room = mkdtempSync(join(tmpdir(), 'countersign-fault-'));
  readonly #made = new Map<PlaceKind, string>();
  #copies = 0;

  async copy(kind: PlaceKind): Promise<string> {
    let original = this.#made.get(kind);
    if (original === undefined) {
      original = join(this.room, `original-${kind}`);
      await makePlace(original, kind);
      this.#made.set(kind, original);
    }
    const copy = join(this.room, `copy-${String(++this.#copies)}`);
    cpSync(original, copy, { recursive: true });
    return copy;
  }

  remove(): void {
    rmSync(this.room, { recursive: true });
  }
}
