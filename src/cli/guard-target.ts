/**
 * Who answers a question about a target: the guard that was named, the one of the map, or the only one there is. This is
 * the one place where the command line chooses between a single guard and several that must agree.
 */
import { Option } from 'commander';
import { CollectionGuard } from '../client/collection-guard.ts';
import { Consensus } from '../client/consensus.ts';
import { Guard } from '../client/guard.ts';
import type { RepositoryMap } from '../client/pin/map.ts';
import type { Mode } from '../client/answer/verdict.ts';
import { type GuardEnrolment, GuardEnrolments } from './guard-enrolments.ts';
import { Refusal } from '../errors.ts';
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
export async function openAnswerer(
  invocation: Invocation,
  name: string | undefined,
): Promise<Guard | CollectionGuard | Consensus> {
  const enrolments = await GuardEnrolments.of(invocation);
  const map = name === undefined ? await enrolments.map() : undefined;
  return map ? consensusOf(invocation, enrolments, map) : openGuard(invocation, await enrolments.one(name));
}

/** The guard of a collection. @throws USAGE_OPTION when the one that is meant is another; as `openAnswerer` */
export async function openCollectionGuard(invocation: Invocation, name: string | undefined): Promise<CollectionGuard> {
  const enrolments = await GuardEnrolments.of(invocation);
  const guard = openGuard(invocation, await enrolments.one(name));
  if (guard instanceof CollectionGuard) return guard;
  throw new Refusal(
    'USAGE_OPTION',
    `The guard for ${guard.pin.repository} is of a TUF repository, which has no tags.`,
    {
      next: 'Ask it for a target: countersign guard get TARGET.',
    },
  );
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
    if (!needed.has(enrolled)) continue;
    const guard = openGuard(invocation, await enrolments.one(enrolled));
    if (guard instanceof CollectionGuard) {
      throw new Refusal('CONFIG_MAP', `The map names ${enrolled}, which is a guard of a collection.`, {
        next: 'Take it out of the map: what Notary signs is looked up by tag, and is no target that others could list.',
      });
    }
    guards.set(enrolled, guard);
  }
  return new Consensus({ map, guards });
}

export function openGuard({ clock, isRehearsal }: Invocation, { pin, store }: GuardEnrolment): Guard | CollectionGuard {
  const options = { pin, store: isRehearsal ? untouchedStore(store) : store, clock };
  return pin.collection ? new CollectionGuard(options) : new Guard(options);
}
