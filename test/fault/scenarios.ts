/** The steps that publish something, each on a place of its own: what is done, and how one sees that it was done. */
import type { Current } from '../../src/ledger/records.ts';
import { type Mirror, withWriter } from '../../src/mirror.ts';
import { closeMirror } from '../../src/open.ts';
import { acceptRoot, draftNextRoot } from '../../src/publish/ceremony.ts';
import { renewDue } from '../../src/publish/renew.ts';
import type { RootDraft } from '../../src/sign/draft-document.ts';
import { signDraft } from '../../src/sign/root-draft.ts';
import { FakeClock } from '../simulator/clock.ts';
import { holders, importFrom, LATER, open, REPOSITORY, type RootKeys, upstreamAt } from './place.ts';

export interface Scenario {
  readonly name: string;
  readonly rootKeys: RootKeys;
  /** Prepares what comes from elsewhere, then returns the step itself. */
  readonly prepare: (directory: string) => Promise<Step>;
}

export interface Step {
  readonly perform: (mirror: Mirror) => Promise<unknown>;
  readonly isDone: (before: Current, now: Current) => boolean;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an import with new targets and a new targets key',
    rootKeys: 'online',
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
    rootKeys: 'online',
    prepare: () =>
      Promise.resolve({
        perform: (mirror) => withWriter(mirror, (writer) => renewDue(mirror, writer)),
        isDone: (before, now) => now.generation === before.generation && now.timestampVersion > before.timestampVersion,
      }),
  },
  {
    name: 'the acceptance of a root with new online keys',
    rootKeys: 'offline',
    async prepare(directory) {
      const draft = await signedDraft(directory);
      return {
        perform: (mirror) => withWriter(mirror, (writer) => acceptRoot(mirror, writer, REPOSITORY, [draft])),
        isDone: (before, now) =>
          now.rootVersion === before.rootVersion + 1 && now.onlineEpoch === before.onlineEpoch + 1,
      };
    },
  },
];

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
