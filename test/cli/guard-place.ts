/**
 * Somebody’s shell beside a served mirror: both roots lie there as files, and nothing is enrolled yet.
 *
 *   const place = await guardPlace(context);
 *   await place.enrol();
 *   await place.workplace.succeed('guard get file.txt');
 */
import { writeFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { sha256 } from '../../src/tuf/digest.ts';
import { type GuardedMirror, guardedBy } from '../simulator/guarded.ts';
import { SimulatedUpstream } from '../simulator/upstream.ts';
import { Workplace } from './workplace.ts';

export class GuardPlace {
  readonly workplace: Workplace;
  readonly guarded: GuardedMirror;
  readonly mirrorRoot: Uint8Array;
  readonly #closers: (() => Promise<void>)[];

  constructor(workplace: Workplace, guarded: GuardedMirror, closers: (() => Promise<void>)[]) {
    this.workplace = workplace;
    this.guarded = guarded;
    this.mirrorRoot = guarded.mirrorRoot;
    this.#closers = closers;
  }

  /** `guard init` with both roots and their digests. */
  get init(): string {
    return `${this.initWithoutDigests} ${this.digests}`;
  }

  get initWithoutDigests(): string {
    const { url, mirrored } = this.guarded;
    return `guard init --mirror ${url.href} --repository ${mirrored.id} --root @mirror.json --upstream-root @upstream.json`;
  }

  get digests(): string {
    const { upstream } = this.guarded;
    return `--root-sha256 ${sha256(this.mirrorRoot)} --upstream-root-sha256 ${sha256(upstream.firstRoot)}`;
  }

  async enrol(more = ''): Promise<void> {
    await this.workplace.succeed(`${this.init} ${more}`);
  }

  /** Both clocks. */
  step(milliseconds: number): void {
    this.workplace.clock.step(milliseconds);
    this.guarded.clock.step(milliseconds);
  }

  /** The mirror is gone. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

/** `file.txt` from targets; `docs/` behind a delegation to docs, `npm/` behind a terminating one to npm. */
export function upstreamWithDelegations(): SimulatedUpstream {
  const upstream = new SimulatedUpstream().add('file.txt', 'content');
  upstream.author.delegate('targets', 'docs', { paths: ['docs/*'] });
  upstream.author.delegate('targets', 'npm', { paths: ['npm/*'], terminating: true });
  upstream.author.delegate('targets', 'later', { paths: ['npm/*', 'docs/*'] });
  upstream.add('docs/a.txt', 'a', 'docs').add('npm/keys.json', '{}', 'npm').add('npm/late.json', '{}', 'later');
  return upstream.publish();
}

export async function guardPlace(
  context: Pick<TestContext, 'after'>,
  upstream: SimulatedUpstream = upstreamWithDelegations(),
  options: Parameters<typeof guardedBy>[2] = {},
): Promise<GuardPlace> {
  const closers: (() => Promise<void>)[] = [];
  const workplace = await Workplace.open(context);
  const guarded = await guardedBy({ after: (close) => void closers.push(close) }, upstream, options);
  const place = new GuardPlace(workplace, guarded, closers);
  context.after(() => place.close());
  await writeFile(workplace.path('mirror.json'), guarded.mirrorRoot);
  await writeFile(workplace.path('upstream.json'), upstream.firstRoot);
  return place;
}
