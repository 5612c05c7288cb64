/** The real read path over a data directory, on loopback. It follows the record when it is told to. */
import type { Mirror } from '../../src/mirror.ts';
import { type DataPaths, openReader } from '../../src/open.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { listen } from '../../src/platform/listen.ts';
import { openLog } from '../../src/platform/log.ts';
import { RecordBodies } from '../../src/serve/bodies.ts';
import { PublicAnswers } from '../../src/serve/public.ts';
import { PublishedTrees } from '../../src/serve/published.ts';
import type { Readers } from '../../src/serve/readers.ts';
import { RequestCounts } from '../../src/serve/request-counts.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';

export interface Loopback {
  /** `http://127.0.0.1:PORT/ID`. */
  url(repository: RepositoryId): string;
  /** Goes over to what the record says now. */
  refresh(): void;
  stop(): Promise<void>;
}

export async function serveOnLoopback(
  { blobs, clock }: Mirror,
  paths: DataPaths,
  readers?: Readers,
): Promise<Loopback> {
  const reader = await openReader(paths);
  const log = openLog({ clock, out: { write: () => true } });
  const bodies = new RecordBodies(reader);
  const trees = new PublishedTrees({ reader, bodies, clock, log });
  const answers = new PublicAnswers({ trees, bodies, blobs, counts: new RequestCounts(), log, readers });
  trees.refresh();
  answers.setReady();
  const address = { host: '127.0.0.1', port: 0 };
  const listener = await listen(address, answers.answer, { clock: systemClock, setting: 'test', graceMs: 0 });
  return {
    url: (repository) => `http://127.0.0.1:${listener.address.port}/${repository}`,
    refresh: () => trees.refresh(),
    async stop() {
      await listener.close();
      reader.close();
    },
  };
}
