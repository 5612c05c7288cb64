/**
 * What must be true of a place after its process failed or died, and after the same step was done again: a whole record,
 * the old state or the new one and never a mix, and clients that go on.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isRefusal } from '../../src/errors.ts';
import { releasedSize } from '../../src/ledger/checkpoints.ts';
import type { Remembered } from '../../src/ledger/head-file.ts';
import { logSize, storedNodes } from '../../src/ledger/log-rows.ts';
import type { Current } from '../../src/ledger/records.ts';
import type { Mirror } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { Disk } from '../../src/platform/disk.ts';
import { fsck } from '../../src/publish/fsck.ts';
import { publishedView } from '../../src/publish/published-view.ts';
import { clearLeftovers } from '../../src/publish/recover.ts';
import { isSameHash, rootOf } from '../../src/tlog/tree.ts';
import { DEFAULT_LIMITS } from '../../src/tuf/limits.ts';
import type { RoleName } from '../../src/tuf/names.ts';
import { type ClientStart, refreshAsClient } from '../../src/verify/as-client.ts';
import { FakeClock } from '../simulator/clock.ts';
import { LATER, open, pathsOf, REPOSITORY } from './place.ts';
import type { Step } from './scenarios.ts';

/** A client between two updates, and the versions that its mirror had reserved then. */
export interface Known {
  readonly current: Current;
  readonly start: ClientStart;
  readonly onlineEpoch: number;
}

export function currentOf(mirror: Mirror): Current {
  const current = mirror.reader.current(REPOSITORY);
  assert.ok(current, 'something is published');
  return current;
}

/** A client that is up to date with what the place publishes. */
export function knownClient(mirror: Mirror): Known {
  const { reader } = mirror;
  const current = currentOf(mirror);
  const roles = reader.generationRoles(REPOSITORY, current.generation);
  const previous = {
    timestampVersion: current.timestampVersion,
    snapshotVersion: current.snapshotVersion,
    roles: new Map<RoleName, number>(roles.map(({ role, version }) => [role, version])),
  };
  const root = reader.bytes(reader.issuedVersion(REPOSITORY, 'root', current.rootVersion).fileSha256);
  return { current, start: { root, previous }, onlineEpoch: current.onlineEpoch };
}

/** A client that knows an earlier state accepts what is published. (A new client’s part is in fsck.) */
export async function requireUpdate(mirror: Mirror, known: Known): Promise<void> {
  const { reader, clock } = mirror;
  const current = currentOf(mirror);
  const view = publishedView(reader, current);
  const rules = { now: clock.now(), limits: DEFAULT_LIMITS, depth: 'all' } as const;
  // Clients forget snapshot and timestamp when their keys change (TUF 1.0.34, “Update the root role”).
  const start = known.onlineEpoch === current.onlineEpoch ? known.start : { root: known.start.root };
  await refreshAsClient(view, start, rules);
}

/** fsck, which also reads everything as a new client, says that all is well, and no temporary file of a dead process is left. */
export async function requireWhole(directory: string, mirror: Mirror): Promise<void> {
  const paths = pathsOf(directory);
  await clearLeftovers(new Disk(), paths.data, join(paths.data, 'blobs'));
  const names = readdirSync(paths.data, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    names.filter((name) => name.endsWith('.tmp')),
    [],
  );
  const report = await fsck(mirror);
  assert.deepEqual(report.findings, []);
}

/** Everything is under a released checkpoint, and the log goes on from what its head file had remembered. */
function requireReleased({ database, reader }: Mirror, remembered: Remembered | undefined): void {
  const size = logSize(database);
  assert.equal(releasedSize(database), size, 'no leaf waits for its checkpoint');
  assert.deepEqual(reader.released(), reader.currents());
  assert.ok(remembered?.root instanceof Uint8Array, 'a head file with a root');
  assert.ok(isSameHash(rootOf(remembered.size, storedNodes(database)), remembered.root), 'no fork (S-06)');
}

/**
 * Opens the place anew, looks at it, does the same step again, and looks once more.
 * @returns whether the step had taken effect before it failed
 */
export async function recover(directory: string, before: Known, step: Step): Promise<boolean> {
  const mirror = await open(directory, new FakeClock(LATER));
  try {
    return await goOn(directory, mirror, before, step);
  } finally {
    closeMirror(mirror);
  }
}

/** The same on a mirror that is open already: the process that met the failure goes on. */
export async function goOn(directory: string, mirror: Mirror, before: Known, step: Step): Promise<boolean> {
  await requireWhole(directory, mirror);
  const found = currentOf(mirror);
  const hadHappened = step.isDone(before.current, found, mirror);
  const remembered = await mirror.writerOptions.headFile.read();
  const shown = mirror.reader.released();
  assert.ok(isDeepStrictEqual(shown, [before.current]) || isDeepStrictEqual(shown, [found]), 'no third state is shown');
  const between = knownClient(mirror);
  if (hadHappened) await requireUpdate(mirror, before);
  else assert.deepEqual(found, before.current, 'the old state, whole');
  const highest = (['snapshot', 'timestamp'] as const).map((role) => mirror.reader.highestReserved(REPOSITORY, role));
  if (!hadHappened) {
    await step.perform(mirror);
    const now = currentOf(mirror);
    assert.ok(step.isDone(before.current, now, mirror), 'done again, the step succeeds');
    // S-04: what was reserved for the failed attempt is never signed again.
    if (now.snapshotVersion !== found.snapshotVersion) assert.ok(now.snapshotVersion > (highest[0] ?? 0), 'snapshot');
    if (now.timestampVersion !== found.timestampVersion)
      assert.ok(now.timestampVersion > (highest[1] ?? 0), 'timestamp');
  } else {
    // Done twice, a step does nothing, or says that it was done.
    await step.perform(mirror).catch((error: unknown) => {
      if (!isRefusal(error, 'STATE_ROOT_DRAFT')) throw error;
    });
    assert.deepEqual(currentOf(mirror), found);
  }
  await requireWhole(directory, mirror);
  requireReleased(mirror, remembered);
  await requireUpdate(mirror, before);
  if (hadHappened) await requireUpdate(mirror, between);
  return hadHappened;
}
