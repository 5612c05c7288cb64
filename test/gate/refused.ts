/** One refusal, by its code and by words of what happened. */
import assert from 'node:assert/strict';
import { type Code, isRefusal, type Refusal } from '../../src/errors.ts';

export function refused(code: Code, what: RegExp, run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    assert.equal(error.code, code, error.message);
    assert.match(error.what, what);
    return error;
  }
  return assert.fail(`nothing was refused, and ${code} was expected`);
}
