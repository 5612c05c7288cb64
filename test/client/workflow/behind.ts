/**
 * A guard that is one state behind: it has refreshed, and its mirror has imported since. So every file of the new state
 * must be fetched, there is a memory that must not change when one of them is refused, and after each refusal everything
 * is as it was before.
 */
import assert from 'node:assert/strict';
import { memoryStore } from '../../../src/client/doors/memory-store.ts';
import type { Guard, GuardOptions } from '../../../src/client/guard.ts';
import type { Store } from '../../../src/client/remember/store.ts';
import type { Code, Refusal } from '../../../src/errors.ts';
import { type GuardedMirror, guardedBy } from '../../simulator/guarded.ts';
import type { Scope } from '../../simulator/mirror.ts';
import { SimulatedUpstream } from '../../simulator/upstream.ts';
import { refusedUnchanged } from './unchanged.ts';

/** Under which path each file of the new state is asked for, in the order of the workflow. */
export type Paths = Readonly<Record<(typeof FILES)[number], string>>;

const FILES = [
  ...(['next root', 'timestamp', 'snapshot'] as const),
  ...(['next root of upstream', 'timestamp of upstream', 'snapshot of upstream'] as const),
  ...(['targets', 'role'] as const),
] as const;

export class GuardBehind {
  readonly guarded: GuardedMirror;
  readonly store: Store;
  readonly guard: Guard;
  readonly paths: Paths;

  constructor(guarded: GuardedMirror, store: Store, guard: Guard, paths: Paths) {
    this.guarded = guarded;
    this.store = store;
    this.guard = guard;
    this.paths = paths;
  }

  /** With this answer in the place of that file, both this guard and a new one are refused, and remember nothing of it. */
  async refused(
    code: Code,
    file: keyof Paths,
    answer: Parameters<GuardedMirror['answer']>[1],
    options: Partial<GuardOptions> = {},
  ): Promise<Refusal> {
    const { guarded, paths } = this;
    guarded.restore().answer(paths[file], answer);
    guarded.takeRequests();
    const newcomer = memoryStore();
    await refusedUnchanged(code, newcomer, () =>
      guarded.guard({ store: newcomer, ...options }).refresh({ everyRole: true }),
    );
    const known = guarded.guard({ store: this.store, ...options });
    const refusal = await refusedUnchanged(code, this.store, () => known.refresh({ everyRole: true }));
    assert.ok(guarded.takeRequests().includes(paths[file]));
    guarded.restore();
    return refusal;
  }

  /** The same for the file as it is, rewritten as text. */
  async refusedRewritten(code: Code, file: keyof Paths, rewrite: (text: string) => string): Promise<Refusal> {
    const response = await fetch(new URL(this.paths[file], this.guarded.url));
    assert.equal(response.status, 200);
    return this.refused(code, file, Buffer.from(rewrite(await response.text())));
  }

  /** What was refused only so has done no harm: the next refresh reaches the new state. */
  async recovers(): Promise<void> {
    this.guarded.restore();
    const { upstream } = await this.guard.refresh({ everyRole: true });
    assert.equal(upstream?.snapshot, 2);
  }
}

export async function guardBehind(scope: Scope): Promise<GuardBehind> {
  const upstream = new SimulatedUpstream();
  upstream.author.delegate('targets', 'role', { paths: ['dir/*'] });
  upstream.add('file', 'content').add('dir/file', 'delegated', 'role').publish();
  const guarded = await guardedBy(scope, upstream);
  const store = memoryStore();
  const guard = guarded.guard({ store });
  await guard.refresh({ everyRole: true });
  upstream.add('file', 'newer').add('dir/file', 'newer', 'role').publish('targets', 'role');
  await guarded.importNow();
  guarded.takeRequests();
  await guarded.guard().refresh({ everyRole: true });
  const asked = guarded.takeRequests();
  assert.equal(asked.length, FILES.length, asked.join(' '));
  return new GuardBehind(
    guarded,
    store,
    guard,
    Object.fromEntries(FILES.map((file, at) => [file, asked[at] ?? ''])) as Paths,
  );
}
