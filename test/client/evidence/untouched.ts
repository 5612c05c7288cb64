/** Refusals that leave a guard’s memory as it was, byte for byte; and what that memory says. */
import assert from 'node:assert/strict';
import type { Marks } from '../../../src/client/trust/marks.ts';
import { readState } from '../../../src/client/remember/state.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Code, Refusal } from '../../../src/errors.ts';
import type { RepositoryId } from '../../../src/tuf/names.ts';
import { rejected } from '../../simulator/refused.ts';

/** The attempt must be refused with this code, and the memory must not have moved. */
export async function refusedUntouched(code: Code, store: Store, attempt: () => Promise<unknown>): Promise<Refusal> {
  const before = await store.state();
  const refusal = await rejected(code, attempt());
  assert.deepEqual(await store.state(), before, 'the memory moved');
  return refusal;
}

/** What a guard has seen, without the roles’ versions being a Map: for comparison. */
export async function marksIn(store: Store, repository: RepositoryId): Promise<Record<string, unknown>> {
  const stored = await store.state();
  assert.ok(stored, 'nothing was remembered');
  const { roles, ...own }: Marks = readState(stored.bytes, repository).marks;
  return { ...own, roles: Object.fromEntries(roles) };
}
