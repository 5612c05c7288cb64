/**
 * Exit codes: the only place that knows them. A script can tell from the number alone who must act.
 *
 *   0 done, and the answer is yes    3 configuration    6 policy
 *   1 the answer is no               4 source           7 state
 *   2 usage                          5 trust           70 a bug in Countersign
 */
import { type Family, familyOf, isRefusal } from '../errors.ts';
import type { Report } from './output.ts';

const EXIT_OK = 0;
/** A question was answered with no: a client would fail, something is damaged. */
const EXIT_NO = 1;
const EXIT_BUG = 70;

const EXIT_OF_FAMILY: Readonly<Record<Family, number>> = {
  usage: 2,
  config: 3,
  source: 4,
  trust: 5,
  policy: 6,
  state: 7,
};

export function exitCodeOf(error: unknown): number {
  return isRefusal(error) ? EXIT_OF_FAMILY[error.family] : EXIT_BUG;
}

export function exitCodeAfter({ isNo = false, firstRefusal }: Pick<Report, 'isNo' | 'firstRefusal'>): number {
  if (firstRefusal !== undefined) return EXIT_OF_FAMILY[familyOf(firstRefusal)];
  return isNo ? EXIT_NO : EXIT_OK;
}
