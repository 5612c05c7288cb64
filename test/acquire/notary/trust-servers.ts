/** Notary servers and token servers on 127.0.0.1, as far as a source asks them, and what they were asked. */
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { type NotaryServer, type NotaryServerOptions, openNotaryServer } from '../../../src/acquire/notary/server.ts';
import { ManualClock } from '../manual-clock.ts';
import { type Listening, serve } from '../servers.ts';

export const GUN = 'registry.example.com/team/app';
export const NOT_FOUND =
  '{"errors":[{"code":"METADATA_NOT_FOUND","message":"You have requested metadata that does not exist.","detail":{}}]}\n';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface TrustServer extends Listening {
  readonly requests: readonly Asked[];
}

/** What is said to one path; anything else is Notary's own 404, and `/v2/` an open door. */
export type Answers = Readonly<Record<string, string | ((request: IncomingMessage, response: ServerResponse) => void)>>;

export async function trustServer(t: TestContext, answers: Answers): Promise<TrustServer> {
  const requests: Asked[] = [];
  const listening = await serve(t, answering(answers, requests));
  return { ...listening, requests };
}

/** For servers that are started otherwise, over TLS for example. */
export function answering(answers: Answers, requests: Asked[] = []): RequestListener {
  return (request, response) => {
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    const answer = answers[path] ?? answers[path.replace(/\?.*$/, '?')];
    if (typeof answer === 'function') answer(request, response);
    else if (answer !== undefined) response.end(answer);
    else if (path === '/v2/') response.end('{}');
    else refuse(response, 404, NOT_FOUND);
  };
}

export function refuse(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}

/** A server whose files need a token from `realm`; it takes what `isGood` takes. */
export function guarded(
  realm: string | (() => string),
  files: Answers,
  isGood: (authorization: string) => boolean = () => true,
): Answers {
  const demand = (response: ServerResponse): void => {
    const address = typeof realm === 'string' ? realm : realm();
    const challenge = `Bearer realm="${address}",service="notary-server",scope="repository:${GUN}:*"`;
    response.setHeader('www-authenticate', challenge);
    refuse(response, 401, '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}');
  };
  const behind = Object.entries(files).map(([path, answer]): [string, Answers[string]] => [
    path,
    (request, response) => {
      const { authorization } = request.headers;
      if (authorization === undefined || !isGood(authorization)) demand(response);
      else if (typeof answer === 'function') answer(request, response);
      else response.end(answer);
    },
  ]);
  return { ...Object.fromEntries(behind), '/v2/': (_request, response) => demand(response) };
}

export async function notary(
  t: TestContext,
  address: URL,
  options: Partial<NotaryServerOptions> = {},
): Promise<NotaryServer> {
  const opened = await openNotaryServer(address, { clock: new ManualClock(), ...options });
  t.after(() => opened.close());
  return opened;
}

/** The path of a file of the collection. */
export function file(name: string, gun = GUN): string {
  return `/v2/${gun}/_trust/tuf/${name}`;
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
