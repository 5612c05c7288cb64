/** Offices that are made once for each name and copied for each test: making one costs more than most tests of it. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Mirror } from '../../src/mirror.ts';
import { closeMirror, openMirror } from '../../src/open.ts';
import { DEFAULT_LIFETIMES } from '../../src/publish/lifetimes.ts';
import { FakeClock } from '../simulator/clock.ts';
import type { Scope } from '../simulator/mirror.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

/** What a model is copied from. */
interface MadeOffice {
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  /** What upstream’s file has said so far. */
  readonly content: readonly string[];
}

interface Model {
  readonly data: string;
  readonly now: Date;
  readonly content: readonly string[];
}

interface CopiedOffice {
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  readonly upstream: SimulatedUpstream;
}

const models = new Map<string, Promise<Model>>();
const rooms: string[] = [];
after(async () => {
  for (const room of rooms) await rm(room, { recursive: true, force: true });
});

/** A copy of the office of this name, which is made by the first who asks for it. */
export async function copyOfModel(
  scope: Scope,
  name: string,
  make: (modelling: Scope) => Promise<MadeOffice>,
): Promise<CopiedOffice> {
  const known = models.get(name) ?? makeModel(make);
  models.set(name, known);
  const { data, now, content } = await known;
  const parent = await mkdtemp(join(tmpdir(), 'countersign-office-'));
  await cp(data, join(parent, 'mirror'), { recursive: true });
  const clock = new FakeClock(now);
  const options = { clock, holder: 'test', lifetimes: DEFAULT_LIFETIMES };
  const mirror = await openMirror({ data: join(parent, 'mirror') }, options);
  scope.after(async () => {
    closeMirror(mirror);
    await rm(parent, { recursive: true, force: true });
  });
  return { mirror, clock, upstream: contentOf(content) };
}

async function makeModel(make: (modelling: Scope) => Promise<MadeOffice>): Promise<Model> {
  const room = await mkdtemp(join(tmpdir(), 'countersign-model-'));
  rooms.push(room);
  const ends: (() => Promise<void>)[] = [];
  const { mirror, clock, content } = await make({ after: (end) => void ends.push(end) });
  const data = join(room, 'mirror');
  mirror.database.script('PRAGMA wal_checkpoint(TRUNCATE)');
  await cp(mirror.dataDirectory, data, { recursive: true });
  const now = clock.now();
  for (const end of ends) await end();
  return { data, now, content };
}

/** Upstream after it published each of these contents, one after the other. */
function contentOf(contents: readonly string[]): SimulatedUpstream {
  const upstream = new SimulatedUpstream();
  for (const text of contents) upstream.add('file.txt', text).publish('targets');
  return upstream;
}
