/** Swaps of what is served, over many collections in one record, in a process of their own. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { importUpstream, withWriter } from '../src/mirror.ts';
import { closeMirror, openReader } from '../src/open.ts';
import { openLog } from '../src/platform/log.ts';
import { renewDue } from '../src/publish/renew.ts';
import { RecordBodies } from '../src/serve/bodies.ts';
import { PublishedTrees } from '../src/serve/published.ts';
import { repositoryId } from '../src/tuf/names.ts';
import { SimulatedCollection } from '../test/simulator/collection.ts';
import { answer } from './children.ts';
import { enrol, makeMirror, movableClock } from './data-directory.ts';

export interface SwapAnswer {
  /** Milliseconds each. */
  readonly first: number;
  readonly all: readonly number[];
  readonly one: readonly number[];
  readonly hot: readonly number[];
  readonly old: readonly number[];
  readonly heapBytes: number;
}

const DAY_MS = 86_400_000;
const [, , work = '', collections = '', rounds = ''] = process.argv;
const upstream = new SimulatedCollection().delegate('targets/releases').add('v1', 'a1'.repeat(32)).publish();
const clock = movableClock(upstream.now);
const mirror = await makeMirror(work, clock);
const ids = Array.from({ length: Number(collections) }, (_, index) => repositoryId(`collection-${String(index)}`));
for (const id of ids) {
  await enrol(mirror, id, upstream.firstRoot, { kind: 'none' }, { name: upstream.gun, servedAs: servedAs(id) });
  const openSource = (): Promise<SimulatedCollection> => Promise.resolve(upstream);
  await importUpstream(mirror, { repository: id, openSource, decisions: [], claim: {} });
}

function servedAs(id: string): string {
  return `mirror.example/team/${id}`;
}

// Snapshots are due after half of their life: each round leaves one more behind.
for (let round = 1; round < Number(rounds); round++) {
  clock.move(16 * DAY_MS);
  await renew();
}

async function renew(only?: (typeof ids)[number]): Promise<void> {
  await withWriter(mirror, (writer) => renewDue(mirror, writer, { force: true, ...(only && { only }) }));
}

async function timed(work: () => void): Promise<number> {
  await new Promise(setImmediate);
  const start = performance.now();
  work();
  return performance.now() - start;
}

const reader = await openReader({ data: `${work}/data` });
const bodies = new RecordBodies(reader);
const trees = new PublishedTrees({ reader, bodies, clock, log: openLog({ clock, out: process.stderr }) });
collectGarbage();
const before = process.memoryUsage().heapUsed;
const first = await timed(() => trees.refresh());
collectGarbage();
const heapBytes = process.memoryUsage().heapUsed - before;

const [all, one, hot, old]: [number[], number[], number[], number[]] = [[], [], [], []];
const files = `/v2/${servedAs(ids[0] ?? '')}/_trust/tuf`;
for (let round = 0; round < 7; round++) {
  clock.move(DAY_MS / 2);
  await renew();
  all.push(await timed(() => trees.refresh()));
  clock.move(60_000);
  await renew(ids[0]);
  one.push(await timed(() => trees.refresh()));
  hot.push(await timed(() => found(`${files}/timestamp.json`)));
  const [oldest] = reader.issued(repositoryId(ids[1] ?? ''), 'snapshot').reverse();
  const path = `/v2/${servedAs(ids[1] ?? '')}/_trust/tuf/snapshot.${oldest?.fileSha256 ?? ''}.json`;
  old.push(await timed(() => found(path)));
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function found(path: string): void {
  if (!trees.now.find(path)) throw new Error(`${path} is not there`);
}

reader.close();
closeMirror(mirror);
answer({ first, all, one, hot, old, heapBytes } satisfies SwapAnswer);
