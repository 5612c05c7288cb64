/** Sends a prepared answer, or what a condition makes of it. */
import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { settleByCondition } from './conditions.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Returns the status that was sent. */
export function sendAnswer(
  answer: Answer,
  headers: Readonly<RequestHeaders>,
  response: ServerResponse,
  isHead: boolean,
): number {
  const settled = settleByCondition(headers, answer.etag, answer.unchangedHeaders, response, isHead);
  return settled ?? sendBody(answer, response, isHead);
}

export function sendBody({ headers, body, text }: Answer, response: ServerResponse, isHead: boolean): number {
  response.writeHead(200, headers);
  if (isHead) response.end();
  else if (text === undefined) response.end(body);
  else response.end(text, 'latin1');
  return 200;
}
