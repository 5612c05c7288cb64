/** A whole mirror as an operator runs it: a data directory with one published repository and `countersign serve` on it. */
import type { Source } from '../src/acquire/source.ts';
import { importUpstream } from '../src/mirror.ts';
import { closeMirror } from '../src/open.ts';
import { systemClock } from '../src/platform/clock.ts';
import { enrol, makeMirror } from './data-directory.ts';
import { type RunningServer, startModule } from './running-server.ts';
import { makeSmallUpstream } from './small-upstream.ts';

/** What a mirror is made of. */
export interface BenchUpstream {
  readonly root: Uint8Array;
  open(): Source | Promise<Source>;
}

/**
 * @param pin words in front of the command line, which bind it to a core
 * @param upstream a small one unless given; its repository is called `sample`
 */
export async function startMirror(
  directory: string,
  pin: readonly string[],
  upstream: BenchUpstream = makeSmallUpstream(systemClock.now()),
): Promise<RunningServer> {
  const mirror = await makeMirror(directory, systemClock);
  const repository = await enrol(mirror, 'sample', upstream.root, { kind: 'all' });
  const openSource = async (): Promise<Source> => upstream.open();
  const { outcome } = await importUpstream(mirror, { repository, openSource, decisions: [], claim: {} });
  if (outcome !== 'published') throw new Error(`The import’s outcome is ${outcome}.`);
  closeMirror(mirror);
  const words = [
    'serve',
    '--json',
    '--data',
    mirror.dataDirectory,
    '--listen',
    '127.0.0.1:0',
    '--admin',
    '127.0.0.1:0',
  ];
  return startModule('../src/cli/main.ts', words, pin);
}
