/** Answers per second of a real mirror, beside nginx with the same bytes: interleaved rounds, medians, the ratio. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contestant, Contestants } from './contestants.ts';
import { press } from './load.ts';
import type { Machine } from './machine.ts';
import type { Bench } from './main.ts';
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

interface Figures {
  readonly subject: Subject;
  readonly ours: number[];
  readonly theirs: number[];
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
      columns: ['what', 'bytes', 'ours', 'nginx', 'ours / nginx', 'ours, all rounds'],
      rows: rows.map((row) => figures(row, mirror)),
      notes: notes(machine),
    };
  } finally {
    await contestants.stop();
    await rm(place, { recursive: true, force: true });
  }
}

function ask(machine: Machine, { url, files }: Contestant, subject: Subject, seconds: number): Promise<number> {
  const { path, isRevalidated = false } = subject;
  const pin = machine.canPin ? ['taskset', '-c', '1'] : [];
  return press(machine, {
    url: url + path,
    seconds,
    pin,
    condition: isRevalidated ? files.get(path)?.etag : undefined,
  });
}

function figures({ subject, ours, theirs }: Figures, mirror: Contestant): string[] {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return [
    subject.name,
    whole(mirror.files.get(subject.path)?.bytes.length ?? 0),
    whole(median(ours)),
    theirs.length === 0 ? 'missing' : whole(median(theirs)),
    theirs.length === 0 ? '' : fixed(median(ratios)),
    ours.map(whole).join(' '),
  ];
}

function notes({ nginx, wrk }: Machine): string[] {
  return [
    'One process each; the ratio is the median of the rounds’ ratios.',
    ...(nginx === undefined ? ['nginx is not installed: no ratio. (Debian: nginx)'] : []),
    ...(wrk === undefined
      ? ['wrk is not installed: the own generator’s figures are a lower bound. (Debian: wrk)']
      : []),
    'aim: at least half of nginx for timestamp.json, from one process',
  ];
}
