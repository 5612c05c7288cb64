/**
 * Sockets that answer. One place sets the limits of every HTTP server here, and none of them is lenient: requests that
 * two parsers could understand differently are refused by Node’s own strict parser (H-05), slow ones are cut off (R-01).
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, isIPv4 } from 'node:net';
import { Refusal } from '../errors.ts';
import type { Clock } from './clock.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ListenOptions {
  readonly clock: Clock;
  /** The setting that the address came from, for messages: `--listen`. */
  readonly setting: string;
  /** How long answers in flight may still take once the listener closes. */
  readonly graceMs?: number;
  readonly limits?: Partial<ListenerLimits>;
}

export interface ListenerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Longer than the usual 60 s of front proxies, so that it is never we who close a connection they reuse. */
  readonly keepAliveTimeoutMs: number;
  /** A client that takes no byte of its answer for so long has gone. */
  readonly idleTimeoutMs: number;
  /** A target name of 1024 bytes, percent-encoded, fits several times. */
  readonly maxHeaderBytes: number;
  readonly maxConnections: number;
}

export const DEFAULT_LISTENER_LIMITS: ListenerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 75_000,
  idleTimeoutMs: 120_000,
  maxHeaderBytes: 16_384,
  maxConnections: 8192,
};

export interface Listener {
  /** Where it listens; the port is the real one when 0 was asked for. */
  readonly address: Address;
  readonly url: string;
  /** Takes no new connection, lets answers in flight finish, and cuts off what is left after the grace. */
  close(): Promise<void>;
}

/** `ADDR:PORT`, `[IPv6]:PORT`. @throws CONFIG_INVALID */
export function parseAddress(text: string, setting: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    throw new Refusal(
      'CONFIG_INVALID',
      `${setting} is ${JSON.stringify(text.slice(0, 80))}, which is not an address.`,
      {
        next: `Write ${setting} as 127.0.0.1:8700, [::1]:8700 or name:port.`,
      },
    );
  }
  return { host, port };
}

/** True only for addresses that no other machine can reach. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Opens a listener. @throws CONFIG_LISTEN when the address cannot be had */
export async function listen(address: Address, answer: RequestListener, options: ListenOptions): Promise<Listener> {
  const server = createStrictServer(answer, { ...DEFAULT_LISTENER_LIMITS, ...options.limits });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(asListenRefusal(error, address, options.setting)));
    server.listen({ host: address.host, port: address.port, backlog: 1024 }, resolve);
  });
  // Errors of a listening server are about single connections (too many open files); serving goes on.
  server.removeAllListeners('error').on('error', () => undefined);
  const { address: host, port } = server.address() as AddressInfo;
  return {
    address: { host, port },
    url: `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    close: () => close(server, options.clock, options.graceMs ?? 10_000),
  };
}

function createStrictServer(answer: RequestListener, limits: ListenerLimits): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      requireHostHeader: true,
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      // How often the two limits above are looked at; Node’s own 30 s would stretch them.
      connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
    },
    answer,
  );
  server.timeout = limits.idleTimeoutMs;
  server.maxConnections = limits.maxConnections;
  return server;
}

const LOOK_AGAIN_MS = 50;

async function close(server: Server, clock: Clock, graceMs: number): Promise<void> {
  const deadline = clock.now().getTime() + graceMs;
  let cancel = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // A kept-alive connection becomes idle when its answer is through, at any time after close(): look until none is left.
  const look = (): void => {
    if (clock.now().getTime() >= deadline) server.closeAllConnections();
    else server.closeIdleConnections();
    cancel = clock.after(LOOK_AGAIN_MS, look);
  };
  look();
  await closed;
  cancel();
}

const REASONS: Readonly<Record<string, readonly [what: string, next: string]>> = {
  EADDRINUSE: ['another process listens there', 'Stop that process (`ss -ltnp` names it), or choose another port.'],
  EACCES: ['this account may not listen there', 'Choose a port above 1023, or grant CAP_NET_BIND_SERVICE.'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'Choose an address of this machine (`ip address`).'],
  ENOTFOUND: ['the name has no address', 'Write an IP address, or correct the name.'],
};

function asListenRefusal(error: Error, { host, port }: Address, setting: string): Error {
  const reason = REASONS[String((error as NodeJS.ErrnoException).code)];
  if (!reason) return error;
  const [what, next] = reason;
  return new Refusal('CONFIG_LISTEN', `${setting} ${host}:${String(port)} cannot be opened: ${what}.`, {
    details: { setting, host, port },
    next,
    cause: error,
  });
}
