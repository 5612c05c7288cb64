/** The steps that publish something, each on a place of its own: what is done, and how one sees that it was done. */
import type { Current } from '../../src/ledger/records.ts';
import { type Mirror, publishVerified, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { acceptRoot, draftNextRoot } from '../../src/publish/ceremony.ts';
import { renewDue } from '../../src/publish/renew.ts';
import { reverifyLast } from '../../src/publish/reverify.ts';
import type { RootDraft } from '../../src/sign/draft-document.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { FakeClock } from '../simulator/clock.ts';
import { holders, importFrom, LATER, open, type PlaceKind, REPOSITORY, upstreamAt } from './place.ts';

export interface Scenario {
  readonly name: string;
  /** Others do what these do, in another order: they are in test/slow only. */
  readonly isMain: boolean;
  readonly place: PlaceKind;
  /** The operation that only the transaction has which makes it happen. */
  readonly decisive: 'sql INSERT INTO current' | 'sql INSERT INTO import';
  /** Prepares what comes from elsewhere, then returns the step itself. */
  readonly prepare: (directory: string) => Promise<Step>;
}

export interface Step {
  readonly perform: (mirror: Mirror) => Promise<unknown>;
  readonly isDone: (before: Current, now: Current, mirror: Mirror) => boolean;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an import with new targets and a new targets key',
    isMain: true,
    place: 'online',
    decisive: 'sql INSERT INTO current',
    prepare() {
      const upstream = upstreamAt(2);
      return Promise.resolve({
        perform: (mirror) => importFrom(mirror, upstream),
        isDone: (before, now) => now.generation === before.generation + 1 && now.rootVersion === before.rootVersion + 1,
      });
    },
  },
  {
    name: 'a renewal',
    isMain: true,
    place: 'online',
    decisive: 'sql INSERT INTO current',
    prepare: () =>
      Promise.resolve({
        perform: (mirror) => withWriter(mirror, (writer) => renewDue(mirror, writer)),
        isDone: (before, now) => now.generation === before.generation && now.timestampVersion > before.timestampVersion,
      }),
  },
  {
    name: 'the acceptance of a root with new online keys',
    isMain: false,
    place: 'offline',
    decisive: 'sql INSERT INTO current',
    async prepare(directory) {
      const draft = await signedDraft(directory);
      return {
        perform: (mirror) => withWriter(mirror, (writer) => acceptRoot(mirror, writer, REPOSITORY, [draft])),
        isDone: (before, now) =>
          now.rootVersion === before.rootVersion + 1 && now.onlineEpoch === before.onlineEpoch + 1,
      };
    },
  },
  {
    name: 'an import that waits',
    isMain: false,
    place: 'commanded',
    decisive: 'sql INSERT INTO import',
    prepare() {
      const upstream = upstreamAt(2);
      return Promise.resolve({
        perform: (mirror) => importFrom(mirror, upstream),
        isDone: (before, now, { reader }) =>
          now.timestampVersion === before.timestampVersion && reader.lastAccepted(REPOSITORY)?.number === 2,
      });
    },
  },
  {
    name: 'the publication of an import that waited',
    isMain: false,
    place: 'waiting',
    decisive: 'sql INSERT INTO current',
    prepare: () =>
      Promise.resolve({
        perform: publishWaiting,
        isDone: (before, now) => now.generation === before.generation + 1 && now.rootVersion === before.rootVersion + 1,
      }),
  },
];

/** Where in its operations a scenario happens: before this COMMIT it has not, after it it has. */
export function decisiveCommit({ decisive }: Scenario, operations: readonly string[]): number {
  return operations.indexOf('sql COMMIT', operations.lastIndexOf(decisive));
}

async function publishWaiting(mirror: Mirror): Promise<void> {
  const { reader } = mirror;
  const enrolment = reader.enrolment(REPOSITORY);
  await withWriter(mirror, async (writer) => {
    const { candidate, number, memory } = await reverifyLast(mirror, enrolment);
    const current = reader.current(REPOSITORY);
    if (current && reader.importOfGeneration(REPOSITORY, current.generation) === number) return;
    await publishVerified(mirror, writer, { enrolment, candidate, import: number, memory, isCommanded: true });
  });
}

async function signedDraft(directory: string): Promise<RootDraft> {
  const mirror = await open(directory, new FakeClock(LATER));
  try {
    let draft = await draftNextRoot(mirror, { repository: REPOSITORY, rotateOnline: true });
    for (const holder of holders()) draft = signDraft(draft, holder.signerFor(REPOSITORY), LATER);
    return draft;
  } finally {
    closeMirror(mirror);
  }
}
