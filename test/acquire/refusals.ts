/** Asserting refusals by code, and reading what they say. */
import assert from 'node:assert/strict';
import { type Code, isRefusal, Refusal } from '../../src/errors.ts';

/** The refusal that `attempt` ends in. Fails when it succeeds, has another code, or throws something else. */
export async function refusal(code: Code, attempt: Promise<unknown>): Promise<Refusal> {
  try {
    await attempt;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected ${code}, but nothing was refused`);
}
