/**
 * A guard that was enrolled once, at upstream’s first root and the mirror’s first root, and is never touched again: its
 * memory lies in a folder, and a new Guard opens it for every state, as a command does.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { folderStore } from '../../src/client/doors/folder-store.ts';
import { Guard } from '../../src/client/guard.ts';
import { readPin } from '../../src/client/pin/pin-file.ts';
import { NO_FLOOR, type Pin } from '../../src/client/pin/pin.ts';
import { writePin } from '../../src/client/pin/pin-write.ts';
import type { Standing } from '../../src/client/answer/verdict.ts';
import type { RepositoryId } from '../../src/tuf/names.ts';
import { DAY } from '../simulator/clock.ts';
import type { ServedMirror } from './served-mirror.ts';
import type { ListedTarget } from './targets.ts';

/** A pin as an officer would write it for a replayed repository, through its file. */
export function replayPin(
  served: ServedMirror,
  repository: RepositoryId,
  roots: Pick<Pin, 'mirrorRoot' | 'upstreamRoot'>,
  policy: Partial<Pin['policy']> = {},
): Pin {
  const pin: Pin = {
    repository,
    location: { base: new URL(`${served.url(repository)}/`), metadata: undefined, targets: undefined },
    ...roots,
    targets: undefined,
    floor: NO_FLOOR,
    policy: { maxUpstreamAge: 90 * DAY, maxOffline: 0, grace: new Map(), warnBefore: 14 * DAY, ...policy },
    expires: undefined,
  };
  return readPin(writePin(pin));
}

export class GuardFollower {
  readonly #served: ServedMirror;
  readonly #pin: Pin;

  constructor(served: ServedMirror, pin: Pin) {
    this.#served = served;
    this.#pin = pin;
  }

  open(): Guard {
    return new Guard({
      pin: this.#pin,
      store: folderStore(join(this.#served.directory, 'guard')),
      clock: this.#served.clock,
    });
  }

  /** Fetches a target of the state; where the mirror excluded a role on the way, the guard must say so instead. */
  async expect(target: ListedTarget | undefined, excluded: readonly string[]): Promise<Standing> {
    assert.ok(target, 'the state lists a target');
    const guard = this.open();
    const { verdict, search } = await guard.find(target.path);
    if (search.outcome.kind === 'excluded') {
      assert.ok(
        excluded.includes(search.outcome.role),
        `${search.outcome.role} is excluded by the mirror’s own statement`,
      );
      return verdict;
    }
    assert.equal(
      verdict.code,
      'OK',
      `${target.path}: ${'refusal' in search.outcome ? search.outcome.refusal.what : ''}`,
    );
    const { bytes } = await guard.get(target.path);
    assert.ok(target.isContent(Buffer.from(bytes)), `the guard gets upstream’s ${target.path}`);
    return verdict;
  }
}
