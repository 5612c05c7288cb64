/** Renewals over many repositories in one record, in a process of their own: all timestamps at once, several rounds. */
import { importUpstream, withWriter } from '../src/mirror.ts';
import { closeMirror } from '../src/open.ts';
import { renewDue } from '../src/publish/renew.ts';
import { answer } from './children.ts';
import { enrol, makeMirror, movableClock } from './data-directory.ts';
import { makeSmallUpstream } from './small-upstream.ts';

export interface RenewalRound {
  readonly renewed: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

export interface RenewalAnswer {
  /** The first round derives every key; a server does that once. */
  readonly first: RenewalRound;
  readonly later: readonly RenewalRound[];
  /** A look that finds nothing due: what the server does each minute. */
  readonly idle: RenewalRound;
  readonly importSeconds: number;
}

const [, , work = '', repositories = '', rounds = ''] = process.argv;
const clock = movableClock(new Date());
const mirror = await makeMirror(work, clock);
const upstream = makeSmallUpstream(clock.now());

const start = performance.now();
for (let index = 0; index < Number(repositories); index++) {
  const repository = await enrol(mirror, `repository-${String(index)}`, upstream.root, { kind: 'none' });
  const openSource = (): ReturnType<typeof Promise.resolve<ReturnType<typeof upstream.open>>> =>
    Promise.resolve(upstream.open());
  await importUpstream(mirror, { repository, openSource, decisions: [], claim: {} });
}
const importSeconds = (performance.now() - start) / 1000;

async function renewAll(): Promise<RenewalRound> {
  const before = performance.now();
  const cpu = process.cpuUsage();
  const outcomes = await withWriter(mirror, (writer) => renewDue(mirror, writer));
  const { user, system } = process.cpuUsage(cpu);
  return {
    renewed: outcomes.filter(({ outcome }) => outcome === 'renewed').length,
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - before) / 1000,
  };
}

const HALF_A_DAY_MS = 43_200_000;
const made: RenewalRound[] = [];
for (let round = 0; round <= Number(rounds); round++) {
  clock.move(HALF_A_DAY_MS);
  made.push(await renewAll());
}
const idle = await renewAll();
closeMirror(mirror);
const [first = idle, ...later] = made;
answer({ first, later, idle, importSeconds } satisfies RenewalAnswer);
