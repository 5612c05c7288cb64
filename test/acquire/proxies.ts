/** A small forward proxy: tunnels for https:, absolute form for http:. It keeps what it was told. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as forward,
  type Server,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Certified } from './certificates.ts';
import { listen } from './servers.ts';

export interface Proxy {
  readonly port: number;
  /** `CONNECT host:port` or `GET http://…`, in order. */
  readonly asked: string[];
  /** The Proxy-Authorization header of each of them. */
  readonly credentials: (string | undefined)[];
}

export async function serveProxy(t: TestContext, options: { accepts?: string; tls?: Certified } = {}): Promise<Proxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const isWelcome = (request: IncomingMessage): boolean => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    credentials.push(request.headers['proxy-authorization']);
    return options.accepts === undefined || request.headers['proxy-authorization'] === options.accepts;
  };
  const { tls } = options;
  const server: Server = tls === undefined ? createServer() : createTlsServer({ cert: tls.certificate, key: tls.key });
  server.on('request', (request, response) => {
    if (!isWelcome(request)) {
      response.writeHead(407).end();
      return;
    }
    forward(request.url ?? '', { headers: withoutCredentials(request.headers) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    if (!isWelcome(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const tunnel = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
    socket.on('close', () => tunnel.destroy());
  });
  return { ...(await listen(t, server, 'http')), asked, credentials };
}

function withoutCredentials(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const rest = { ...headers };
  delete rest['proxy-authorization'];
  return rest;
}
