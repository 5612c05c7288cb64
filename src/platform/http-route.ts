/**
 * How connections are made: directly, or through a proxy. Private authorities hold on both routes (H-04), and the
 * proxy's credentials go to the proxy alone (H-03).
 */
import { Agent, type buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { Refusal } from '../errors.ts';
import type { TlsMaterial } from './http-tls.ts';

const MOST_HEADER_BYTES = 16_384;

export interface Proxy {
  readonly origin: string;
  /** `host:port`, for messages. */
  readonly host: string;
  /** The Proxy-Authorization header. A secret. */
  readonly authorization: string | undefined;
}

/**
 * Parses `http(s)://[user:password@]host[:port]`. SOCKS is left out on purpose: undici lost private authorities through
 * it once (H-04).
 * @throws CONFIG_INVALID; the address is not repeated, because it may hold a password.
 */
export function proxyAddress(text: string): Proxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.pathname === '/' && url.search === '' && url.hash === '';
  if (url === undefined || !isPlain || !/^https?:$/.test(url.protocol)) {
    throw new Refusal('CONFIG_INVALID', 'The proxy address is not of the form http(s)://[user:password@]host[:port].');
  }
  const { origin, host } = url;
  if (url.username === '' && url.password === '') return { origin, host, authorization: undefined };
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { origin, host, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  } catch {
    throw new Refusal('CONFIG_INVALID', 'The proxy address has malformed percent-encoding in its credentials.');
  }
}

/** `connectMs` bounds each socket; 0 would leave a socket that nobody waits for open as long as the system likes. */
export function buildDispatcher(tls: TlsMaterial, proxy: Proxy | undefined, connectMs: number): Dispatcher {
  const common = { allowH2: false, maxHeaderSize: MOST_HEADER_BYTES, pipelining: 1 };
  const upstream = { ...tls.upstream, timeout: connectMs };
  if (proxy === undefined) return new Agent({ ...common, connect: upstream });
  return new ProxyAgent({
    ...common,
    uri: proxy.origin,
    ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
    requestTls: upstream,
    proxyTls: { ...tls.proxy, timeout: connectMs },
    // Plain http: is asked for in absolute form, as proxies expect; most refuse to tunnel to port 80.
    proxyTunnel: false,
    factory: (origin, options) => {
      const settings = options as Pool.Options & { connect: buildConnector.connector };
      return new Pool(origin, { ...settings, connect: endingTunnels(settings.connect) });
    },
  });
}

/**
 * undici takes a proxy that hangs up in the middle of CONNECT for a stale connection, and tries again at once and for
 * ever, even when nobody waits any more. Under another code the same error ends the request.
 */
function endingTunnels(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [error] = outcome;
      if (error === null) callback(...outcome);
      else if (!/^UND_ERR_(SOCKET|INFO)$/.test((error as NodeJS.ErrnoException).code ?? '')) callback(error, null);
      else callback(Object.assign(new Error('The tunnel was closed.', { cause: error }), { code: 'ECONNRESET' }), null);
    });
}
