/**
 * Refusals below `/v2/`, in Notary's words, because its clients show them: an envelope with one error. Writing is answered
 * with 400 and a reason that the client prints; 403, 404 and 405 make it say something misleading.
 * Source: the dialect’s description, 2.3.
 */
import type { ServerResponse } from 'node:http';
import { statusOf } from './problems.ts';

interface NotaryError {
  readonly code: string;
  readonly message: string;
  readonly detail: object;
}

/** One right, as far as it is told. */
interface Named {
  readonly type: string;
  readonly name: string;
  readonly action: string;
}

const ABSENT: NotaryError = {
  code: 'METADATA_NOT_FOUND',
  message: 'You have requested metadata that does not exist.',
  detail: {},
};
const READ_ONLY: NotaryError = {
  code: 'INVALID_UPDATE',
  message: 'Update sent by the client is invalid.',
  detail: { Name: 'ErrValidation', Error: { Msg: 'this server is a read-only mirror; publish upstream' } },
};

/** Whether a request is one to a Notary server. */
export function isNotaryPath(url: string): boolean {
  return url.startsWith('/v2/');
}

/** Whether it asks for a key of the server's, as clients do before they publish. */
export function isKeyPath(url: string): boolean {
  return /^\/v2\/.+\/_trust\/tuf\/(?:snapshot|timestamp)\.key$/.test(url);
}

/** What is not there; returns its status. */
export function refuseAbsent(response: ServerResponse, isHead: boolean): number {
  return send(response, statusOf('NOT_FOUND'), ABSENT, isHead);
}

/** What only a server that can be published to does; returns its status. */
export function refuseWriting(response: ServerResponse, isHead: boolean): number {
  // A body that was announced is not read, so nothing behind it may be taken for the next request (H-05).
  return send(response, statusOf('BAD_REQUEST'), READ_ONLY, isHead, ['Connection', 'close']);
}

/** What needs a token, or another one; returns its status. */
export function refuseReader(
  response: ServerResponse,
  { challenge, needed }: { readonly challenge: string; readonly needed: Named | undefined },
  isHead: boolean,
): number {
  const detail = needed ? [{ Type: needed.type, Class: '', Name: needed.name, Action: needed.action }] : [];
  const error = { code: 'UNAUTHORIZED', message: 'authentication required', detail };
  return send(response, statusOf('UNAUTHORIZED'), error, isHead, ['WWW-Authenticate', challenge]);
}

function send(
  response: ServerResponse,
  status: number,
  error: NotaryError,
  isHead: boolean,
  extra: readonly string[] = [],
): number {
  const body = Buffer.from(`${JSON.stringify({ errors: [error] })}\n`);
  const headers = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(body.length)];
  headers.push('Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff', ...extra);
  response.writeHead(status, headers);
  response.end(isHead ? undefined : body);
  return status;
}
