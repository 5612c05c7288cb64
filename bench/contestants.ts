/** The servers that are compared: a mirror, Node’s own HTTP server, and nginx if it is installed, all with the same bytes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { startMirror } from './mirror-server.ts';
import { startNginx } from './nginx.ts';
import { type RunningServer, startModule } from './running-server.ts';

/** What a server answers for a path. */
export interface Served {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface Contestant {
  readonly url: string;
  readonly pid: number | undefined;
  readonly files: ReadonlyMap<string, Served>;
}

export class Contestants {
  readonly #running: RunningServer[] = [];

  /** @param paths what the mirror is asked for; the first is what Node’s own server answers with */
  async start(
    { nginx, canPin }: Machine,
    place: string,
    paths: readonly string[],
  ): Promise<{ mirror: Contestant; bare: Contestant; nginx: Contestant | undefined }> {
    const pin = canPin ? ['taskset', '-c', '0'] : [];
    for (const name of ['mirror', 'nginx']) await mkdir(join(place, name));
    const mirror = await this.#enter(startMirror(join(place, 'mirror'), pin), paths);
    const [first = new Uint8Array()] = [...mirror.files.values()].map(({ bytes }) => bytes);
    await writeFile(join(place, 'bare'), first);
    const bare = await this.#enter(startModule('./bare-child.ts', [join(place, 'bare')], pin), []);
    if (nginx === undefined) return { mirror, bare, nginx: undefined };
    const same = new Map([...mirror.files].map(([path, { bytes }]) => [path, bytes]));
    return { mirror, bare, nginx: await this.#enter(startNginx(join(place, 'nginx'), same, pin), paths) };
  }

  async stop(): Promise<void> {
    for (const server of this.#running) await server.stop();
  }

  /** Asking for each path also shows, before anything is measured, that it is answered. */
  async #enter(starting: Promise<RunningServer>, paths: readonly string[]): Promise<Contestant> {
    const server = await starting;
    this.#running.push(server);
    const files = new Map<string, Served>();
    for (const path of paths) {
      const response = await fetch(server.url + path);
      if (!response.ok) throw new Error(`${server.url}${path} answers ${String(response.status)}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      files.set(path, { bytes, etag: response.headers.get('etag') ?? '' });
    }
    return { url: server.url, pid: server.pid, files };
  }
}
