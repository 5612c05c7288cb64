/**
 * Refusals on the wire: the only place that maps families to HTTP status codes, and the only shapes that an error takes.
 * A stack, a path of this machine or a message of a library never leaves the process: a bug says that it is one.
 */
import { type Code, type Family, isRefusal } from '../errors.ts';

/** RFC 9457, “Problem Details for HTTP APIs”; `code` is ours and is what scripts match on. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

const STATUS_OF_FAMILY: Readonly<Record<Family, number>> = {
  usage: 400,
  config: 500,
  source: 502,
  trust: 422,
  policy: 403,
  state: 500,
};

/** Where the family is too coarse for a client that must choose between asking again and giving up. */
const STATUS_OF_CODE: Readonly<Partial<Record<Code, number>>> = {
  USAGE_UNKNOWN_REPOSITORY: 404,
  USAGE_UNKNOWN_IMPORT: 404,
  USAGE_REPOSITORY_EXISTS: 409,
  STATE_NOTHING_PUBLISHED: 404,
  STATE_CONFLICT: 409,
  STATE_LOCKED: 409,
};

/** What HTTP itself refuses, without a refusal of ours behind it. */
const HTTP_PROBLEMS = {
  BAD_REQUEST: [400, 'The request cannot be understood.'],
  UNAUTHORIZED: [401, 'A token is needed.'],
  NOT_FOUND: [404, 'There is nothing here.'],
  METHOD_NOT_ALLOWED: [405, 'This is read with GET or HEAD.'],
  PRECONDITION_FAILED: [412, 'The file is not the one that If-Match names.'],
  RANGE_NOT_SATISFIABLE: [416, 'The range begins behind the end of the file.'],
  BUG: [500, 'This is a bug in Countersign; its log says more.'],
  NOT_READY: [503, 'A client of this mirror would fail.'],
  STARTING: [503, 'The server is starting.'],
} as const satisfies Record<string, readonly [number, string]>;

export type HttpProblem = keyof typeof HTTP_PROBLEMS;

export function statusOf(problem: HttpProblem): number {
  return HTTP_PROBLEMS[problem][0];
}

/** A problem that HTTP itself has a word for. */
export function httpProblem(code: HttpProblem): Problem {
  const [status, title] = HTTP_PROBLEMS[code];
  return { type: `urn:countersign:problem:${code}`, title, status, code };
}

/** Anything thrown, as what may be shown. */
export function problemOf(error: unknown): Problem {
  if (!isRefusal(error)) return httpProblem('BUG');
  const { code, family, what, why, next, details } = error;
  return {
    // The facts first: they have names of their own and must not stand in for a member of the standard.
    ...details,
    type: `urn:countersign:problem:${code}`,
    title: why,
    status: STATUS_OF_CODE[code] ?? STATUS_OF_FAMILY[family],
    code,
    detail: what,
    next,
  };
}

/** The whole body on the public listener: clients there act on the status, people on the code. */
export function shortBody({ code }: Pick<Problem, 'code'>): Buffer {
  return Buffer.from(`${JSON.stringify({ code })}\n`);
}
