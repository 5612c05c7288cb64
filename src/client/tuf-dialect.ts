/** TUF repositories, as the operations of a guard see them. */
import { sha256 } from '../tuf/digest.ts';
import type { Limits } from '../tuf/limits.ts';
import type { Network } from './fetch/network.ts';
import type { Dialect } from './operation.ts';
import type { Pin } from './pin/pin.ts';
import { memorableOf } from './trust/memorable-session.ts';
import { RootMemory } from './trust/roots.ts';
import { type Session, establish } from './trust/session.ts';

export function tufDialect(pin: Pin, network: Network, limits: Limits): Dialect<Session> {
  const memory = RootMemory.ofTuf();
  return {
    establish: ({ mayAsk, ...asking }) =>
      establish({ ...asking, pin, network: mayAsk ? network : undefined, limits, memory }),
    /**
     * A mirror that has anything new to say, a new root included, says it with a new timestamp; one that does not want to
     * say it could as well deny the next root. Upstreams do not: a root that revokes a key may come alone, so a plain copy
     * is asked for it each time (W-01).
     */
    async isUnchanged({ mirror, evidence }, { state }) {
      const digest = (pin.mirrorRoot ? state?.mirror : state?.upstream)?.timestamp;
      if (digest === undefined) return false;
      const newest = mirror ? undefined : evidence?.versions.root;
      if (newest !== undefined && (await network.metadata.root(newest + 1))) return false;
      return network.metadata.isTimestampStill(digest, sha256);
    },
    memorable: memorableOf,
  };
}
