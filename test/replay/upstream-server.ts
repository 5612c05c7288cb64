/** A recorded state as a web server answers it: its files under their paths, 404 for everything else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedState } from './archive.ts';

export class UpstreamServer {
  /** What is answered now. */
  state: RecordedState | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '').slice(1);
      if (this.state?.sha256(path) === undefined) response.writeHead(404).end();
      else response.writeHead(200).end(this.state.bytes(path));
    });
  }

  static async start(): Promise<UpstreamServer> {
    const upstream = new UpstreamServer();
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
