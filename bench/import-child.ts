/**
 * One import in a process of its own, told apart by stage. Stages are seen from outside: by the files that the source is
 * asked for and by the names of the database operations, so the code under measurement is the shipped code.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectorySource } from '../src/acquire/directory-source.ts';
import type { Source } from '../src/acquire/source.ts';
import { type ImportResult, importUpstream } from '../src/mirror.ts';
import { closeMirror } from '../src/open.ts';
import { systemClock } from '../src/platform/clock.ts';
import { answer } from './children.ts';
import { enrol, makeMirror } from './data-directory.ts';

export interface Stage {
  readonly name: string;
  readonly seconds: number;
  readonly residentBytes: number;
}

export interface ImportFigures {
  readonly outcome: ImportResult['outcome'];
  readonly stages: readonly Stage[];
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly readSeconds: number;
}

export interface ImportAnswer {
  readonly first: ImportFigures;
  readonly again: ImportFigures;
  readonly peakBytes: number;
}

/** Stages in the order in which transactions begin and end. */
const BOUNDARIES = [
  ['sql BEGIN IMMEDIATE', 'read and verify upstream'],
  ['sql BEGIN IMMEDIATE', 'plan'],
  ['sql BEGIN IMMEDIATE', 'sign, and check as clients'],
  ['sql COMMIT', 'write rows'],
] as const;

class Stages {
  readonly made: Stage[] = [];
  #since = performance.now();

  restart(): void {
    this.made.length = 0;
    this.#since = performance.now();
  }

  readonly before = (operation: string): void => {
    const next = BOUNDARIES[this.made.length];
    if (operation === next?.[0]) this.end(next[1]);
  };

  end(name: string): void {
    const now = performance.now();
    this.made.push({ name, seconds: (now - this.#since) / 1000, residentBytes: process.memoryUsage.rss() });
    this.#since = now;
  }
}

const [, , upstream = '', work = ''] = process.argv;
const stages = new Stages();
const mirror = await makeMirror(work, systemClock, stages.before);
const root = await readFile(join(upstream, 'metadata', '1.root.json'));
const repository = await enrol(mirror, 'large', root, { kind: 'none' });

async function measure(): Promise<ImportFigures> {
  let reading = 0;
  const openSource = async (): Promise<Source> => {
    const source = await openDirectorySource(upstream);
    stages.restart();
    return Object.assign(Object.create(source) as Source, {
      metadata: async (...asked: Parameters<Source['metadata']>) => {
        const before = performance.now();
        const bytes = await source.metadata(...asked);
        reading += performance.now() - before;
        return bytes;
      },
      close: () => source.close(),
    });
  };
  const start = performance.now();
  const cpu = process.cpuUsage();
  const { outcome } = await importUpstream(mirror, { repository, openSource, decisions: [], claim: {} });
  stages.end(stages.made.length === BOUNDARIES.length ? 'commit to disk' : 'the rest');
  const { user, system } = process.cpuUsage(cpu);
  return {
    outcome,
    stages: [...stages.made],
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    readSeconds: reading / 1000,
  };
}

const first = await measure();
const again = await measure();
closeMirror(mirror);
answer({ first, again, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies ImportAnswer);
