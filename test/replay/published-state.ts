/** The newest recorded state, imported by a mirror of its own at one date, and served. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { mock, type TestContext } from 'node:test';
import { openDirectorySource } from '../../src/acquire/directory-source.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';
import { FakeClock } from '../simulator/clock.ts';
import { Archive, findArchive, type RecordedState } from './archive.ts';
import { ServedMirror } from './served-mirror.ts';

const SEQ = 770;
export const THREE_MONTHS_LATER = new Date('2026-11-22T12:00:00Z');
const path = findArchive();
export const skip =
  path === undefined ? 'there is no archive of recorded states; COUNTERSIGN_STATES may name one' : false;

export interface Published {
  readonly served: ServedMirror;
  readonly clock: FakeClock;
  readonly repository: RepositoryId;
  readonly state: RecordedState;
  /** The only delegation of this state, and the one target that it lists. */
  readonly delegation: { readonly role: string; readonly target: string };
}

export async function publishedAt(t: TestContext, date?: Date): Promise<Published | undefined> {
  const archive = new Archive(path ?? '');
  t.after(() => archive.remove());
  const state = archive.states.find(({ seq }) => seq === SEQ);
  if (!state) {
    t.skip(`the archive does not hold state ${SEQ}`);
    return undefined;
  }
  const now = date ?? state.date;
  mock.timers.enable({ apis: ['Date'], now });
  const clock = new FakeClock(now);
  const served = await ServedMirror.start(clock);
  t.after(async () => {
    await served.stop();
    mock.timers.reset();
  });
  const repository = await served.enrol('replay', 'recorded', state.bytes('metadata/1.root.json'));
  const directory = mkdtempSync(join(archive.directory, 'state-'));
  state.layOut(directory);
  const result = await served.import(repository, () => openDirectorySource(directory));
  assert.equal(result.outcome, 'published');
  return { served, clock, repository, state, delegation: onlyDelegation(state) };
}

function onlyDelegation(state: RecordedState): { role: string; target: string } {
  interface Targets {
    signed: { delegations?: { roles: { name: string }[] }; targets: Record<string, unknown> };
  }
  const parse = (file: string): Targets => JSON.parse(state.bytes(file).toString('utf8')) as Targets;
  const roles = parse('metadata/targets.json').signed.delegations?.roles ?? [];
  assert.equal(roles.length, 1);
  const role = roles[0]?.name ?? '';
  const [target] = Object.keys(parse(`metadata/${role}.json`).signed.targets);
  assert.ok(target !== undefined);
  return { role, target };
}
