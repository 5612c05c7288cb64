/**
 * Who answers a question about a target: the guard that was named, the one of the map, or the only one there is. This is
 * the one place where the command line chooses between a single guard and several that must agree.
 */
import { Option } from 'commander';
import { Consensus } from '../client/consensus.ts';
import { Guard } from '../client/guard.ts';
import type { RepositoryMap } from '../client/pin/map.ts';
import type { Mode } from '../client/answer/verdict.ts';
import { type GuardEnrolment, GuardEnrolments } from './guard-enrolments.ts';
import type { Invocation } from './invocation.ts';
import { untouchedStore } from './rehearsal-store.ts';

/** What every question about a target can be asked with. */
export interface AskedGiven {
  readonly name?: string;
  readonly mode: Mode;
}

export function nameOption(): Option {
  return new Option('--name <name>', 'the guard that is meant; not needed when there is only one');
}

export function modeOption(): Option {
  return new Option('--mode <mode>', 'online; offline: asks nobody; cache-first: asks only when something has expired')
    .choices(['online', 'offline', 'cache-first'])
    .default('online');
}

/** @throws STATE_NOT_ENROLLED, USAGE_OPTION, CONFIG_PIN, CONFIG_MAP */
export async function openAnswerer(invocation: Invocation, name: string | undefined): Promise<Guard | Consensus> {
  const enrolments = await GuardEnrolments.of(invocation);
  const map = name === undefined ? await enrolments.map() : undefined;
  return map ? consensusOf(invocation, enrolments, map) : openGuard(invocation, await enrolments.one(name));
}

/** @throws CONFIG_MAP for a repository that is not enrolled, or elsewhere than the map says; CONFIG_PIN */
export async function consensusOf(
  invocation: Invocation,
  enrolments: GuardEnrolments,
  map: RepositoryMap,
): Promise<Consensus> {
  const needed = new Set([...map.repositories.values()].map(({ enrolment }) => enrolment));
  const guards = new Map<string, Guard>();
  for (const enrolled of await enrolments.names()) {
    // Others are none of the map’s business: one with a damaged pin must not silence those that agree.
    if (needed.has(enrolled)) guards.set(enrolled, openGuard(invocation, await enrolments.one(enrolled)));
  }
  return new Consensus({ map, guards });
}

export function openGuard({ clock, isRehearsal }: Invocation, { pin, store }: GuardEnrolment): Guard {
  return new Guard({ pin, store: isRehearsal ? untouchedStore(store) : store, clock });
}
