/**
 * The negative corpus: for each entry of the security catalogue, states of an upstream that must be refused with the right
 * code, or accepted with the right note. Each case has a repository of its own in one mirror: an honest state is imported,
 * spoilt, imported again; after a refusal the stored state is what it was, and a later honest state is still welcome.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Code } from '../../src/errors.ts';
import type { Limits } from '../../src/tuf/limits.ts';
import type { NoteKind } from '../../src/verify/notes.ts';
import { TestMirror } from '../simulator/mirror.ts';
import type { MirroredRepository } from '../simulator/mirrored.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';

export interface ImportCase {
  /** What is asserted, as a sentence; the entry’s id is put before it. */
  readonly says: string;
  /** Changes the upstream before its first, honest state. */
  readonly prepare?: (upstream: SimulatedUpstream) => unknown;
  /** Changes it after that was imported, and publishes. */
  readonly spoil: (upstream: SimulatedUpstream) => unknown;
  /** The refusal; or the notes of an import that goes through. */
  readonly outcome: Code | readonly NoteKind[];
  readonly limits?: Partial<Limits>;
  /** What else must be true of an accepted state, or of what the refusal said. */
  readonly then?: (mirrored: MirroredRepository, upstream: SimulatedUpstream, said: string) => void | Promise<void>;
}

/** A meaning that is not an import’s. */
export interface OtherCase {
  readonly says: string;
  readonly check: (mirrored: MirroredRepository, upstream: SimulatedUpstream) => void | Promise<void>;
}

/** By catalogue id. */
export type Corpus = Readonly<Record<string, readonly (ImportCase | OtherCase)[]>>;

/** targets → delegated → deep, a target in each, everything at version 1. */
export function honestUpstream(prepare: ImportCase['prepare'] = () => undefined): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file', 'content');
  upstream.author.delegate('targets', 'delegated', { paths: ['dir/*'] });
  upstream.author.delegate('delegated', 'deep', { paths: ['dir/*'] });
  upstream.add('dir/file', 'delegated content', 'delegated').add('dir/deep', 'deep content', 'deep');
  prepare(upstream);
  return upstream.publish();
}

export function runCorpus(corpus: Corpus): void {
  // Registered here, once for the file: inside a test it would be that test’s.
  const cleanUps: (() => Promise<void>)[] = [];
  after(() => Promise.all(cleanUps.map((cleanUp) => cleanUp())));
  let opening: Promise<TestMirror> | undefined;
  for (const [id, cases] of Object.entries(corpus)) {
    for (const tried of cases) {
      test(`${id} ${tried.says}`, async () => {
        opening ??= TestMirror.open({ after: (cleanUp) => void cleanUps.push(cleanUp) });
        const mirror = await opening;
        if ('check' in tried) {
          const upstream = honestUpstream();
          await tried.check(await importedOnce(mirror, upstream), upstream);
        } else await runImport(mirror, tried);
      });
    }
  }
}

async function runImport(mirror: TestMirror, tried: ImportCase): Promise<void> {
  const upstream = honestUpstream(tried.prepare);
  const mirrored = await importedOnce(mirror, upstream, tried.limits);
  const served = mirrored.published();
  tried.spoil(upstream);
  if (typeof tried.outcome !== 'string') {
    const { candidate } = await mirrored.importNow();
    assert.deepEqual([...new Set(candidate.content.notes.map(({ kind }) => kind))], [...tried.outcome]);
    await tried.then?.(mirrored, upstream, '');
    return;
  }
  const refusal = await mirrored.importRefused(tried.outcome);
  assert.deepEqual(mirrored.published(), served);
  await tried.then?.(mirrored, upstream, refusal.what);
  // Versions above those of the refused state, which are on record now.
  const honest = honestUpstream(tried.prepare);
  for (let times = 0; times < 3; times++) honest.publish('targets', 'delegated', 'deep');
  mirrored.source = honest;
  await mirrored.importNow();
}

async function importedOnce(
  mirror: TestMirror,
  upstream: SimulatedUpstream,
  limits: Partial<Limits> = {},
): Promise<MirroredRepository> {
  const mirrored = await mirror.enrol(upstream, { limits });
  await mirrored.importNow();
  return mirrored;
}
