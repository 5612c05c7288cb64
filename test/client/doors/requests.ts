/** Places over HTTP in tests: short patience, a server that says anything, and whether it is rid of us. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { httpPlace } from '../../../src/client/doors/http-place.ts';
import type { Patience } from '../../../src/client/doors/patience.ts';
import type { Place } from '../../../src/client/fetch/place.ts';

export interface Served {
  readonly place: Place;
  readonly url: URL;
}

/** A place at a server that answers like this; `asked` are the raw request paths, in order. */
export async function placeAt(
  t: TestContext,
  answer: RequestListener,
  patience: Partial<Patience> = {},
): Promise<Served & { readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  const url = await listen(t, server);
  return { place: httpPlace(url, { patience }), url, asked };
}

/** A place at a server that writes these bytes after each request head, then does `after`; `closed`: the connection is. */
export async function placeAtBytes(
  t: TestContext,
  bytes: string,
  after: (socket: Socket) => void = () => undefined,
  patience: Partial<Patience> = {},
): Promise<Served & { readonly closed: Promise<void> }> {
  let tell = (): void => undefined;
  const closed = new Promise<void>((resolve) => (tell = resolve));
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('close', () => tell());
    socket.once('data', () => socket.write(bytes, 'latin1', () => after(socket)));
  });
  const url = await listen(t, server);
  return { place: httpPlace(url, { patience }), url, closed };
}

/** Writes as fast as it is read, for ever. */
export function flood(write: (text: string) => boolean, onDrain: (more: () => void) => void): void {
  const more = (): void => {
    while (write('x'.repeat(1000)));
    onDrain(more);
  };
  more();
}

/** Listens on a free port; closed, with all its connections, when the test ends. */
async function listen(t: TestContext, server: Server): Promise<URL> {
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
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}
