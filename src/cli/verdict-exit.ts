/**
 * What a verdict means for the exit code. “No such target”, and “not these bytes”, are answers: 1. A search that was
 * refused on its way is none, whatever is asked: its family says who must act.
 */
import type { Code } from '../errors.ts';
import type { Verdict } from '../client/answer/verdict.ts';
import type { Report } from './output.ts';

const ANSWERS: readonly Code[] = ['TRUST_UNLISTED_TARGET', 'TRUST_TARGET'];

export function saysNo({ ok, code }: Verdict): Pick<Report, 'isNo' | 'firstRefusal'> {
  if (ok || code === 'OK') return { isNo: !ok };
  return ANSWERS.includes(code) ? { isNo: true } : { firstRefusal: code };
}
