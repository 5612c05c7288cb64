/** The two inner loops of verification, against what everybody else uses: strict JSON and canonical JSON. */
import canonicalJson from '@tufjs/canonical-json';
import { canonicalize } from '../src/tuf/canonical.ts';
import { jsonObject, parseJson, stringifyJson } from '../src/tuf/json.ts';
import type { Bench } from './main.ts';
import { fixed, median, type Table, whole } from './report.ts';

export function measureParsing({ isQuick }: Bench): Promise<Table> {
  const bytes = targetsFile(isQuick ? 500 : 10_000);
  const text = bytes.toString('utf8');
  const [value, plain] = [parseJson(bytes, 'bench'), JSON.parse(text) as object];
  const subjects = {
    'strict JSON': () => parseJson(bytes, 'bench'),
    'JSON.parse': () => JSON.parse(bytes.toString('utf8')) as unknown,
    'canonical form': () => canonicalize(value),
    '@tufjs/canonical-json': () => Buffer.from(canonicalJson.canonicalize(plain), 'utf8'),
  };
  const speeds = interleaved(subjects, bytes.length, isQuick ? 3 : 15);
  const row = (ours: string, theirs: string): string[] => {
    const mine = median(speeds.get(ours) ?? []);
    const other = median(speeds.get(theirs) ?? []);
    return [`${ours} / ${theirs}`, fixed(mine, 0), fixed(other, 0), fixed(mine / other)];
  };
  return Promise.resolve({
    title: `parsing: a targets file of ${whole(bytes.length)} bytes`,
    columns: ['ours / theirs', 'ours MB/s', 'theirs MB/s', 'ratio'],
    rows: [row('strict JSON', 'JSON.parse'), row('canonical form', '@tufjs/canonical-json')],
    notes: ['Strict JSON makes Maps and refuses what JSON.parse lets pass. Medians of interleaved rounds.'],
  });
}

type Subjects = Readonly<Record<string, () => unknown>>;

/** Takes turns, so that a busy neighbour slows all of them. @returns megabytes per second, by subject */
function interleaved(subjects: Subjects, size: number, rounds: number): Map<string, number[]> {
  const speeds = new Map<string, number[]>();
  for (let round = -2; round < rounds; round++) {
    for (const [name, work] of Object.entries(subjects)) {
      const before = performance.now();
      work();
      const speed = size / 1000 / (performance.now() - before);
      // The first two rounds are for the compiler.
      if (round >= 0) speeds.set(name, [...(speeds.get(name) ?? []), speed]);
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
