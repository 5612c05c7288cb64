/** Refusals after which a guard remembers exactly what it remembered before (W-02). */
import assert from 'node:assert/strict';
import type { Guard } from '../../../src/client/guard.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Verdict } from '../../../src/client/answer/verdict.ts';
import type { Code, Refusal } from '../../../src/errors.ts';
import { rejected } from '../../simulator/refused.ts';

/** The attempt must be refused with this code, and the state must be the same bytes under the same number. */
export async function refusedUnchanged(code: Code, store: Store, attempt: () => Promise<unknown>): Promise<Refusal> {
  const before = await memoryOf(store);
  const refusal = await rejected(code, attempt());
  assert.deepEqual(await memoryOf(store), before, 'the memory changed');
  return refusal;
}

/**
 * The search must end with this code. The state in which it was made is good, and is kept with the roles on the way; so
 * this is for guards that have read those before, at the same time: then nothing new may be remembered.
 */
export async function searchUnchanged(
  code: Verdict['code'],
  store: Store,
  guard: Guard,
  name: string,
): Promise<Verdict> {
  const before = await memoryOf(store);
  const { verdict } = await guard.find(name);
  assert.equal(verdict.code, code);
  assert.equal(verdict.ok, code === 'OK');
  assert.equal((await memoryOf(store)).text, before.text, 'the memory changed');
  return verdict;
}

/** The state as text, so that a difference can be read. */
async function memoryOf(store: Store): Promise<{ readonly number: number; readonly text: string }> {
  const { number, bytes } = (await store.state()) ?? { number: 0, bytes: new Uint8Array() };
  return { number, text: Buffer.from(bytes).toString() };
}

/** The target as text, with everything that stands behind it checked. */
export async function textOf(guard: Guard, name: string): Promise<string> {
  const { bytes } = await guard.get(name);
  return Buffer.from(bytes).toString();
}
