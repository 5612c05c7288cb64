/**
 * What an officer’s reset does to a guard’s memory: the marks are gone, and with them what was signed under each version.
 * The floor of the pin is checked apart from them (trust/marks.ts), so that is what they fall to. Everything else stays:
 * the roots, the files, and the time that was seen.
 */
import type { RepositoryId } from '../../tuf/names.ts';
import { readState, writeState } from '../remember/state.ts';
import { NO_MARKS } from '../trust/marks.ts';

/** @param state as a store hands it out @throws STATE_CACHE */
export function withoutMarks(state: Uint8Array, repository: RepositoryId): Uint8Array {
  return writeState({ ...readState(state, repository), marks: NO_MARKS, contents: new Map() });
}
