/** What is wrong with the configuration: all of it at once, each with its place, so that one look at the file is enough. */
import { type Code, Refusal } from '../errors.ts';

export interface Problem {
  /** `countersign.yaml:3:5`, `COUNTERSIGN_LISTEN`, `--listen`. */
  readonly place: string;
  readonly text: string;
  readonly kind: 'invalid' | 'unknown-key' | 'usage';
}

/** @throws (with every problem in `details.problems`) CONFIG_UNKNOWN_KEY, USAGE_OPTION when there is no other kind of problem, CONFIG_INVALID otherwise */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const lines = problems.map(({ place, text }) => `${place}: ${text}`);
  const isOneKind = problems.every(({ kind }) => kind === first.kind);
  const what = lines.length === 1 ? `${lines.join('')}.` : `There are ${String(lines.length)} problems.`;
  throw new Refusal(isOneKind ? CODES[first.kind] : 'CONFIG_INVALID', what, { details: { problems: lines } });
}

const CODES: Readonly<Record<Problem['kind'], Code>> = {
  invalid: 'CONFIG_INVALID',
  'unknown-key': 'CONFIG_UNKNOWN_KEY',
  usage: 'USAGE_OPTION',
};
