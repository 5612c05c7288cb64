/** Answers per second of a real mirror, beside nginx with the same bytes: interleaved rounds, medians, the ratio. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contestant, Contestants } from './contestants.ts';
import { press } from './load.ts';
import { cpuSecondsOf } from './process-time.ts';
import type { Machine } from './machine.ts';
import type { Bench } from './bench.ts';
import { fixed, median, type Table, whole } from './report.ts';

interface Subject {
  readonly name: string;
  readonly path: string;
  /** Asked with the entity tag of what is there. */
  readonly isRevalidated?: boolean;
  /** Node’s own server in place of the mirror: what it lacks is not ours to improve. */
  readonly isBare?: boolean;
}

const TIMESTAMP = '/sample/metadata/timestamp.json';
const SUBJECTS: readonly Subject[] = [
  { name: 'timestamp.json', path: TIMESTAMP },
  { name: 'timestamp.json, 304', path: TIMESTAMP, isRevalidated: true },
  { name: 'timestamp.json, Sigstore’s layout', path: '/sample/timestamp.json' },
  { name: 'a delegated role', path: '/sample/metadata/1.projects-tools.json' },
  { name: 'a target file', path: '/sample/targets/projects/tools/compass.txt' },
  { name: '(timestamp.json by node:http alone)', path: TIMESTAMP, isBare: true },
];

/** One round of one subject at one server. */
interface Answered {
  readonly perSecond: number;
  /** Microseconds of the server’s CPU per answer. */
  readonly cost: number;
}

interface Figures {
  readonly subject: Subject;
  readonly ours: Answered[];
  readonly theirs: Answered[];
}

export async function measureServing({ machine, isQuick, work }: Bench): Promise<Table> {
  const [seconds, rounds] = isQuick ? [1, 1] : [4, 5];
  const place = await mkdtemp(join(work, 'serving-'));
  const contestants = new Contestants();
  try {
    const { mirror, bare, nginx } = await contestants.start(machine, place, [
      ...new Set(SUBJECTS.map(({ path }) => path)),
    ]);
    const rows: readonly Figures[] = SUBJECTS.map((subject) => ({ subject, ours: [], theirs: [] }));
    // Round 0 is for the compiler and is not counted.
    for (let round = 0; round <= rounds; round++) {
      for (const { subject, ours, theirs } of rows) {
        const last = round === 0 ? 1 : seconds;
        const mine = await ask(machine, subject.isBare === true ? bare : mirror, subject, last);
        const other = nginx && (await ask(machine, nginx, subject, last));
        if (round > 0) ours.push(mine);
        if (round > 0 && other !== undefined) theirs.push(other);
      }
    }
    return {
      title: `serving: requests per second, 32 connections, ${String(rounds)} interleaved rounds of ${String(seconds)} s`,
      columns: ['what', 'bytes', 'ours/s', 'nginx/s', 'ratio', 'CPU µs ours', 'nginx', 'ratio'],
      rows: rows.map((row) => figures(row, mirror)),
      notes: notes(machine),
    };
  } finally {
    await contestants.stop();
    await rm(place, { recursive: true, force: true });
  }
}

async function ask(machine: Machine, server: Contestant, subject: Subject, seconds: number): Promise<Answered> {
  const { path, isRevalidated = false } = subject;
  const before = cpuSecondsOf(server.pid) ?? Number.NaN;
  const pressed = await press(machine, {
    url: server.url + path,
    seconds,
    pin: machine.canPin ? ['taskset', '-c', '1'] : [],
    condition: isRevalidated ? server.files.get(path)?.etag : undefined,
  });
  const cpuSeconds = (cpuSecondsOf(server.pid) ?? Number.NaN) - before;
  return { perSecond: pressed.requests / pressed.seconds, cost: (1e6 * cpuSeconds) / pressed.requests };
}

function figures({ subject, ours, theirs }: Figures, mirror: Contestant): string[] {
  const ratio = (measure: (answered: Answered) => number): string => {
    const ratios = ours.flatMap((mine, round) => (theirs[round] ? measure(mine) / measure(theirs[round]) : []));
    return ratios.length === 0 ? '' : fixed(median(ratios));
  };
  const perSecond = (answered: Answered[]): string =>
    answered.length === 0 ? 'missing' : whole(median(answered.map((one) => one.perSecond)));
  const cost = (answered: Answered[]): string =>
    answered.length === 0 ? '' : fixed(median(answered.map((one) => one.cost)), 1);
  return [
    subject.name,
    whole(mirror.files.get(subject.path)?.bytes.length ?? 0),
    ...[perSecond(ours), perSecond(theirs), ratio((one) => one.perSecond)],
    ...[cost(ours), cost(theirs), ratio((one) => one.cost)],
  ];
}

function notes({ nginx, wrk }: Machine): string[] {
  return [
    'One process each; ratios are medians of the rounds’ ratios. CPU is per answer, and steadier on a busy machine.',
    ...(nginx === undefined ? ['nginx is not installed: no ratio. (Debian: nginx)'] : []),
    ...(wrk === undefined
      ? ['wrk is not installed: the own generator’s figures are a lower bound. (Debian: wrk)']
      : []),
    'aim: 0.7 of nginx for timestamp.json, from one process',
  ];
}
