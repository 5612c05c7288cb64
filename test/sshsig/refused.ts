/** What a refusal must say, for `assert.throws`. */
import { type Code, isRefusal } from '../../src/errors.ts';

export function refused(code: Code, what: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (!isRefusal(error, code) || !what.test(error.what)) throw error;
    return true;
  };
}
