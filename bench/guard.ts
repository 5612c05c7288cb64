/** What a refresh costs a client: the guard, which verifies mirror and upstream, beside tuf-js, which believes the mirror. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectorySource } from '../src/acquire/directory-source.ts';
import { NO_FLOOR, type Pin } from '../src/client/pin/pin.ts';
import { writePin } from '../src/client/pin/pin-write.ts';
import { systemClock } from '../src/platform/clock.ts';
import { repositoryId } from '../src/tuf/names.ts';
import { Archive, findArchive } from '../test/replay/archive.ts';
import type { Bench } from './bench.ts';
import { run } from './children.ts';
import type { GuardAnswer } from './guard-child.ts';
import { type BenchUpstream, startMirror } from './mirror-server.ts';
import { fixed, median, met, type Table, whole } from './report.ts';
import { makeSmallUpstream } from './small-upstream.ts';

const AIM_FIRST_MS = 150;
const AIM_UNCHANGED_CPU_MS = 10;
const CONTESTANTS = ['guard', 'guard, new each time', 'guard, on disk', 'tuf-js'];

export async function measureGuard({ isQuick, work }: Bench): Promise<Table> {
  const place = await mkdtemp(join(work, 'guard-'));
  const path = findArchive();
  const archive = path === undefined ? undefined : new Archive(path);
  const { name, ...upstream } = (archive && (await newestState(archive, place))) ?? smallUpstream();
  const server = await startMirror(place, [], upstream);
  try {
    const url = `${server.url}/sample`;
    const pin = Buffer.from(writePin(await pinFor(url, upstream.root))).toString('base64');
    const answers = new Map<string, GuardAnswer>();
    for (const contestant of CONTESTANTS)
      answers.set(
        contestant,
        (await run('./guard-child.ts', contestant, url, pin, place, isQuick ? '3' : '40')) as GuardAnswer,
      );
    return table(name, answers);
  } finally {
    await server.stop();
    archive?.remove();
    await rm(place, { recursive: true });
  }
}

interface NamedUpstream extends BenchUpstream {
  readonly name: string;
}

function smallUpstream(): NamedUpstream {
  return {
    ...makeSmallUpstream(systemClock.now()),
    name: 'the sample upstream (there is no archive of recorded states)',
  };
}

/** Enrolled at upstream’s first root, so that a first refresh walks the whole chain. */
async function newestState(archive: Archive, place: string): Promise<NamedUpstream | undefined> {
  const state = archive.states.at(-1);
  if (!state) return undefined;
  const directory = await mkdtemp(join(place, 'state-'));
  state.layOut(directory);
  const root = new Uint8Array(state.bytes('metadata/1.root.json'));
  return {
    name: `Sigstore’s recorded state ${String(state.seq)}, from root 1`,
    root,
    open: () => openDirectorySource(directory),
  };
}

async function pinFor(url: string, upstreamRoot: Uint8Array): Promise<Pin> {
  const answer = await fetch(`${url}/metadata/1.root.json`);
  const long = 36_000 * 86_400_000;
  return {
    repository: repositoryId('sample'),
    location: { base: new URL(`${url}/`), metadata: undefined, targets: undefined },
    mirrorRoot: new Uint8Array(await answer.arrayBuffer()),
    upstreamRoot,
    targets: undefined,
    floor: NO_FLOOR,
    policy: { maxUpstreamAge: long, maxOffline: 0, grace: new Map(), warnBefore: 0 },
    expires: undefined,
  };
}

function table(name: string, answers: ReadonlyMap<string, GuardAnswer>): Table {
  const par = answers.get('tuf-js');
  const rows = [...answers].flatMap(([contestant, { first, unchanged }]) =>
    (
      [
        ['first', first, par?.first],
        ['unchanged', unchanged, par?.unchanged],
      ] as const
    ).map(([what, rounds, other]) => {
      const [ms, cpu] = [median(rounds.milliseconds), median(rounds.cpuMilliseconds)];
      return [
        `${contestant}: ${what}`,
        whole(rounds.requests),
        fixed(ms, 1),
        fixed(cpu, 1),
        fixed(ms / median(other?.milliseconds ?? [ms]), 2),
        fixed(cpu / median(other?.cpuMilliseconds ?? [cpu]), 2),
      ];
    }),
  );
  const guard = answers.get('guard');
  const firstMs = median(guard?.first.milliseconds ?? []);
  const unchangedCpu = median(guard?.unchanged.cpuMilliseconds ?? []);
  return {
    title: `guard: refreshes of ${name}`,
    columns: ['client: refresh', 'requests', 'ms', 'CPU ms', 'ms / tuf-js', 'CPU / tuf-js'],
    rows,
    notes: [
      'Medians. tuf-js verifies the mirror’s three roles and targets; the guard verifies upstream’s chain, timestamp and snapshot as well.',
      `aims: first under ${String(AIM_FIRST_MS)} ms (${met(firstMs < AIM_FIRST_MS)}), unchanged one request (${met(guard?.unchanged.requests === 1)}) and under ${String(AIM_UNCHANGED_CPU_MS)} ms of CPU (${met(unchangedCpu < AIM_UNCHANGED_CPU_MS)})`,
    ],
  };
}
