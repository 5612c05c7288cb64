/** An upstream whose roles go over to other keys under a guard that has refreshed before. */
import assert from 'node:assert/strict';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard } from '../../../src/client/guard.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Code, Refusal } from '../../../src/errors.ts';
import type { Signer } from '../../../src/sign/signer.ts';
import type { Scope } from '../../simulator/mirror.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { type PlainCopy, copyOf } from './plain-copy.ts';
import { refusedUnchanged, textOf } from './unchanged.ts';

export class Rotating {
  readonly upstream: SimulatedUpstream;
  readonly copy: PlainCopy;
  readonly store: Store;
  readonly guard: Guard;
  #count = 1;

  constructor(upstream: SimulatedUpstream, copy: PlainCopy, store: Store, guard: Guard) {
    this.upstream = upstream;
    this.copy = copy;
    this.store = store;
    this.guard = guard;
  }

  /** The next root gives the role to these keys, and all that the role signs is new. */
  grant(role: string, signers: readonly Signer[], threshold = 1): this {
    const { author } = this.upstream;
    author.keyholders.set(role, { signers, threshold });
    author.publishRoot();
    return this.publish();
  }

  /** Publishes the role anew; of root, a file in the place of the next one, whatever stood there. */
  reissue(role: string): this {
    const { author } = this.upstream;
    if (role !== 'root') return this.publish();
    author.root.version = 1;
    author.publishRoot();
    return this.publish();
  }

  publish(): this {
    this.upstream.add('file', `state ${String(++this.#count)}`).publish('targets');
    return this;
  }

  /** The guard follows, and finds what was published last; so does a new one. */
  async followed(): Promise<void> {
    for (const guard of [this.guard, this.copy.guard()]) {
      assert.equal(await textOf(guard, 'file'), `state ${String(this.#count)}`);
    }
  }

  async refused(code: Code): Promise<Refusal> {
    const newcomer = memoryStore();
    await refusedUnchanged(code, newcomer, () => this.copy.guard({ store: newcomer }).refresh());
    return refusedUnchanged(code, this.store, () => this.guard.refresh());
  }
}

export async function rotating(scope: Scope): Promise<Rotating> {
  const upstream = new SimulatedUpstream().add('file', 'state 1').publish();
  const copy = await copyOf(scope, upstream);
  const store = memoryStore();
  const guard = copy.guard({ store });
  await guard.refresh();
  return new Rotating(upstream, copy, store, guard);
}
