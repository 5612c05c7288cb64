/**
 * What a Notary server's answer means (H-01): the bytes of a 200, “no such file” only from the server itself, and nothing
 * known in every other case. A 404 of a proxy, a load balancer or a web server in the wrong place would otherwise end the
 * search for newer roots, or remove a collection from a rescue.
 */
import { isRefusal, Refusal } from '../../errors.ts';
import { nameOf } from '../../platform/http-answer.ts';
import { type Json, parseJson } from '../../tuf/json.ts';
import type { Reply } from './exchange.ts';

const NOT_FOUND = 'METADATA_NOT_FOUND';

/** @throws SOURCE_NOT_FOUND, SOURCE_STATUS; the code of a Notary error is in its details as `reason`. */
export function bodyOf(reply: Reply, next?: string): Uint8Array {
  const { status, url, body } = reply;
  if (status === 200 && body !== undefined) return body;
  const name = nameOf(url);
  const code = errorCode(body, name);
  const details = { host: url.host, file: name, status, ...(code === undefined ? {} : { reason: code }) };
  if (status === 404 && code === NOT_FOUND) {
    throw new Refusal('SOURCE_NOT_FOUND', `${name} does not exist (status 404, ${code}).`, { details });
  }
  const said = code === undefined ? '' : ` (${code})`;
  const advice = status === 404 ? 'Check the address: what answers there does not speak as a Notary server.' : next;
  throw new Refusal('SOURCE_STATUS', `${name} was answered with status ${status}${said}.`, {
    details,
    ...(advice === undefined ? {} : { next: advice }),
  });
}

/**
 * The code of `{"errors":[{"code":…}]}` with exactly one error, as clients demand it. Nothing else of it is repeated: its
 * message and detail are a stranger's text.
 */
function errorCode(body: Uint8Array | undefined, label: string): string | undefined {
  if (body === undefined) return undefined;
  const errors = member(parsed(body, label), 'errors');
  const code = Array.isArray(errors) && errors.length === 1 ? member(errors[0], 'code') : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z_]{0,63}$/.test(code) ? code : undefined;
}

function parsed(body: Uint8Array, label: string): Json | undefined {
  try {
    return parseJson(body, label, 8);
  } catch (error) {
    if (isRefusal(error, 'TRUST_JSON')) return undefined;
    throw error;
  }
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value instanceof Map ? value.get(name) : undefined;
}
