/** Servers on 127.0.0.1 that live as long as one test, and the doors and sources that talk to them. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { TestContext } from 'node:test';
import { type HttpSourceOptions, openHttpSource } from '../../src/acquire/http-source.ts';
import type { Source } from '../../src/acquire/source.ts';
import { type HttpDoor, openHttp } from '../../src/platform/http.ts';
import type { HttpOptions } from '../../src/platform/http-connections.ts';
import { ManualClock } from './manual-clock.ts';

export interface Listening {
  readonly port: number;
  readonly url: URL;
  /** Raw request paths, in order. */
  readonly asked: string[];
}

/** Something that a server does once and a test waits for. */
export class Latch {
  #resolve: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  open(): void {
    this.#resolve();
  }
}

/** A plain HTTP server. */
export async function serve(t: TestContext, answer: RequestListener): Promise<Listening> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  return { ...(await listen(t, server, 'http')), asked };
}

/** The same over TLS. */
export async function serveTls(t: TestContext, options: ServerOptions, answer: RequestListener): Promise<Listening> {
  const asked: string[] = [];
  const server = createTlsServer(options, (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  server.on('tlsClientError', () => undefined);
  return { ...(await listen(t, server, 'https')), asked };
}

/** A server that says exactly these bytes to every connection once the request head is complete, then does `after`. */
export async function serveBytes(t: TestContext, bytes: string, after: (socket: Socket) => void): Promise<Listening> {
  return serveRaw(t, (socket) => {
    socket.once('data', () => {
      socket.write(bytes, 'latin1', () => after(socket));
    });
  });
}

export async function serveRaw(t: TestContext, accept: (socket: Socket) => void): Promise<Listening> {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined);
    accept(socket);
  });
  return { ...(await listen(t, server, 'http')), asked: [] };
}

/** Files by raw path; everything else is 404. */
export async function serveFiles(t: TestContext, files: Readonly<Record<string, string>>): Promise<Listening> {
  return serve(t, (request, response) => {
    const body = files[request.url ?? ''];
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
}

export async function door(t: TestContext, options: Partial<HttpOptions> = {}): Promise<HttpDoor> {
  const opened = await openHttp({ clock: new ManualClock(), ...options });
  t.after(() => opened.close());
  return opened;
}

export async function source(t: TestContext, base: URL, options: Partial<HttpSourceOptions> = {}): Promise<Source> {
  const opened = await openHttpSource(base, { clock: new ManualClock(), ...options });
  t.after(() => opened.close());
  return opened;
}

export async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The whole body of one file, within a megabyte. */
export async function getText(opened: HttpDoor, url: URL, maxBytes = 1_000_000): Promise<string> {
  return text((await opened.get(url, { maxBytes })).body);
}

/** Listens on a free port; closed, with all its connections, when the test ends. */
export async function listen(t: TestContext, server: Server, scheme: string): Promise<{ port: number; url: URL }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: new URL(`${scheme}://127.0.0.1:${port}/`) };
}
