/**
 * Network trouble in plain words: which host, and the reason an operator can act on. Anything that is not the network's
 * doing passes through unchanged, because it is a bug of ours and must look like one.
 */
import { Refusal } from '../errors.ts';
import { nameOf } from './http-answer.ts';

/** What the explanation needs to know about the door. */
export interface Circumstances {
  readonly hasPrivateAuthority: boolean;
  /** `host:port` of the proxy, without credentials; undefined when connecting directly. */
  readonly proxyHost: string | undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'name lookup does not work at the moment',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'the connection was closed before an answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer is not valid HTTP',
  UND_ERR_PRX_TLS: 'the certificate of the proxy is for another name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet (is this clock right?)',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS there',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server asks for a client certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the server refused the TLS handshake (a client certificate may be missing)',
};

const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);

const CUT_OFF = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ECONNRESET',
  'EPIPE',
  'HPE_INVALID_EOF_STATE',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Trouble before a complete response header.
 * @returns SOURCE_UNREACHABLE, SOURCE_TOO_LARGE for oversized headers, or the error itself when it is not the network's.
 */
export function explainNoAnswer(error: unknown, url: URL, circumstances: Circumstances): unknown {
  const code = codeOf(error);
  if (error instanceof Refusal || code === undefined) return error;
  const details = { host: url.host, file: nameOf(url) };
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new Refusal('SOURCE_TOO_LARGE', `${url.host} answered with oversized headers.`, { details, cause: error });
  }
  const reason = reasonOf(error, code, circumstances);
  if (reason === undefined) return error;
  const via = circumstances.proxyHost === undefined ? '' : ` through the proxy ${circumstances.proxyHost}`;
  return new Refusal('SOURCE_UNREACHABLE', `${url.host} cannot be reached${via}: ${reason}.`, {
    details: { ...details, reason },
    ...causeOf(error, code),
  });
}

/**
 * Trouble in the middle of a body.
 * @returns SOURCE_TRUNCATED when the connection ended too early, else the same as `explainNoAnswer`.
 */
export function explainCutOff(error: unknown, url: URL, received: number, circumstances: Circumstances): unknown {
  const code = codeOf(error);
  if (error instanceof Refusal || code === undefined || !CUT_OFF.has(code)) {
    return explainNoAnswer(error, url, circumstances);
  }
  const what = `${nameOf(url)} was cut off after ${received} bytes.`;
  return new Refusal('SOURCE_TRUNCATED', what, {
    details: { host: url.host, file: nameOf(url), received },
    ...causeOf(error, code),
  });
}

/** A parser error carries the bytes it stumbled over; they are not repeated anywhere. */
function causeOf(error: unknown, code: string): { cause?: unknown } {
  return code.startsWith('HPE_') ? {} : { cause: error };
}

function reasonOf(error: unknown, code: string, circumstances: Circumstances): string | undefined {
  if (UNKNOWN_AUTHORITY.has(code)) {
    return circumstances.hasPrivateAuthority
      ? 'its certificate is not from the configured authority'
      : 'its certificate is not from a public authority';
  }
  const message = error instanceof Error ? error.message : '';
  // undici names a proxy's refusal in its message only: “Proxy response (407) …” for a tunnel, “… (407)” without one.
  const proxyStatus = /^Proxy (?:response|Authentication Required) \(([0-9]{3})\)/.exec(message)?.[1];
  if (proxyStatus !== undefined) {
    return proxyStatus === '407'
      ? 'the proxy does not accept the configured credentials (status 407)'
      : `the proxy refused the connection (status ${proxyStatus})`;
  }
  if (code.startsWith('HPE_')) return 'its answer is not valid HTTP';
  const reason = REASONS[code];
  if (reason !== undefined) return reason;
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') return `TLS failed (${code})`;
  // Wrong use of undici or Node, or of a door that was closed.
  if (/^(ERR_|UND_ERR_INVALID|UND_ERR_DESTROYED|UND_ERR_CLOSED)/.test(code)) return undefined;
  return `the connection failed (${code})`;
}

/** The first code found in an error, its causes and, for several addresses tried at once, their errors. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  // undici’s parser errors have lost their codes; only the name and the reason in the message are left.
  if (error.name === 'HTTPParserError') return error.message.includes('EOF') ? 'HPE_INVALID_EOF_STATE' : 'HPE_INVALID';
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return codeOf(inner, depth + 1);
}
