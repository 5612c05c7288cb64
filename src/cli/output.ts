/**
 * What a command says. Answers go to standard output, everything else that people read to standard error; with `--json`
 * standard output carries exactly one JSON object and people’s text moves to standard error. Every text is escaped here:
 * names of roles and targets are chosen by upstream and must not steer a terminal.
 */
import { type Code, isRefusal } from '../errors.ts';
import type { Surroundings } from '../platform/process.ts';
import { printable } from '../tuf/names.ts';

/** What one command has to say at its end. */
export interface Report {
  /** For people, a line each. */
  readonly lines: readonly string[];
  /** For programs, as docs/reference/cli-json.md describes it. Absent members become null. */
  readonly document: object;
  /** Whether the question was answered with no. */
  readonly isNo?: boolean;
  /** The first refusal among several things of which others were done. */
  readonly firstRefusal?: Code | undefined;
}

const MAX_LINE = 4000;
/** What `printable` escapes and JSON leaves as it is. */
const UNPRINTABLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

export class Output {
  readonly #surroundings: Pick<Surroundings, 'out' | 'err'>;
  readonly #isJson: boolean;

  constructor(surroundings: Pick<Surroundings, 'out' | 'err'>, isJson: boolean) {
    this.#surroundings = surroundings;
    this.#isJson = isJson;
  }

  report({ lines, document }: Report): void {
    const { out, err } = this.#surroundings;
    for (const line of lines) (this.#isJson ? err : out).write(`${printable(line, MAX_LINE)}\n`);
    if (this.#isJson) this.#json(document);
  }

  /** A remark on the way: not part of the answer. */
  remark(line: string): void {
    this.#surroundings.err.write(`${printable(line, MAX_LINE)}\n`);
  }

  /** Why nothing, or not all, was done. */
  failure(error: unknown): void {
    for (const line of failureLines(error)) this.remark(line);
    if (this.#isJson) this.#json({ error: failureDocument(error) });
  }

  #json(document: object): void {
    this.#surroundings.out.write(`${jsonText(document)}\n`);
  }
}

/** The same as a value: what an API answers. */
export function asDocument(document: object): object {
  return JSON.parse(jsonText(document)) as object;
}

/** JSON that a terminal cannot be steered by, with null for what is absent. */
export function jsonText(document: object): string {
  const text = JSON.stringify(document, (_, value: unknown) => (value === undefined ? null : value), 2);
  // Everything to be escaped stands inside a JSON string, where this is another way to write the same character.
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A refusal, or a bug, as people read it. */
export function failureLines(error: unknown): string[] {
  if (isRefusal(error)) {
    const { problems } = error.details;
    const several = Array.isArray(problems) && problems.length > 1 ? problems.map((line) => `  - ${String(line)}`) : [];
    return [`${error.code}: ${error.what}`, ...several, `  Why:  ${error.why}`, `  Next: ${error.next}`];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    'This is a bug in Countersign, not a mistake of yours. Nothing was left half done: a publication is all or nothing.',
    '  Next: report it with the lines below; they name places in the program and no secrets.',
    ...stack.split('\n'),
  ];
}

/** The same for programs. */
export function failureDocument(error: unknown): object {
  if (!isRefusal(error)) return { code: 'BUG', family: 'bug', what: 'This is a bug in Countersign.' };
  const { code, family, what, why, next, details } = error;
  return { code, family, what, why, next, details };
}
