/** The two inner loops of verification, against what everybody else uses: strict JSON and canonical JSON. */
import { createRequire } from 'node:module';
import { canonicalize } from '../src/tuf/canonical.ts';
import { jsonObject, parseJson, stringifyJson } from '../src/tuf/json.ts';
import type { Bench } from './bench.ts';
import { fixed, median, type Table, whole } from './report.ts';

/** It is tuf-js’s own dependency, so it is asked for as tuf-js would ask. */
const fromTufJs = createRequire(createRequire(import.meta.url).resolve('tuf-js'));
const canonicalJson = createRequire(fromTufJs.resolve('@tufjs/models'))('@tufjs/canonical-json') as {
  canonicalize(value: unknown): string;
};

/** Targets in one file, and how many turns each subject takes: a bin among 16,384, and a large repository’s only file. */
const FILES = [
  { entries: 61, rounds: 1500 },
  { entries: 10_000, rounds: 40 },
];

export function measureParsing({ isQuick }: Bench): Promise<Table> {
  return Promise.resolve({
    title: 'parsing: targets files in memory, megabytes per second of CPU',
    columns: ['ours / theirs', 'targets', 'bytes', 'ours', 'theirs', 'ratio'],
    rows: FILES.flatMap(({ entries, rounds }) => compare(entries, isQuick ? Math.ceil(rounds / 10) : rounds)),
    notes: ['Strict JSON makes Maps and refuses what JSON.parse lets pass. Medians of interleaved rounds.'],
  });
}

function compare(entries: number, rounds: number): string[][] {
  const bytes = targetsFile(entries);
  const text = bytes.toString('utf8');
  const [value, plain] = [parseJson(bytes, 'bench'), JSON.parse(text) as object];
  const subjects = {
    'strict JSON': () => parseJson(bytes, 'bench'),
    'JSON.parse': () => JSON.parse(bytes.toString('utf8')) as unknown,
    'canonical form': () => canonicalize(value),
    '@tufjs/canonical-json': () => Buffer.from(canonicalJson.canonicalize(plain), 'utf8'),
  };
  const speeds = interleaved(subjects, bytes.length, rounds);
  const row = (ours: string, theirs: string): string[] => {
    const mine = median(speeds.get(ours) ?? []);
    const other = median(speeds.get(theirs) ?? []);
    return [
      `${ours} / ${theirs}`,
      whole(entries),
      whole(bytes.length),
      fixed(mine, 0),
      fixed(other, 0),
      fixed(mine / other),
    ];
  };
  return [row('strict JSON', 'JSON.parse'), row('canonical form', '@tufjs/canonical-json')];
}

type Subjects = Readonly<Record<string, () => unknown>>;

/** Takes turns, so that a busy neighbour slows all of them. @returns megabytes per second of CPU, by subject */
function interleaved(subjects: Subjects, size: number, rounds: number): Map<string, number[]> {
  const speeds = new Map(Object.keys(subjects).map((name): [string, number[]] => [name, []]));
  for (let round = -5; round < rounds; round++) {
    for (const [name, work] of Object.entries(subjects)) {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      const speed = size / (user + system);
      // The first rounds are for the compiler.
      if (round >= 0) speeds.get(name)?.push(speed);
    }
  }
  return speeds;
}

function targetsFile(entries: number): Buffer {
  const targets = Array.from({ length: entries }, (_, index): [string, ReturnType<typeof jsonObject>] => [
    `packages/${String(index % 97)}/example-package-${String(index)}.tar.gz`,
    jsonObject({ hashes: jsonObject({ sha256: index.toString(16).padStart(64, 'a') }), length: index }),
  ]);
  const signed = jsonObject({ _type: 'targets', spec_version: '1.0.34', targets: new Map(targets), version: 1 });
  return Buffer.from(stringifyJson(jsonObject({ signatures: [], signed })), 'utf8');
}
