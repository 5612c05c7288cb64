/** Assertions about refusals: the code, and the words that the reader is told. */
import assert from 'node:assert/strict';
import { type Code, isRefusal } from '../../src/errors.ts';

export function refuses(code: Code, words: RegExp | string, action: () => unknown): void {
  assert.throws(action, (error) => {
    assert.ok(isRefusal(error), String(error));
    assert.equal(error.code, code);
    if (typeof words === 'string') assert.equal(error.what, words);
    else assert.match(error.what, words);
    return true;
  });
}
