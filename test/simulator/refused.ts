/** For code that refuses at once: the refusal, by its code. */
import assert from 'node:assert/strict';
import { type Code, type Refusal, isRefusal } from '../../src/errors.ts';

/** Fails when nothing is refused, when the code is another, or when anything but a refusal is thrown (C-06). */
export function refused(code: Code, attempt: () => unknown): Refusal {
  try {
    attempt();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected ${code}, but nothing was refused`);
}

/** The same for a promise. */
export async function rejected(code: Code, attempt: Promise<unknown>): Promise<Refusal> {
  try {
    await attempt;
  } catch (error) {
    return refused(code, () => {
      throw error;
    });
  }
  assert.fail(`expected ${code}, but nothing was refused`);
}
