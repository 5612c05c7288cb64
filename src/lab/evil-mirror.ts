/**
 * A server that answers whatever the attack wants, on a loopback socket. It has nothing but a tree of bytes: what clients
 * make of them is their own doing.
 */
import { systemClock } from '../platform/clock.ts';
import { type Listener, listen } from '../platform/listen.ts';
import type { ServedTree } from './served-tree.ts';

interface Stage {
  shown?: ServedTree;
}

export class EvilMirror {
  readonly #stage: Stage;
  readonly #listener: Listener;

  private constructor(stage: Stage, listener: Listener) {
    this.#stage = stage;
    this.#listener = listener;
  }

  static async open(): Promise<EvilMirror> {
    const stage: Stage = {};
    const listener = await listen(
      { host: '127.0.0.1', port: 0 },
      ({ url = '' }, response) => {
        const bytes = find(stage, url);
        response.writeHead(bytes ? 200 : 404, { 'content-length': bytes?.length ?? 0 });
        response.end(bytes);
      },
      { clock: systemClock, setting: 'the lab', graceMs: 0 },
    );
    return new EvilMirror(stage, listener);
  }

  /** From now on it answers with this, whoever asks. */
  show(tree: ServedTree): void {
    this.#stage.shown = tree;
  }

  /** The repository’s address, with a slash at its end. */
  urlOf({ repository }: ServedTree): URL {
    return new URL(`${this.#listener.url}/${repository}/`);
  }

  close(): Promise<void> {
    return this.#listener.close();
  }
}

function find({ shown }: Stage, url: string): Uint8Array | undefined {
  const [, repository, ...below] = url.split('/');
  if (repository === 'log') return shown?.log.find(below.join('/'));
  return repository === shown?.repository ? shown?.files.get(decodeURIComponent(below.join('/'))) : undefined;
}
