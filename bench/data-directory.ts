/** A fresh data directory with keys of its own, as `init` makes one for a trial, and a clock that the bench moves. */
import { join } from 'node:path';
import type { Collection } from '../src/ledger/records.ts';
import type { Clock } from '../src/platform/clock.ts';
import { Disk } from '../src/platform/disk.ts';
import { randomSecret } from '../src/platform/random.ts';
import { type Mirror, withWriter } from '../src/mirror.ts';
import { createDataDirectory, keysDirectory, openMirror } from '../src/open.ts';
import { createKeyring } from '../src/sign/keyring.ts';
import { sha256 } from '../src/tuf/digest.ts';
import { DEFAULT_LIMITS } from '../src/tuf/limits.ts';
import { type RepositoryId, repositoryId } from '../src/tuf/names.ts';
import type { Selection } from '../src/verify/selection.ts';

export interface MovableClock extends Clock {
  move(milliseconds: number): void;
}

export function movableClock(start: Date): MovableClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    after: () => () => undefined,
    move: (milliseconds) => void (now += milliseconds),
  };
}

/** @param before told of each disk and database operation, which is how stages are told apart */
export async function makeMirror(
  directory: string,
  clock: Clock,
  before?: (operation: string) => void,
): Promise<Mirror> {
  const paths = { data: join(directory, 'data') };
  const disk = new Disk();
  await disk.makePrivateDirectory(paths.data);
  await createKeyring(disk, keysDirectory(paths), randomSecret, { withRootOnline: true });
  const options = { clock, holder: 'bench' };
  await createDataDirectory(paths, options, 'online');
  return openMirror(paths, { ...options, before });
}

export async function enrol(
  mirror: Mirror,
  name: string,
  root: Uint8Array,
  selection: Selection,
  collection?: Collection,
): Promise<RepositoryId> {
  const id = repositoryId(name);
  const enrolment = {
    id,
    upstream: 'bench',
    ...(collection && { collection }),
    rootSha256: sha256(root),
    selection,
    // A recording grows older every day; how old is not what is measured.
    maxUpstreamAgeDays: 36_500,
    limits: DEFAULT_LIMITS,
    enrolledAt: mirror.clock.now(),
  };
  await withWriter(mirror, (writer) => writer.enrol(enrolment, root, {}));
  return id;
}
