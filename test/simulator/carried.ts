/** A plain copy of an upstream somewhere, and guards at the carried level that read it. */
import { memoryStore } from '../../src/client/doors/memory-store.ts';
import { Guard, type GuardOptions } from '../../src/client/guard.ts';
import { NO_FLOOR, type Pin } from '../../src/client/pin/pin.ts';
import { repositoryId } from '../../src/tuf/names.ts';
import { FakeClock } from './clock.ts';
import { STRICT } from './guarded.ts';
import type { SimulatedUpstream } from './upstream.ts';

export class CarriedCopy {
  /** With a slash at its end. */
  readonly url: URL;
  readonly upstream: SimulatedUpstream;
  readonly clock = new FakeClock();

  constructor(url: URL, upstream: SimulatedUpstream) {
    this.url = url;
    this.upstream = upstream;
  }

  /** Upstream’s first root and nothing else; no mirror keys anywhere. */
  pin(changes: Partial<Pin> = {}): Pin {
    return {
      repository: repositoryId('carried'),
      location: { base: this.url, metadata: undefined, targets: undefined },
      mirrorRoot: undefined,
      upstreamRoot: this.upstream.firstRoot,
      targets: undefined,
      floor: NO_FLOOR,
      policy: STRICT,
      expires: undefined,
      ...changes,
    };
  }

  /** A new guard; with an empty memory unless a store is given. */
  guard({ pin = this.pin(), store = memoryStore(), ...options }: Partial<GuardOptions> = {}): Guard {
    return new Guard({ pin, store, clock: this.clock, ...options });
  }
}
